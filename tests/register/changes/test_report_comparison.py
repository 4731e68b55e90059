from datetime import date

import pytest

from register.changes.report_comparison import compare_assessments, diff_reports
from reporting.models import ProgressReport
from tests.support.factories import AssessmentFactory, WorkGroupFactory, published_report

pytestmark = pytest.mark.django_db


def reports_of(commitment):
    return list(commitment.reports.published().newest_first())


def compared_assessments(commitment, day=None):
    reports = [report for report in reports_of(commitment) if day is None or report.published_on <= day]
    assessments = commitment.assessments.published(day).select_related("agency", "workgroup").with_answers(day)
    return compare_assessments(assessments, reports)


@pytest.mark.parametrize(("reports", "folded"), [(3, [False, False, False]), (4, [False, True, True, True])])
def test_older_reports_are_folded_when_there_are_more_than_three(commitment, reports, folded):
    for month in range(reports):
        published_report(commitment, on=f"2014-{month + 3:02}")

    assert [telling.folded for telling in diff_reports(reports_of(commitment))] == folded


def test_report_is_compared_with_the_one_before_it(commitment):
    published_report(commitment, on="2014-06-30", status="planning", achieved="Donors were found.")
    published_report(
        commitment, on="2014-12-31", status="in_progress", achieved="Donors were found in Asia.", barriers="Funds."
    )

    newest, oldest = diff_reports(reports_of(commitment))

    assert (newest.before.number, oldest.before) == (1, None)
    assert oldest.field_diffs == []
    assert [(row.label, [(p.kind, p.text) for p in row.pieces]) for row in newest.field_diffs] == [
        ("Status", [("removed", "Planning"), ("same", " "), ("added", "In progress")]),
        ("Achieved", [("same", "Donors were found"), ("added", " in Asia"), ("same", ".")]),
        ("Barriers", [("added", "Funds.")]),
    ]


def test_equal_reports_do_not_differ(commitment):
    published_report(commitment, on="2014-06-30")
    published_report(commitment, on="2014-12-31")

    assert diff_reports(reports_of(commitment))[0].field_diffs == []


@pytest.mark.parametrize(
    ("finding", "says"),
    [
        ("agrees", "The lead reports “Completed”; UN DESA agrees."),
        ("agrees_in_part", "The lead reports “Completed”; UN DESA agrees in part."),
        ("disagrees", "The lead reports “Completed”; UN DESA disagrees."),
    ],
)
def test_assessment_of_the_latest_report_is_shown_beside_it(commitment, undesa, finding, says):
    published_report(commitment, status="completed")
    AssessmentFactory(commitment=commitment, agency=undesa, finding=finding, public=True)

    assert [compared.sentence for compared in compared_assessments(commitment)] == [says]


def test_assessment_of_an_earlier_report_names_that_report(commitment, iom):
    report = published_report(commitment, on="2014-06-30", status="planning")
    published_report(commitment, on="2014-12-31", status="completed")
    AssessmentFactory(commitment=commitment, agency=iom, report=report, finding="disagrees", public=True)

    (compared,) = compared_assessments(commitment)

    assert compared.report == report
    assert compared.sentence == "In report 1 the lead said “Planning”; IOM disagreed."


def test_assessment_of_no_report_is_compared_with_the_report_of_its_time(commitment, iom):
    published_report(commitment, on="2014-06-30", status="planning")
    AssessmentFactory(commitment=commitment, agency=iom, public=True, published_on=date(2014, 10, 1))
    published_report(commitment, on="2014-12-31", status="completed")

    (compared,) = compared_assessments(commitment)

    assert compared.report is None
    assert compared.sentence == "When the lead’s last report said “Planning”, IOM agreed."


def test_assessment_before_any_report_says_so(commitment):
    group = WorkGroupFactory(title="Data and Research")
    AssessmentFactory(
        commitment=commitment,
        agency=None,
        workgroup=group,
        assessor_kind="group_lead",
        finding="disagrees",
        public=True,
    )

    assert [compared.sentence for compared in compared_assessments(commitment)] == [
        "The lead had not reported; Data and Research disagrees with how it stands."
    ]


def test_newer_assessment_of_the_same_assessor_replaces_the_older(commitment, iom, undesa):
    published_report(commitment)
    first = AssessmentFactory(commitment=commitment, agency=iom, public=True, published_on=date(2014, 10, 1))
    second = AssessmentFactory(commitment=commitment, agency=iom, public=True, published_on=date(2014, 11, 1))
    other = AssessmentFactory(commitment=commitment, agency=undesa, public=True, published_on=date(2014, 9, 1))

    newer = {compared.assessment: compared.newer for compared in compared_assessments(commitment)}
    then = {compared.assessment: compared.newer for compared in compared_assessments(commitment, date(2014, 10, 31))}

    assert newer == {second: None, first: second, other: None}
    assert then == {first: None, other: None}


def test_assessment_of_an_unpublished_report_does_not_name_it(commitment, iom):
    published_report(commitment, on="2014-06-30", status="planning")
    hidden = ProgressReport.objects.create(commitment=commitment, status="completed", achieved="Whispered")
    AssessmentFactory(commitment=commitment, agency=iom, report=hidden, public=True)

    (compared,) = compared_assessments(commitment)

    assert compared.report is None
    assert compared.sentence == "The lead reports “Planning”; IOM agrees."
