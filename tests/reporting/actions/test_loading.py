import pytest
from django.core.exceptions import ValidationError

from commitments.models import Commitment
from foundation.dates.partial import PartialDate
from reporting import actions
from reporting.models import Evidence, ProgressReport, StatusChange
from tests.support.factories import CommitmentFactory, EvidenceFactory, ProgressReportFactory, published_report

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NO_EVIDENCE = "‘Completed’ needs at least one public piece of evidence."


def test_loaded_commitment_is_public_from_a_day_in_the_past(ilo):
    commitment = CommitmentFactory.build(draft=True, lead_agency=ilo)

    actions.publish_past(commitment, on=PartialDate.parse("2013-12"))

    commitment = Commitment.objects.get()
    assert (commitment.state, commitment.published.iso) == ("published", "2013-12")
    assert (commitment.author, commitment.submitted_by, commitment.reviewed_by) == (None, None, None)
    line = commitment.history.get()
    assert (line.history_change_reason, line.history_user) == ("load", None)


def test_loaded_report_is_dated_as_its_source(commitment):
    report = ProgressReportFactory.build(commitment=commitment, status="completed", outlook="on_track")
    pieces = [EvidenceFactory.build(report=None), EvidenceFactory.build(report=None, is_public=False)]

    actions.record_past_report(report, pieces, on=PartialDate.parse("2014-06"))

    commitment.refresh_from_db()
    report = ProgressReport.objects.get()
    change = StatusChange.objects.get()
    assert (report.state, report.published.iso, report.number) == ("published", "2014-06", 1)
    assert (report.author, report.reviewed_by) == (None, None)
    assert Evidence.objects.filter(report=report).count() == 2
    assert (commitment.status, commitment.outlook) == ("completed", "on_track")
    assert (change.changed.iso, change.changed_by) == ("2014-06", None)
    for row in (report, *report.evidence.all()):
        assert set(row.history.values_list("history_change_reason", "history_user")) == {("load", None)}
    assert commitment.history.latest("history_id").history_change_reason == "load"


@pytest.mark.parametrize("day", ["2014-06-29", "2014-05", "2013"])
def test_loaded_report_older_than_the_last_is_refused(day, commitment):
    published_report(commitment, on="2014-06-30", status="planning")
    report = ProgressReportFactory.build(commitment=commitment)

    with pytest.raises(ValidationError) as refusal:
        actions.record_past_report(report, [], on=PartialDate.parse(day))

    assert refusal.value.messages == [
        f"The outcome of {PartialDate.parse(day)} is older than the last report on {commitment.reference},"
        " of 30 June 2014."
    ]
    assert commitment.reports.count() == 1


@pytest.mark.parametrize("day", ["2014-06-30", "2014-06", "2014"])
def test_loaded_report_of_the_same_period_is_taken(day, commitment):
    published_report(commitment, on="2014-06-30", status="planning")
    report = ProgressReportFactory.build(commitment=commitment)

    actions.record_past_report(report, [], on=PartialDate.parse(day))

    commitment.refresh_from_db()
    assert (commitment.status, report.number) == ("in_progress", 2)


def test_loaded_report_keeps_the_rules_and_leaves_nothing_where_it_does_not(commitment):
    report = ProgressReportFactory.build(commitment=commitment, status="completed")

    with pytest.raises(ValidationError) as refusal:
        actions.record_past_report(report, [], on=PartialDate.parse("2014"))

    assert refusal.value.message_dict == {"evidence": [NO_EVIDENCE]}
    assert (commitment.reports.count(), StatusChange.objects.count()) == (0, 0)
