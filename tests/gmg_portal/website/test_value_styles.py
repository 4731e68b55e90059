"""Colours of the values of status, outlook, freshness and verification, in style sheets and in files."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from commitments.choices import Fill, Freshness, Outlook, Status, StatusMeaning, TaggedMeaning, Verification
from gmg_portal.website.charts.palette import FILLS, RAMPS
from gmg_portal.website.value_styles import COMPONENTS, EMBED, value_rules, written_rules

CHOICES = (Status, Outlook, Freshness, Verification)


def sheet(name):
    return Path(finders.find(f"css/{name}.css")).read_text()


def tags_in(css, tone):
    """Return the values whose tags a style sheet gives the colour of a tone."""
    rules = re.findall(r"([^{}]*)\{\s*color: var\(--(\w+)\);\s*\}", css)
    return {
        value for selectors, its_tone in rules if its_tone == tone for value in re.findall(r"\.tag--(\w+)", selectors)
    }


@pytest.mark.parametrize("sheet", [COMPONENTS, EMBED], ids=lambda sheet: sheet.stem)
def test_rules_are_those_of_the_declared_values(sheet):
    assert written_rules(sheet) == value_rules()[sheet], (
        f"The values have changed. Write the end of {sheet.name} anew with "
        "`TRIAL=1 .venv/bin/python -m gmg_portal.website.value_styles`."
    )


@pytest.mark.parametrize("tone", [tone for tone in TaggedMeaning.TONES if tone != "neutral"])
def test_tag_of_every_value_has_the_colour_of_its_tone(tone):
    declared = {value.value for choices in CHOICES for value in choices if value.meaning.tone == tone}

    assert tags_in(written_rules(COMPONENTS), tone) == declared


@pytest.mark.parametrize("choices", [Status, Freshness])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_two_values_share_a_fill(choices, scheme):
    fills = [getattr(value.meaning.fill, scheme) for value in choices]

    assert len(set(fills)) == len(fills)
    assert set(fills) <= RAMPS.keys()


@pytest.mark.parametrize("tone", [tone for tone in TaggedMeaning.TONES if tone != "neutral"])
def test_embed_gives_a_status_the_colour_that_pages_give_it(tone):
    assert tags_in(written_rules(EMBED), tone) == {status.value for status in Status if status.meaning.tone == tone}


def test_every_status_has_its_colour_wherever_it_is_shown():
    css = written_rules(COMPONENTS)

    assert set(re.findall(r'^\[data-status="(\w+)"\]', css, re.M)) == {*Status.values, "nothing"}
    assert set(re.findall(r"^\.chart__fill-(\w+)", css, re.M)) == {*Status.values, *Freshness.values, "nothing"}


def test_no_sheet_names_a_status_that_is_not_declared():
    sheets = [path.read_text() for path in Path(settings.BASE_DIR, "static", "css").rglob("*.css")]

    named = {value for css in sheets for value in re.findall(r'data-status="(\w+)"', css)}

    assert named - {*Status.values, "nothing", "owed"} == set()


def test_ramps_of_files_are_those_of_pages():
    tokens = dict(re.findall(r"--((?:slate|sea|leaf|amber|rust|plum)-\d+): (#[0-9a-f]{6});", sheet("tokens")))

    assert tokens == RAMPS


def test_colour_in_a_file_is_that_of_the_light_page():
    for value in [*Status, *Freshness]:
        assert FILLS[value.value] == RAMPS[value.meaning.fill.light]
        assert value.meaning.fill.dark in RAMPS


def test_value_without_a_known_tone_is_refused():
    with pytest.raises(ValueError, match="shiny is not a tone"):
        TaggedMeaning("It shines.", tone="shiny")


@pytest.mark.parametrize("missing", ["tone", "fill", "finished", "past_planning"])
def test_status_without_a_group_or_a_colour_is_refused(missing):
    declared = {"tone": "good", "fill": Fill("sea-4", "sea-4"), "finished": False, "past_planning": True}
    del declared[missing]

    with pytest.raises(TypeError, match=missing):
        StatusMeaning("It is paused.", **declared)
