"""Test dates in addresses, however far off: each is answered or refused with a sentence, never a server error."""

from datetime import date

import pytest
from django.db import connection
from icalendar import Calendar

from commitments.models import Commitment, Milestone
from reporting.models import ReportingCycle
from tests.support.factories import (
    CommitmentFactory,
    EventFactory,
    MilestoneFactory,
    ReportingCycleFactory,
    corrected,
    published_report,
)

pytestmark = pytest.mark.django_db

FAR_OFF = ["0001-01-01", "1066-10-14", "2100-12-31", "9999-12-31"]
UNREADABLE = ["01/07/2026", "1.7.2026", "07-01-26", "10000-01-01", "-0001-01-01", "2026-02-30", "soon", "9" * 300]
# Tested with every parameter; other days and texts with a few addresses, one of each kind.
EDGES = ["0001-01-01", "9999-12-31"]
TYPED = ["2026-02-30", "soon"]
OF_EVERY_KIND = {"/api/v1/commitments/", "/data/commitments.csv", "/compare.csv", "/timeline/", "/agenda/"}
IN_FILTERS = [
    ("/api/v1/commitments/", ["due_before", "due_after", "updated_since", "as_of"]),
    ("/api/v1/reports/", ["published_before", "published_after", "updated_since", "as_of"]),
    ("/api/v1/status-changes/", ["changed_before", "changed_after", "updated_since", "as_of"]),
    ("/api/v1/events/", ["starts_before", "starts_after", "as_of"]),
    ("/api/v1/agencies/", ["as_of"]),
    ("/api/v1/frameworks/", ["as_of"]),
    ("/api/v1/summary/matrix/", ["as_of"]),
    ("/commitments/", ["due_before", "due_after", "updated_since", "as_of"]),
    ("/commitments.atom", ["due_before", "due_after", "as_of"]),
    ("/calendar/due.ics", ["due_before", "due_after", "updated_since", "as_of"]),
    ("/data/commitments.csv", ["due_before", "due_after", "updated_since", "as_of"]),
    ("/data/reports.ndjson", ["published_before", "published_after", "updated_since", "as_of"]),
    ("/", ["as_of"]),
    ("/gaps/", ["as_of"]),
    ("/gaps/silent-commitments.csv", ["as_of"]),
    ("/timeline/", ["as_of", "year"]),
    ("/compare/", ["from", "until"]),
    ("/compare.csv", ["from"]),
    ("/agencies/ilo/", ["as_of"]),
    ("/agenda/", ["as_of"]),
    ("/charts/matrix.svg", ["as_of"]),
    ("/charts/status.csv", ["as_of", "due_before"]),
    ("/embed/matrix/", ["as_of"]),
]


@pytest.fixture
def register(ilo):
    commitment = CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 3, 5))
    MilestoneFactory(commitment=commitment, deadline_on=date(2015, 1, 1))
    published_report(commitment)
    EventFactory()
    ReportingCycleFactory(opened=True)
    return commitment


@pytest.mark.exhaustive
def test_far_off_day_is_answered_or_refused_with_a_sentence(client, register):
    answers = {
        (address, word, day): client.get(address, {word: day})
        for address, words in IN_FILTERS
        for word in words
        for day in (FAR_OFF if address in OF_EVERY_KIND else EDGES)
    }

    wrong = {request: answer.status_code for request, answer in answers.items() if answer.status_code not in (200, 400)}
    refused = {request for request, answer in answers.items() if answer.status_code == 400}
    assert wrong == {}
    assert {(word, day) for _address, word, day in refused if word not in ("as_of", "from", "until", "year")} == set()
    assert {day for _address, word, day in refused if word in ("as_of", "from")} == {"2100-12-31", "9999-12-31"}


@pytest.mark.exhaustive
def test_day_that_cannot_be_read_is_refused(client, register):
    requests = [
        (address, word, text)
        for address, words in IN_FILTERS
        for word in words
        for text in (UNREADABLE if address in OF_EVERY_KIND else TYPED)
    ]

    answers = {request: client.get(request[0], {request[1]: request[2]}) for request in requests}

    assert {request: answer.status_code for request, answer in answers.items() if answer.status_code != 400} == {}


@pytest.mark.parametrize("text", ["2015-03-05", "5 March 2015", "5 mar 2015"])
def test_day_of_an_address_is_read_as_in_forms(client, register, text):
    response = client.get("/api/v1/commitments/", {"due_before": text, "due_after": text})
    then = client.get("/", {"as_of": text})

    assert response.json()["count"] == 1
    assert "5 March 2015" in then.content.decode()


@pytest.mark.exhaustive
def test_audit_takes_far_off_days(client, secretariat):
    client.force_login(secretariat)
    address = "/admin/gmg_portal/auditentry/"

    statuses = {
        (word, day): client.get(address, {word: day}).status_code for word in ("since", "until") for day in FAR_OFF
    }

    assert set(statuses.values()) == {200}


@pytest.fixture
def without_date_constraints(register):
    """Drop the tables' constraints on dates, so that implausible rows can be stored."""
    models = [Commitment, Milestone, ReportingCycle]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in [each._meta.db_table for model in models for each in (model, model.history.model)]:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass"
                " AND pg_get_constraintdef(oid) LIKE '%%1990-01-01%%'",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_calendar_leaves_out_the_day_after_which_there_is_none(client, register, without_date_constraints):
    kept = CommitmentFactory(lead_agency=register.lead_agency, title="Kept", deadline_on=date(2015, 6, 30))
    corrected(register, deadline_on=date.max)
    corrected(register.milestones.get(), deadline_on=date.max)
    corrected(ReportingCycle.objects.get(), due_on=date.max, closes_on=date.max)

    answer = client.get("/calendar/due.ics")

    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == [f"Deadline: {kept.reference} Kept"]
