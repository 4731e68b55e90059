"""Test `updated_since`: a client that polls it misses no public change."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection, transaction

from commitments.models import Commitment
from gmg_portal.revision.current import CurrentRevision
from reporting import actions
from reporting.models import Evidence, ProgressReport, StatusChange
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    WorkGroupFactory,
    WorkPlanFactory,
    corrected,
    published_report,
    run_deferred_triggers,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
committing = pytest.mark.django_db(transaction=True)
REGISTER = "/api/v1/commitments/"


def sql(statement, *values, using=connection):
    with using.cursor() as cursor:
        cursor.execute(statement, values)


def times_of_change():
    """Return when each commitment last changed, by primary key."""
    return dict(Commitment.objects.filter(movement__isnull=False).values_list("pk", "movement__moved_at"))


def commitments_moved_by(write):
    """Return the commitments whose time of change a write updates, as if it were a transaction of its own."""
    run_deferred_triggers()
    before = times_of_change()
    write()
    run_deferred_triggers()
    return {pk for pk, moment in times_of_change().items() if moment != before.get(pk)}


# Writes that update a commitment's time of change


@pytest.fixture
def full_commitment(ilo, iom, points):
    """Create a commitment with every kind of related row, and its published report."""
    commitment = CommitmentFactory(
        lead_agency=ilo,
        partners=[iom],
        agenda_points=[points[0]],
        recommendations=[RecommendationFactory()],
        stakeholders=[StakeholderFactory()],
        work_plan=WorkPlanFactory(),
    )
    published_report(commitment, parts={iom: "Trained."}, evidence=[EvidenceFactory.build(report=None)])
    return commitment


def saved(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


WRITES = {
    "its wording": lambda c: corrected(c, title="Other"),
    "a step": lambda c: MilestoneFactory(commitment=c),
    "a partner": lambda c: PartnerFactory(commitment=c, agency=AgencyFactory()),
    "a report": lambda c: published_report(c, on="2016-01-01"),
    "the check of a link": lambda c: Evidence.objects.filter(report__commitment=c).update(
        link_check="answers", link_checked_at=datetime(2026, 1, 1, tzinfo=UTC)
    ),
    "an assessment": lambda c: AssessmentFactory(commitment=c, public=True),
    "a point": lambda c: c.agenda_points.add(AgendaPointFactory()),
    "its lead's name": lambda c: saved(c.lead_agency, name="Other"),
    "its partner's name": lambda c: saved(c.partner_agencies.get(), name="Other"),
    "its point's title": lambda c: saved(c.agenda_points.get(), title="Other"),
    "its recommendation's wording": lambda c: saved(c.recommendations.get(), text="Other"),
    "its stakeholder's name": lambda c: saved(c.stakeholders.get(), name="Other"),
    "its work plan's title": lambda c: saved(c.work_plan, title="Other"),
    "a cycle that opens": lambda c: ReportingCycleFactory(),
    "plain SQL": lambda c: sql("UPDATE commitments_stakeholder SET kind = 'academia'"),
}


@pytest.mark.parametrize("write", first_fast(WRITES.values()), ids=WRITES)
def test_change_of_what_a_commitment_says_moves_it(full_commitment, write):
    assert full_commitment.pk in commitments_moved_by(lambda: write(full_commitment))


def test_answer_moves_the_assessed_commitment(full_commitment, secretariat, ohchr):
    answered = AssessmentFactory(commitment=full_commitment, public=True, agency=ohchr, assessor_kind="peer_agency")

    assert commitments_moved_by(lambda: AnswerFactory(assessment=answered, public=True)) == {full_commitment.pk}


def test_work_group_moves_what_it_leads(db):
    group = WorkGroupFactory()
    led, other = CommitmentFactory(lead_agency=None, workgroup=group), CommitmentFactory()

    assert commitments_moved_by(lambda: saved(group, title="Other")) == {led.pk}
    assert other.pk in times_of_change()


def test_successor_and_former_move_together(commitment):
    successor = CommitmentFactory()

    assert commitments_moved_by(lambda: published_report(commitment, status="superseded", superseded_by=successor)) == {
        commitment.pk,
        successor.pk,
    }
    assert commitments_moved_by(lambda: corrected(successor, title="Other")) == {commitment.pk, successor.pk}


def test_draft_moves_nothing_and_is_kept_by_no_moment(full_commitment):
    def write():
        draft = CommitmentFactory(draft=True)
        MilestoneFactory(commitment=draft)
        ProgressReportFactory(commitment=full_commitment, on_behalf_of=AgencyFactory())
        AssessmentFactory(commitment=full_commitment)

    assert commitments_moved_by(write) == set()
    assert len(times_of_change()) == 1


def test_report_moves_by_its_evidence_and_the_name_of_its_commitment(client, full_commitment):
    run_deferred_triggers()
    report = ProgressReport.objects.get()
    seen = [report.movement.moved_at]
    for write in (WRITES["the check of a link"], WRITES["its wording"], WRITES["its partner's name"]):
        write(full_commitment)
        run_deferred_triggers()
        report.movement.refresh_from_db()
        seen.append(report.movement.moved_at)

    assert sorted(set(seen)) == seen


# Order of commits


@committing
def test_later_commit_has_the_later_moment_whichever_wrote_first():
    """A client that has read the second commit continues from its time, though the first began earlier."""
    first, second = CommitmentFactory(), CommitmentFactory()
    stakeholder = StakeholderFactory()
    first.stakeholders.add(stakeholder)
    session = connection.copy()
    session.set_autocommit(False)
    try:
        sql("UPDATE commitments_stakeholder SET kind = 'academia' WHERE id = %s", stakeholder.pk, using=session)
        MilestoneFactory(commitment=second)
        seen = CurrentRevision.read().moved_at
        session.commit()
    finally:
        session.close()

    assert times_of_change()[second.pk] == seen < times_of_change()[first.pk] == CurrentRevision.read().moved_at


@committing
def test_rows_of_one_transaction_share_the_moment_of_the_revision():
    with transaction.atomic():
        rows = CommitmentFactory.create_batch(3)

    assert [times_of_change()[row.pk] for row in rows] == [CurrentRevision.read().moved_at] * 3


@committing
def test_moments_only_grow_even_where_the_clock_stands_still():
    ahead = datetime(2999, 1, 1, tzinfo=UTC)
    commitment = CommitmentFactory()
    sql("UPDATE revision SET moved_at = %s", ahead)

    MilestoneFactory(commitment=commitment)

    assert times_of_change()[commitment.pk] > ahead


# updated_since


def search_rows(client, **words):
    answer = client.get(REGISTER, words)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_change_of_a_part_is_found_by_its_moment(client, full_commitment):
    other = CommitmentFactory()
    run_deferred_triggers()
    since = times_of_change()[other.pk]
    MilestoneFactory(commitment=full_commitment)
    run_deferred_triggers()

    updated_at = {row["reference"]: row["updated_at"] for row in search_rows(client, updated_since=since.isoformat())}

    assert updated_at.keys() == {full_commitment.reference, other.reference}
    assert updated_at[full_commitment.reference] > updated_at[other.reference]
    later = client.get(f"{REGISTER}{full_commitment.reference}/").json()["updated_at"]
    assert later == updated_at[full_commitment.reference]
    assert [row["reference"] for row in search_rows(client, updated_since=later)] == [full_commitment.reference]


def test_withdrawn_commitment_answers_as_withdrawn(client, full_commitment, secretariat):
    run_deferred_triggers()
    since = times_of_change()[full_commitment.pk].isoformat()
    full_commitment = actions.withdraw(full_commitment, by=secretariat, reason="It was never undertaken.")
    run_deferred_triggers()

    (row,) = search_rows(client, updated_since=since)

    assert search_rows(client) == []
    assert (row["state"], row["withdrawn_reason"]) == ("withdrawn", "It was never undertaken.")
    assert row["withdrawn_on"] == full_commitment.withdrawn_on.isoformat()
    page = client.get("/commitments/", {"updated_since": since}).content.decode()
    assert full_commitment.reference in page and "withdrawn on" in page
    assert b",withdrawn," in client.get("/data/commitments.csv", {"updated_since": since}).getvalue()
    assert search_rows(client, updated_since=since, status="completed") == []


def test_freshness_that_turns_at_midnight_is_a_change(client, commitment):
    cycle = ReportingCycleFactory(
        opens_on=date(2014, 3, 1), opened_on=date(2014, 3, 1), due_on=date(2014, 6, 30), closes_on=date(2099, 1, 1)
    )
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    run_deferred_triggers()
    sql("UPDATE commitments_commitmentmovement SET moved_at = '2014-03-01T12:00:00Z'")

    with time_machine.travel(datetime(2014, 6, 30, 23, 59, tzinfo=UTC), tick=False):
        assert search_rows(client, updated_since="2014-06-30") == []
    with time_machine.travel(datetime(2014, 7, 1, 0, 1, tzinfo=UTC), tick=False):
        (row,) = search_rows(client, updated_since="2014-07-01")
        assert (row["freshness"], row["updated_at"]) == ("never_reported", "2014-07-01T00:00:00Z")
        assert search_rows(client, updated_since="2014-07-01T00:00:01Z") == []


def test_response_has_revision_and_time_of_the_record(client, full_commitment):
    run_deferred_triggers()
    moment = client.get(REGISTER)["Record-Moment"]

    assert datetime.fromisoformat(moment) == CurrentRevision.read().moved_at
    assert [row["updated_at"] for row in search_rows(client, updated_since=moment)] == [moment]
    assert search_rows(client, updated_since="2999-01-01") == []


def test_reports_and_changes_are_followed_likewise(client, full_commitment):
    run_deferred_triggers()
    seen = CurrentRevision.read().moved_at.isoformat()
    published_report(full_commitment, on="2016-01-01", status="completed")
    run_deferred_triggers()
    later = CurrentRevision.read().moved_at.isoformat()

    for name, model in (("reports", ProgressReport), ("status-changes", StatusChange)):
        address = f"/api/v1/{name}/"
        assert model.objects.count() == 2
        assert client.get(address, {"updated_since": seen}).json()["count"] == 2
        (row,) = client.get(address, {"updated_since": later}).json()["results"]
        assert client.get(f"{address}{row['code']}/").json()["updated_at"] == row["updated_at"]


@pytest.mark.parametrize("words", [{"updated_since": "2014-01-01"}, {"ordering": "-updated"}])
def test_moments_of_past_days_are_not_known(client, full_commitment, words):
    answer = client.get(REGISTER, {"as_of": "2015-01-01", **words})

    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.json()["errors"]] == list(words)
    (row,) = search_rows(client, as_of="2015-01-01")
    assert row["updated_at"] is None
