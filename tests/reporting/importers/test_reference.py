"""`load_reference`: all of the file or nothing of it, and once."""

from functools import partial

import pytest
import yaml
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agenda.models import Event
from gmg_portal.revision.current import CurrentRevision
from tests.reporting.importers.reference import FORMER_NAME, MODELS, NUMBERS, SOURCE, histories, load, write_changed


@pytest.fixture
def changed(tmp_path):
    return partial(write_changed, tmp_path)


# The whole file


def test_two_events_of_one_title_have_two_slugs(db, changed):
    file = changed("{title: Thirteenth Coordination Meeting", "{title: Twelfth Coordination Meeting")

    load(file)

    assert list(Event.objects.filter(slug__startswith="twelfth").values_list("slug", flat=True)) == [
        "twelfth-coordination-meeting-on-international-migration",
        "twelfth-coordination-meeting-on-international-migration-2015-02-12",
    ]


# A second time


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_the_revision_moves_once_for_the_whole_file():
    before = CurrentRevision.read().number

    load()

    assert CurrentRevision.read().number == before + 1


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_second_run_writes_nothing():
    first = load()
    before, revision = histories(), CurrentRevision.read()

    with CaptureQueriesContext(connection) as queries:
        second = load()

    assert second == [NUMBERS.sub(r"0 added, 0 updated, \1 kept", line) for line in first]
    assert histories() == before
    assert CurrentRevision.read() == revision
    assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert len(queries) < 40


# A file that is refused


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "convergence: all",
            "convergance: all",
            "‘convergance’ is not a section here. Did you mean ‘convergence’? Allowed: agencies, agenda, ",
        ),
        ("convergence: all", "convergence: some", "convergence: only ‘all’ is understood"),
        (
            "chairs:  ",
            "work_plan: []\nchairs:  ",
            "‘work_plan’ is not a section here. Did you mean ‘work_plans’? Allowed: ",
        ),
        ("work_plans:", "group:", "The section work_plans is missing."),
        (
            "headquarters: Addis Ababa",
            "seat: Addis Ababa",
            "constituents, entry 1: ‘seat’ is not a field here. Allowed: ",
        ),
        ("name: Economic Commission for Africa, ", "", "constituents, entry 1: name is missing."),
        ("  unrc:\n", "  un-rc:\n", "constituents: ‘un-rc’ stands nowhere else in the file; it has ilo, iom, "),
        ("chairs:  ", FORMER_NAME.replace("who", "itu"), "former_names: ‘itu’ stands nowhere else in the file"),
        ("chairs:  ", FORMER_NAME.replace(", source: Resolution 1", ""), "former_names, entry 1: source is missing."),
        ("chairs:  ", FORMER_NAME.replace("1999-12-31", "1989-12-31"), "Former names, who 1989-12-31: 31 December"),
        ("chairs:  ", FORMER_NAME.replace("1999-12-31", "2100-01-01"), "Former names, who 2100-01-01: 1 January"),
        ("chairs:  ", "former_names: {}\nchairs:  ", "former_names: a list of entries is expected here."),
        ("{agency: ilo, starts", "{agency: itu, starts", "chairs: ‘itu’ stands nowhere else in the file"),
        (
            "ends: 2013-06-30",
            "ends: 2013-07-30",
            "Chair terms, iom 2013-07-01: Another agency chairs the group in these",
        ),
        (
            "ends: 2013-06-30",
            "ends: 2012-06-30",
            "Chair terms, unrc 2013-01-01: A chair term cannot end before it starts.",
        ),
        ("ends: 2013-06-30", "ends: summer", "Chair terms, unrc 2013-01-01: “summer” value has an invalid date format"),
        ("ends: 2013-06-30", "ends: 2013", "Chair terms, unrc 2013-01-01: “2013” value has an invalid date format"),
        ("place: Stockholm", 'place: "Stock\\0holm"', "the database refuses it: A string literal cannot contain NUL"),
        ("ends: 2013-06-30", "ends: 2013-06-31", "cannot be read: it is not YAML: "),
        ("{number: 8, ", "{number: 7, ", "Agenda points, 7: this stands twice in the file."),
        ("point: 5, strength: explicit", "point: 9, strength: explicit", "passages: ‘9’ stands nowhere else"),
        (
            "point: 5, strength: explicit",
            "point: 5, strength: strong",
            "Alignments, hld-declaration × 5: Value 'strong'",
        ),
        ("framework: hld-declaration, point: 5", "framework: hld, point: 5", "passages: ‘hld’ stands nowhere else"),
        (
            "  vision-2014: [",
            "  vision-2015: [",
            "Statements, vision-2015 1: Value 'vision_2015' is not a valid choice.",
        ),
        (
            "level: operational, agenda_points: [6]",
            "level: field, agenda_points: [6]",
            "Recommendations, OPS-1: Value 'f",
        ),
        (
            "code: P15-1a, agenda_points: [8]",
            "code: P15-1a, agenda_points: 8",
            "agenda_points: a list is expected here.",
        ),
        (
            "kind: platform",
            "kind: website",
            "Stakeholders, Joint Migration and Development Initiative: Value 'website'",
        ),
        (
            "stakeholder_kinds: [",
            "stakeholder_kinds: [website, ",
            "stakeholder_kinds: ‘website’ is not a valid value. Allowed",
        ),
        ("starts: 2006-05-09", "starts: [2006-05-09]", "events, entry 1, starts: a plain value is expected here."),
        (
            "leads: [undesa, iom]",
            "leads: [undesa, itu]",
            "workgroups: ‘itu’ stands nowhere else in the file; it has ilo",
        ),
        (
            "leads: [undesa, iom]",
            "leads: [undesa, undesa]",
            "Participations, data-and-research: undesa: this stands twice",
        ),
        ("  mandate:\n", "  - mandate\n", "cannot be read: it is not YAML: "),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_nothing_of_it_is_loaded(changed, old, new, sentence):
    file = changed(old, new)

    with pytest.raises(CommandError) as refusal:
        load(file)

    assert sentence in str(refusal.value)
    assert {model.__name__: model.objects.count() for model in MODELS if model.objects.exists()} == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file has no sections; it needs agencies, agenda, "),
        (b"- a list", "The file has no sections; it needs agencies, agenda, "),
        (b"group: \xff", "cannot be read: it is not UTF-8."),
        (b"group: {", "cannot be read: it is not YAML: "),
    ],
)
def test_what_is_no_such_file_is_refused(db, tmp_path, content, sentence):
    file = tmp_path / "reference.yaml"
    file.write_bytes(content)

    with pytest.raises(CommandError) as refusal:
        load(file)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("section", "content", "sentence"),
    [
        ("agencies", "ilo", "agencies: a list of entries is expected here."),
        ("agencies", ["ilo"], "agencies, entry 1: it must have acronym, code, name."),
        ("constituents", [], "constituents: lists under names are expected here."),
        ("statements", {"mandate": "one line"}, "statements, mandate: a list is expected here."),
    ],
)
def test_a_section_of_another_shape_is_refused(db, tmp_path, section, content, sentence):
    file = tmp_path / "reference.yaml"
    file.write_text(yaml.safe_dump(SOURCE | {section: content}))

    with pytest.raises(CommandError) as refusal:
        load(file)

    assert str(refusal.value) == sentence


def test_a_file_that_is_not_there_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory."):
        load(tmp_path / "reference.yaml")
