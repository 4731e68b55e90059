"""Formats of dates and times, the same on every page and in every mail."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin.templatetags.admin_list import display_for_field
from django.template import Context, Template
from django.utils.formats import date_format, localize

from commitments.models import Milestone
from foundation.dates.inputs import AdminDayInput, DayField, DayInput, DayPicker
from reporting.models import Evidence, ProgressReport

DAY, MOMENT = date(2026, 11, 30), datetime(2026, 11, 30, 2, 51, tzinfo=UTC)


@pytest.mark.parametrize("template", ["{{ day }}", "{{ day|date }}", '{{ day|date:"SHORT_DATE_FORMAT" }}'])
def test_day_is_written_in_words(template):
    assert Template(template).render(Context({"day": DAY})) == "30 November 2026"


@pytest.mark.parametrize("template", ["{{ moment }}", '{{ moment|date:"DATETIME_FORMAT" }}'])
def test_datetime_names_its_zone(template):
    assert Template(template).render(Context({"moment": MOMENT})) == "30 November 2026, 02:51 UTC"


def test_python_and_admin_write_the_same():
    column = ProgressReport._meta.get_field("submitted_at")

    assert (localize(DAY), date_format(DAY)) == ("30 November 2026", "30 November 2026")
    assert display_for_field(MOMENT, column, "–") == "30 November 2026, 02:51 UTC"


@pytest.mark.parametrize("widget", [DayInput, AdminDayInput, DayPicker])
def test_input_holds_iso(widget):
    assert 'value="2026-11-30"' in widget().render("day", DAY)
    assert 'value="2026-11-30"' in DayField(widget=widget).widget.render("day", "2026-11-30")


@pytest.mark.parametrize("widget", [DayInput, AdminDayInput])
def test_input_shows_its_day_in_words(widget):
    words = '<span class="date-in-words">30 November 2026</span>'

    assert words in widget().render("day", DAY)
    assert words in widget().render("day", "2026-11-30")
    assert "date-in-words" not in widget().render("day", "01/07/2026")
    assert "date-in-words" not in widget().render("day", None)


def test_picker_gets_iso_for_a_day_in_words():
    assert 'value="2026-11-30"' in DayPicker().render("day", "30 Nov 2026")


@pytest.mark.parametrize(
    ("value", "day", "is_known"),
    [
        (None, None, False),
        (None, DAY, False),
        (DAY, None, True),
        (DAY, DAY, True),
        (DAY, date(2026, 11, 29), False),
    ],
)
def test_date_is_known_from_its_own_day_on(value, day, is_known):
    template = Template(
        "{% load as_of_values %}"
        "{% if milestone|met_by:day %}known{% endif %} {% if evidence|seen_by:day %}known{% endif %}"
    )
    rows = {
        "milestone": Milestone(met_on=value, met_precision="day" if value else ""),
        "evidence": Evidence(seen_on=value),
    }

    assert template.render(Context({**rows, "day": day})) == ("known known" if is_known else " ")


@pytest.mark.parametrize(
    ("deadline_on", "met_on", "is_overdue"),
    [
        (None, None, False),
        (DAY, None, False),
        (DAY - timedelta(days=1), None, True),
        (DAY - timedelta(days=1), DAY, False),
        (DAY - timedelta(days=1), DAY + timedelta(days=1), True),
    ],
)
def test_milestone_is_overdue_from_the_day_after_it_was_due_until_it_is_met(deadline_on, met_on, is_overdue):
    milestone = Milestone(deadline_on=deadline_on, met_on=met_on, met_precision="day" if met_on else "")

    assert milestone.is_overdue_on(DAY) is is_overdue


@pytest.mark.parametrize(
    ("checked_at", "day", "is_later"),
    [
        (None, None, False),
        (None, DAY, False),
        (datetime(2026, 11, 30, 23, tzinfo=UTC), DAY, False),
        (datetime(2026, 12, 1, tzinfo=UTC), DAY, True),
        (datetime(2026, 12, 1, tzinfo=UTC), None, False),
    ],
)
def test_link_check_after_the_day_is_not_known_on_it(checked_at, day, is_later):
    assert Evidence(link_checked_at=checked_at).is_link_checked_after(day) is is_later
