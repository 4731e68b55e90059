from datetime import date, timedelta

import pytest
from icalendar import Calendar

from reporting import actions
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    CommitmentFactory,
    MilestoneFactory,
    ReportingCycleFactory,
    corrected,
    published_report,
)

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


def events(client, query=""):
    response = client.get(f"/calendar/due.ics{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def unfolded(response):
    return response.content.decode().replace("\r\n ", "")


def summaries(client, query=""):
    return {str(event["summary"]) for event in events(client, query)}


def test_calendar_holds_what_is_still_due(client, ilo):
    running = CommitmentFactory(lead_agency=ilo, title="Running", deadline_on=date(2015, 3, 5))
    MilestoneFactory(commitment=running, title="Open step", deadline_on=date(2014, 12, 1))
    MilestoneFactory(commitment=running, title="Met step", deadline_on=date(2014, 6, 1), met_on=date(2014, 5, 1))
    MilestoneFactory(commitment=running, title="Undated step")
    CommitmentFactory(lead_agency=ilo, title="Undated")
    finished = CommitmentFactory(lead_agency=ilo, title="Finished", deadline_on=date(2015, 3, 5))
    MilestoneFactory(commitment=finished, title="Step of the finished", deadline_on=date(2014, 12, 1))
    published_report(finished, status="completed")
    CommitmentFactory(withdrawn=True, lead_agency=ilo, title="Withdrawn", deadline_on=date(2015, 3, 5))
    for state in ("draft", "submitted", "sent_back"):
        MilestoneFactory(
            commitment=CommitmentFactory(
                **{state: True}, lead_agency=ilo, title="Hidden", deadline_on=date(2015, 3, 5)
            ),
            title="Hidden step",
            deadline_on=date(2015, 3, 5),
        )
    ReportingCycleFactory(opened=True, title="Open cycle")
    ReportingCycleFactory(opened=True, closed_on=date(2015, 1, 1), title="Closed cycle")

    assert summaries(client) == {
        f"Deadline: {running.reference} Running",
        f"Step due: Open step ({running.reference})",
        "Progress reports due: Open cycle",
    }


def test_event_is_one_whole_day_with_its_address(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 3, 5))
    at = commitment.history.latest("history_id").history_date.replace(microsecond=0)

    (event,) = events(client)

    assert event["dtstart"].params["VALUE"] == "DATE"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2015, 3, 5), date(2015, 3, 6))
    assert event["dtstamp"].dt == event["last-modified"].dt == at
    assert event["url"] == f"{HOST}/commitments/{commitment.reference}/"
    assert str(event["description"]) == f"Led by ILO.\n{HOST}/commitments/{commitment.reference}/"


@pytest.mark.parametrize(
    ("precision", "day", "period"),
    [("month", date(2015, 2, 28), "February 2015"), ("year", date(2015, 12, 31), "2015")],
)
def test_day_known_by_its_period_stands_on_the_last_and_says_so(client, precision, day, period):
    CommitmentFactory(deadline_on=day, deadline_precision=precision)

    (event,) = events(client)

    assert event["dtstart"].dt == day
    assert str(event["description"]).startswith(f"The source says only {period}: this is its last day.\n")


def test_identifiers_are_unique_and_stay(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 3, 5))
    milestone = MilestoneFactory(commitment=commitment, deadline_on=date(2014, 12, 1))
    ReportingCycleFactory(opened=True)
    before = [str(event["uid"]) for event in events(client)]

    commitment.refresh_from_db()
    corrected(commitment, title="Corrected", deadline_on=date(2015, 4, 1))
    milestone.title = "Renamed"
    milestone.save()
    after = [str(event["uid"]) for event in events(client)]

    assert len(set(before)) == 3
    assert after == before


def test_moved_day_is_a_later_revision(client, ilo, time_machine):
    commitment = CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 3, 5))
    milestone = MilestoneFactory(commitment=commitment, deadline_on=date(2014, 12, 1))
    cycle = ReportingCycleFactory(opened=True)
    before = {str(event["uid"]): event for event in events(client)}
    time_machine.move_to("2030-01-02T03:04:05Z", tick=False)

    commitment.refresh_from_db()
    corrected(commitment, deadline_on=date(2015, 4, 1))
    corrected(milestone, deadline_on=date(2014, 12, 24))
    corrected(cycle, due_on=cycle.due_on + timedelta(days=7))
    after = {str(event["uid"]): event for event in events(client)}

    assert after.keys() == before.keys()
    for uid, event in after.items():
        assert event["dtstart"].dt > before[uid]["dtstart"].dt
        assert event["sequence"] > before[uid]["sequence"]
        assert event["dtstamp"].dt == event["last-modified"].dt > before[uid]["last-modified"].dt


