import pytest
from django.core.exceptions import PermissionDenied

from reporting import actions
from tests.reporting.actions.rows import VERBS, commitment_in, state_of
from tests.support.factories import AssessmentFactory, CommitmentFactory, ProgressReportFactory, ReportingCycleFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture(params=["administrator", "secretariat", "group_lead"])
def reviewer(request, undesa, data_and_research):
    if request.param == "group_lead":
        return request.getfixturevalue("undesa_focal_point")
    return request.getfixturevalue(request.param)


def had_written(row, person):
    row.author = person


def had_submitted(row, person):
    row.submitted_by = person


def had_edited(row, person):
    row._history_user = person


AUTHORSHIP_REASONS = [had_written, had_submitted, had_edited]


@pytest.mark.parametrize("hand", AUTHORSHIP_REASONS, ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("verb", ["publish", "send_back"])
@pytest.mark.parametrize("factory", [CommitmentFactory, ProgressReportFactory])
def test_involved_person_does_not_review_a_row(factory, verb, hand, reviewer, data_and_research):
    if factory is CommitmentFactory:
        row = factory(submitted=True, workgroup=data_and_research)
    else:
        row = factory(submitted=True, commitment=CommitmentFactory(workgroup=data_and_research))
    hand(row, reviewer)
    row.save()

    with pytest.raises(PermissionDenied):
        VERBS[verb](row, reviewer)

    assert state_of(row) == "submitted"
    assert list(type(row).objects.reviewable_by(reviewer)) == []


@pytest.mark.parametrize("hand", AUTHORSHIP_REASONS, ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("verb", ["publish", "send_back"])
def test_involved_person_does_not_review_an_assessment(verb, hand, secretariat):
    row = AssessmentFactory(submitted=True)
    hand(row, secretariat)
    row.save()

    with pytest.raises(PermissionDenied):
        VERBS[verb](row, secretariat)

    assert state_of(row) == "submitted"


def test_nobody_publishes_what_they_had_submitted_the_first_time(
    data_and_research, undesa_focal_point, iom_focal_point, secretariat
):
    draft = CommitmentFactory(draft=True, workgroup=data_and_research, author=iom_focal_point)
    actions.submit(draft, by=undesa_focal_point)
    actions.send_back(draft, note="Name the source.", by=secretariat)
    actions.submit(draft, by=iom_focal_point)

    with pytest.raises(PermissionDenied):
        actions.publish(draft, by=undesa_focal_point)

    assert state_of(draft) == "submitted"


def test_reviewer_of_the_first_round_reviews_the_second(secretariat, administrator):
    row = commitment_in("submitted")
    actions.send_back(row, note="Name the source.", by=secretariat)
    actions.submit(row, by=administrator)

    actions.publish(row, by=secretariat)

    assert state_of(row) == "published"


def test_opener_of_a_cycle_may_publish_its_reports(commitment, secretariat, ilo_focal_point):
    actions.open_cycle(ReportingCycleFactory(), by=secretariat)
    report = commitment.reports.get()
    report.status, report.achieved = "in_progress", "Courses were held."
    report._history_user = ilo_focal_point
    report.save()
    actions.submit(report, by=ilo_focal_point)

    actions.publish(report, by=secretariat)

    assert state_of(report) == "published"


def test_group_lead_publishes_what_the_co_leader_wrote(data_and_research, undesa_focal_point, iom_focal_point):
    draft = CommitmentFactory(draft=True, workgroup=data_and_research, author=iom_focal_point)
    actions.submit(draft, by=iom_focal_point)

    actions.publish(draft, by=undesa_focal_point)

    assert state_of(draft) == "published"


def test_colleague_publishes_nothing_of_the_agency(ilo, ilo_focal_point, ilo_alternate):
    draft = CommitmentFactory(draft=True, lead_agency=ilo)
    actions.submit(draft, by=ilo_focal_point)

    with pytest.raises(PermissionDenied):
        actions.publish(draft, by=ilo_alternate)

    assert state_of(draft) == "submitted"
