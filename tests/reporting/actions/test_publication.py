from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from reporting import actions
from reporting.models import Assessment, ProgressReport, StatusChange
from tests.reporting.actions.rows import SUBMITTED, answer_in, assessment_in, commitment_in, state_of
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    ProgressReportFactory,
    corrected,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def break_rule_after_submission(report, rule):
    if rule == "evidence":
        report.evidence.all().delete()
    elif rule == "achieved":
        ProgressReport.objects.update(achieved="")
    else:
        row = {"commitment": report.commitment, "superseded_by": report.superseded_by}[rule]
        corrected(row, state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("evidence", "completed"),
        ("achieved", "in_progress"),
        ("commitment", "in_progress"),
        ("superseded_by", "superseded"),
    ],
)
def test_rule_broken_since_submission_stops_publication(rule, status, secretariat):
    successor = CommitmentFactory() if status == "superseded" else None
    report = ProgressReportFactory(submitted=True, status=status, superseded_by=successor)
    EvidenceFactory(report=report)
    break_rule_after_submission(report, rule)

    with pytest.raises(ValidationError) as refusal:
        actions.publish(report, by=secretariat)

    assert set(refusal.value.message_dict) == {rule}
    assert state_of(report) == "submitted"
    assert StatusChange.objects.count() == 0


@pytest.mark.parametrize("make", SUBMITTED)
def test_publish_notes_who_and_when(make, secretariat, time_machine):
    row = make("submitted")
    time_machine.move_to("2014-06-30T23:59:59+00:00", tick=False)

    actions.publish(row, by=secretariat)

    row.refresh_from_db()
    assert (row.state, row.published.iso, row.reviewed_by) == ("published", "2014-06-30", secretariat)
    assert row.reviewed_at == datetime(2014, 6, 30, 23, 59, 59, tzinfo=UTC)


def test_published_report_sets_the_status_of_its_commitment(commitment, secretariat, time_machine):
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="planning", outlook="at_risk")
    time_machine.move_to("2014-06-30T12:00:00+00:00", tick=False)

    actions.publish(report, by=secretariat)

    commitment.refresh_from_db()
    assert (commitment.status, commitment.outlook) == ("planning", "at_risk")
    assert commitment.status_changes.values(
        "report", "from_status", "to_status", "reason", "changed_on", "changed_precision", "changed_by", "recorded_at"
    ).get() == {
        "report": report.pk,
        "from_status": "",
        "to_status": "planning",
        "reason": "",
        "changed_on": date(2014, 6, 30),
        "changed_precision": "day",
        "changed_by": secretariat.pk,
        "recorded_at": datetime(2014, 6, 30, 12, tzinfo=UTC),
    }


def test_report_of_another_status_adds_one_status_change(commitment, secretariat):
    published_report(commitment, status="planning")
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="in_progress")

    actions.publish(report, by=secretariat)

    changes = commitment.status_changes.order_by("pk").values_list("from_status", "to_status")
    assert list(changes) == [("", "planning"), ("planning", "in_progress")]


def test_report_of_the_same_status_adds_no_status_change(commitment, secretariat):
    published_report(commitment, status="planning", outlook="on_track")
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="planning", outlook="constrained")

    actions.publish(report, by=secretariat)

    commitment.refresh_from_db()
    assert commitment.outlook == "constrained"
    assert commitment.status_changes.count() == 1


def test_reason_and_successor_go_to_the_commitment_and_leave_it_again(commitment, secretariat):
    successor = CommitmentFactory()
    superseded = ProgressReportFactory(
        submitted=True,
        commitment=commitment,
        status="superseded",
        superseded_by=successor,
        status_reason="Merged.",
    )
    resumed = ProgressReportFactory(submitted=True, commitment=commitment, status="in_progress")

    actions.publish(superseded, by=secretariat)
    commitment.refresh_from_db()
    then = (commitment.status, commitment.superseded_by, commitment.status_reason)
    actions.publish(resumed, by=secretariat)
    commitment.refresh_from_db()

    assert then == ("superseded", successor, "Merged.")
    assert (commitment.status, commitment.superseded_by, commitment.status_reason) == ("in_progress", None, "")
    assert list(commitment.status_changes.order_by("pk").values_list("reason", flat=True)) == ["Merged.", ""]


def test_reports_are_numbered_by_publication(commitment, secretariat):
    first = ProgressReportFactory(submitted=True, commitment=commitment)
    second = ProgressReportFactory(submitted=True, commitment=commitment)
    elsewhere = ProgressReportFactory(submitted=True)

    for report in (second, first, elsewhere):
        actions.publish(report, by=secretariat)

    numbers = dict(ProgressReport.objects.values_list("pk", "number"))
    assert numbers == {second.pk: 1, first.pk: 2, elsewhere.pk: 1}


@pytest.mark.parametrize("make", [commitment_in, assessment_in, answer_in])
def test_publication_of_anything_else_changes_no_status(make, secretariat):
    row = make("submitted")

    actions.publish(row, by=secretariat)

    assert state_of(row) == "published"
    assert StatusChange.objects.count() == 0


def test_assessment_is_published_beside_the_report_and_not_over_it(commitment, secretariat):
    published_report(commitment, status="completed")
    assessment = AssessmentFactory(submitted=True, commitment=commitment, finding="disagrees")

    actions.publish(assessment, by=secretariat)

    commitment.refresh_from_db()
    assert commitment.status == "completed"
    assert Assessment.objects.published().get() == assessment