def test_calendar_of_a_question_holds_what_the_register_finds(client, ilo, iom):
    own = CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 3, 5), title="Own")
    part = CommitmentFactory(lead_agency=iom, partners=[ilo], deadline_on=date(2015, 3, 6), title="Part")
    MilestoneFactory(commitment=part, deadline_on=date(2014, 12, 1), title="Step")
    MilestoneFactory(
        commitment=CommitmentFactory(lead_agency=iom, deadline_on=date(2015, 3, 5)), deadline_on=date(2014, 12, 1)
    )
    CommitmentFactory(lead_agency=ilo, draft=True, deadline_on=date(2015, 3, 5))

    assert summaries(client, "?agency=ilo") == {
        f"Deadline: {own.reference} Own",
        f"Deadline: {part.reference} Part",
        f"Step due: Step ({part.reference})",
    }
    assert "X-WR-CALNAME:GMG HLD follow-up: deadlines (Agency (lead or partner): ILO)" in unfolded(
        client.get("/calendar/due.ics?agency=ilo")
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("agency=nobody", "agency: ‘nobody’ is not a valid value. Allowed: ilo."),
        ("agenci=ilo", "‘agenci’ is not a parameter here. Did you mean ‘agency’?"),
        ("as_of=2999-01-01", "in the future"),
    ],
)
def test_calendar_refuses_what_the_register_does_not_know(client, ilo, words, says):
    response = client.get(f"/calendar/due.ics?{words}")

    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert says in response.content.decode()


def test_calendar_is_written_as_the_standard_asks(client, ilo):
    title = "Semicolon; comma, back\\slash, “quotes”, two\nlines, \x0b and a long tail of مرحبا 你好 " + "x" * 100
    CommitmentFactory(lead_agency=ilo, title=title, deadline_on=date(2015, 3, 5))

    response = client.get("/calendar/due.ics")
    lines = response.content.split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert {
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
        f"SOURCE;VALUE=URI:{HOST}/calendar/due.ics",
        "TRANSP:TRANSPARENT",
    } <= set(unfolded(response).split("\r\n"))
    assert "Semicolon\\; comma\\, back\\\\slash\\, “quotes”\\, two\\nlines\\, \ufffd" in unfolded(response)
    assert str(next(iter(events(client)))["summary"]).endswith(title.replace("\x0b", "\ufffd"))


def test_calendar_of_one_revision_is_always_the_same(client, ilo):
    CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 3, 5))

    assert client.get("/calendar/due.ics").content == client.get("/calendar/due.ics").content


def test_calendar_as_of_a_day_holds_what_was_due_then(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, title="Finished later", deadline_on=date(2015, 3, 5))
    MilestoneFactory(commitment=commitment, title="Met later", deadline_on=date(2014, 12, 1), met_on=date(2014, 11, 1))
    ReportingCycleFactory(opened=True, closed_on=date(2015, 1, 1), title="Closed later")
    published_report(commitment, on="2014-12-31", status="completed")

    assert summaries(client) == set()
    assert summaries(client, "?as_of=2014-10-31") == {
        f"Deadline: {commitment.reference} Finished later",
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


@pytest.mark.parametrize("rows", first_fast([1, 6]))
def test_calendar_takes_as_many_queries_for_any_number_of_rows(client, ilo, django_assert_num_queries, rows):
    for _ in range(rows):
        MilestoneFactory(
            commitment=CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 3, 5)), deadline_on=date(2014, 12, 1)
        )

    with django_assert_num_queries(7):
        calendar_events = events(client)

    assert len(calendar_events) == 2 * rows


def test_name_of_the_calendar_is_one_line_whatever_is_searched(client, ilo):
    response = client.get("/calendar/due.ics", {"q": "fair,\r\nATTENDEE:x;\rrecruitment"})

    (name,) = [line for line in unfolded(response).split("\r\n") if line.startswith("X-WR-CALNAME")]
    assert response.status_code == 200
    assert "\r" not in unfolded(response).replace("\r\n", "")
    assert name.endswith(r"fair\, ATTENDEE:x\; recruitment)")
