from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from commitments import actions
from gmg_portal.models import Revision
from tests.factories import CommitmentFactory, MilestoneFactory, ReportingCycleFactory, corrected, published_report

pytestmark = pytest.mark.django_db

HOST = "http://testserver"
MOVED_AT = datetime(2014, 7, 1, 9, 30, tzinfo=UTC)


def events(client, query=""):
    response = client.get(f"/calendar/due.ics{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def summaries(client, query=""):
    return {str(event["summary"]) for event in events(client, query)}


def test_calendar_holds_what_is_still_due(client, ilo):
    running = CommitmentFactory(lead_agency=ilo, title="Running", due_on=date(2015, 3, 5))
    MilestoneFactory(commitment=running, title="Open step", due_on=date(2014, 12, 1))
    MilestoneFactory(commitment=running, title="Met step", due_on=date(2014, 6, 1), met_on=date(2014, 5, 1))
    MilestoneFactory(commitment=running, title="Undated step")
    CommitmentFactory(lead_agency=ilo, title="Undated")
    finished = CommitmentFactory(lead_agency=ilo, title="Finished", due_on=date(2015, 3, 5))
    MilestoneFactory(commitment=finished, title="Step of the finished", due_on=date(2014, 12, 1))
    published_report(finished, status="completed")
    CommitmentFactory(withdrawn=True, lead_agency=ilo, title="Withdrawn", due_on=date(2015, 3, 5))
    for state in ("draft", "submitted", "sent_back"):
        MilestoneFactory(
            commitment=CommitmentFactory(**{state: True}, lead_agency=ilo, title="Hidden", due_on=date(2015, 3, 5)),
            title="Hidden step",
            due_on=date(2015, 3, 5),
        )
    ReportingCycleFactory(opened=True, title="Open cycle")
    ReportingCycleFactory(opened=True, closed_on=date(2015, 1, 1), title="Closed cycle")

    assert summaries(client) == {
        f"Due: {running.reference} Running",
        f"Step due: Open step ({running.reference})",
        "Progress reports due: Open cycle",
    }


def test_event_is_one_whole_day_with_its_address(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, due_on=date(2015, 3, 5))
    Revision.objects.update_or_create(pk=1, defaults={"number": 7, "moved_at": MOVED_AT})

    (event,) = events(client)

    assert event["dtstart"].params["VALUE"] == "DATE"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2015, 3, 5), date(2015, 3, 6))
    assert event["dtstamp"].dt == MOVED_AT
    assert event["url"] == f"{HOST}/commitments/{commitment.reference}/"
    assert str(event["description"]) == f"Led by ILO.\n{HOST}/commitments/{commitment.reference}/"


@pytest.mark.parametrize(
    ("precision", "day", "period"),
    [("month", date(2015, 2, 28), "February 2015"), ("year", date(2015, 12, 31), "2015")],
)
def test_day_known_by_its_period_stands_on_the_last_and_says_so(client, precision, day, period):
    CommitmentFactory(due_on=day, due_precision=precision)

    (event,) = events(client)

    assert event["dtstart"].dt == day
    assert str(event["description"]).startswith(f"The source says only {period}: this is its last day.\n")


def test_identifiers_are_unique_and_stay(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, due_on=date(2015, 3, 5))
    milestone = MilestoneFactory(commitment=commitment, due_on=date(2014, 12, 1))
    ReportingCycleFactory(opened=True)
    before = [str(event["uid"]) for event in events(client)]

    commitment.refresh_from_db()
    corrected(commitment, title="Corrected", due_on=date(2015, 4, 1))
    milestone.title = "Renamed"
    milestone.save()
    after = [str(event["uid"]) for event in events(client)]

    assert len(set(before)) == 3
    assert after == before


def test_calendar_of_one_revision_is_always_the_same(client, ilo):
    CommitmentFactory(lead_agency=ilo, due_on=date(2015, 3, 5))

    assert client.get("/calendar/due.ics").content == client.get("/calendar/due.ics").content


def test_calendar_as_of_a_day_holds_what_was_due_then(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, title="Finished later", due_on=date(2015, 3, 5))
    MilestoneFactory(commitment=commitment, title="Met later", due_on=date(2014, 12, 1), met_on=date(2014, 11, 1))
    ReportingCycleFactory(opened=True, closed_on=date(2015, 1, 1), title="Closed later")
    published_report(commitment, on="2014-12-31", status="completed")

    assert summaries(client) == set()
    assert summaries(client, "?as_of=2014-10-31") == {
        f"Due: {commitment.reference} Finished later",
        f"Step due: Met later ({commitment.reference})",
        "Progress reports due: Closed later",
    }


def test_calendar_as_of_a_day_is_the_same_after_a_reopening(client, secretariat, time_machine):
    cycle = ReportingCycleFactory(opened=True, title="Closed and reopened")
    time_machine.move_to("2015-01-15T12:00:00+00:00", tick=False)
    actions.close_cycle(cycle, by=secretariat)
    time_machine.move_to("2015-02-03T12:00:00+00:00", tick=False)
    actions.reopen_cycle(cycle, reason="Floods.", by=secretariat)

    assert summaries(client, "?as_of=2015-01-20") == set()
    assert summaries(client, "?as_of=2015-01-14") == summaries(client) == {"Progress reports due: Closed and reopened"}


def test_calendar_without_events_is_still_one(client, db):
    assert events(client) == []


@pytest.mark.parametrize("rows", [1, 30])
def test_calendar_takes_as_many_queries_for_any_number_of_rows(client, ilo, django_assert_num_queries, rows):
    for _ in range(rows):
        MilestoneFactory(
            commitment=CommitmentFactory(lead_agency=ilo, due_on=date(2015, 3, 5)), due_on=date(2014, 12, 1)
        )

    with django_assert_num_queries(6):
        found = events(client)

    assert len(found) == 2 * rows
