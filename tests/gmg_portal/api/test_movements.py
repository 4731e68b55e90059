"""What changed in public is found by when it changed: whoever follows misses nothing."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection, transaction

from commitments import actions
from commitments.models import Commitment, Evidence, ProgressReport, StatusChange
from gmg_portal.http.revision import CurrentRevision
from tests.factories import (
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
    as_committed,
    corrected,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
committing = pytest.mark.django_db(transaction=True)
REGISTER = "/api/v1/commitments/"


def sql(statement, *values, using=connection):
    with using.cursor() as cursor:
        cursor.execute(statement, values)


def moments():
    """When each commitment moved, by its number."""
    return dict(Commitment.objects.filter(movement__isnull=False).values_list("pk", "movement__moved_at"))


def moved_by(write):
    """The commitments that a write moves as if it were a transaction of its own."""
    as_committed()
    before = moments()
    write()
    as_committed()
    return {pk for pk, moment in moments().items() if moment != before.get(pk)}


# What moves a commitment


@pytest.fixture
def joint(ilo, iom, points):
    """A commitment that names everything that one can name, and its published report."""
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
    "a judgement": lambda c: AssessmentFactory(commitment=c, public=True),
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


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_change_of_what_a_commitment_says_moves_it(joint, write):
    assert joint.pk in moved_by(lambda: write(joint))


def test_answer_moves_the_commitment_that_was_judged(joint, secretariat, ohchr):
    answered = AssessmentFactory(commitment=joint, public=True, agency=ohchr, assessor_kind="peer_agency")

    assert moved_by(lambda: AnswerFactory(assessment=answered, public=True)) == {joint.pk}


def test_work_group_moves_what_it_leads(db):
    group = WorkGroupFactory()
    led, other = CommitmentFactory(lead_agency=None, workgroup=group), CommitmentFactory()

    assert moved_by(lambda: saved(group, title="Other")) == {led.pk}
    assert other.pk in moments()


def test_successor_and_former_move_together(commitment):
    successor = CommitmentFactory()

    assert moved_by(lambda: published_report(commitment, status="superseded", superseded_by=successor)) == {
        commitment.pk,
        successor.pk,
    }
    assert moved_by(lambda: corrected(successor, title="Other")) == {commitment.pk, successor.pk}


def test_draft_moves_nothing_and_is_kept_by_no_moment(joint):
    def write():
        draft = CommitmentFactory(draft=True)
        MilestoneFactory(commitment=draft)
        ProgressReportFactory(commitment=joint, on_behalf_of=AgencyFactory())
        AssessmentFactory(commitment=joint)

    assert moved_by(write) == set()
    assert len(moments()) == 1


def test_report_moves_by_its_evidence_and_the_name_of_its_commitment(client, joint):
    as_committed()
    report = ProgressReport.objects.get()
    seen = [report.movement.moved_at]
    for write in (WRITES["the check of a link"], WRITES["its wording"], WRITES["its partner's name"]):
        write(joint)
        as_committed()
        report.movement.refresh_from_db()
        seen.append(report.movement.moved_at)

    assert sorted(set(seen)) == seen


# In the order in which transactions commit


@committing
def test_later_commit_has_the_later_moment_whichever_wrote_first():
    """A reader who has seen the second commit may ask from its moment on, though the first began before it."""
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

    assert moments()[second.pk] == seen < moments()[first.pk] == CurrentRevision.read().moved_at


@committing
def test_rows_of_one_transaction_share_the_moment_of_the_revision():
    with transaction.atomic():
        rows = CommitmentFactory.create_batch(3)

    assert [moments()[row.pk] for row in rows] == [CurrentRevision.read().moved_at] * 3


@committing
def test_moments_only_grow_even_where_the_clock_stands_still():
    ahead = datetime(2999, 1, 1, tzinfo=UTC)
    commitment = CommitmentFactory()
    sql("UPDATE revision SET moved_at = %s", ahead)

    MilestoneFactory(commitment=commitment)

    assert moments()[commitment.pk] > ahead


# Asking for what moved


def asked(client, **words):
    answer = client.get(REGISTER, words)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_change_of_a_part_is_found_by_its_moment(client, joint):
    other = CommitmentFactory()
    as_committed()
    since = moments()[other.pk]
    MilestoneFactory(commitment=joint)
    as_committed()

    found = {row["reference"]: row["updated_at"] for row in asked(client, updated_since=since.isoformat())}

    assert found.keys() == {joint.reference, other.reference}
    assert found[joint.reference] > found[other.reference]
    later = client.get(f"{REGISTER}{joint.reference}/").json()["updated_at"]
    assert later == found[joint.reference]
    assert [row["reference"] for row in asked(client, updated_since=later)] == [joint.reference]


def test_withdrawn_commitment_answers_as_withdrawn(client, joint, secretariat):
    as_committed()
    since = moments()[joint.pk].isoformat()
    joint = actions.withdraw(joint, by=secretariat, reason="It was never undertaken.")
    as_committed()

    (row,) = asked(client, updated_since=since)

    assert asked(client) == []
    assert (row["state"], row["withdrawn_reason"]) == ("withdrawn", "It was never undertaken.")
    assert row["withdrawn_on"] == joint.withdrawn_on.isoformat()
    page = client.get("/commitments/", {"updated_since": since}).content.decode()
    assert joint.reference in page and "withdrawn on" in page
    assert b",withdrawn," in client.get("/data/commitments.csv", {"updated_since": since}).getvalue()
    assert asked(client, updated_since=since, status="completed") == []


def test_freshness_that_turns_at_midnight_is_a_change(client, commitment):
    cycle = ReportingCycleFactory(
        opens_on=date(2014, 3, 1), opened_on=date(2014, 3, 1), due_on=date(2014, 6, 30), closes_on=date(2099, 1, 1)
    )
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    as_committed()
    sql("UPDATE commitments_commitmentmovement SET moved_at = '2014-03-01T12:00:00Z'")

    with time_machine.travel(datetime(2014, 6, 30, 23, 59, tzinfo=UTC), tick=False):
        assert asked(client, updated_since="2014-06-30") == []
    with time_machine.travel(datetime(2014, 7, 1, 0, 1, tzinfo=UTC), tick=False):
        (row,) = asked(client, updated_since="2014-07-01")
        assert (row["freshness"], row["updated_at"]) == ("never_reported", "2014-07-01T00:00:00Z")
        assert asked(client, updated_since="2014-07-01T00:00:01Z") == []


def test_answer_says_from_which_moment_of_the_record_it_was_made(client, joint):
    as_committed()
    moment = client.get(REGISTER)["Record-Moment"]

    assert datetime.fromisoformat(moment) == CurrentRevision.read().moved_at
    assert [row["updated_at"] for row in asked(client, updated_since=moment)] == [moment]
    assert asked(client, updated_since="2999-01-01") == []


def test_reports_and_changes_are_followed_likewise(client, joint):
    as_committed()
    seen = CurrentRevision.read().moved_at.isoformat()
    published_report(joint, on="2016-01-01", status="completed")
    as_committed()
    later = CurrentRevision.read().moved_at.isoformat()

    for name, model in (("reports", ProgressReport), ("status-changes", StatusChange)):
        address = f"/api/v1/{name}/"
        assert model.objects.count() == 2
        assert client.get(address, {"updated_since": seen}).json()["count"] == 2
        (row,) = client.get(address, {"updated_since": later}).json()["results"]
        assert client.get(f"{address}{row['code']}/").json()["updated_at"] == row["updated_at"]


@pytest.mark.parametrize("words", [{"updated_since": "2014-01-01"}, {"ordering": "-updated"}])
def test_moments_of_past_days_are_not_known(client, joint, words):
    answer = client.get(REGISTER, {"as_of": "2015-01-01", **words})

    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.json()["errors"]] == list(words)
    (row,) = asked(client, as_of="2015-01-01")
    assert row["updated_at"] is None
