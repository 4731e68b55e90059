from datetime import UTC, date, datetime

import pytest

from register.changes.published import change_refs, changes
from register.querysets import register_commitments
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    Each,
    ProgressReportFactory,
    UserFactory,
    corrected,
    many,
    published_report,
)

pytestmark = pytest.mark.database


def keys(*args, **kwargs):
    return [change.key for change in changes(*args, **kwargs)]


@pytest.fixture
def public_record(ilo, iom):
    """Published, reported on twice, assessed once, and another one withdrawn; drafts of all sorts beside them."""
    commitment = CommitmentFactory(lead_agency=ilo)
    published_report(commitment, on="2014-06-30", status="in_progress")
    published_report(commitment, on="2014-12", status="in_progress")
    AssessmentFactory(public=True, commitment=commitment, agency=iom)
    withdrawn = CommitmentFactory(lead_agency=ilo, withdrawn=True)
    for state in ("draft", "submitted", "sent_back"):
        ProgressReportFactory(**{state: True}, commitment=commitment)
        AssessmentFactory(**{state: True}, commitment=commitment)
        AssessmentFactory(commitment=CommitmentFactory(**{state: True}, lead_agency=ilo), public=True)
    return commitment.reference, withdrawn.reference


def test_changes_are_all_that_was_published_newest_first(public_record):
    first, second = public_record

    assert keys() == [
        f"{first}/report-2",
        f"{first}/assessment-iom-2014-10-01",
        f"{second}/withdrawn",
        f"{first}/report-1",
        f"{second}/published",
        f"{first}/published",
    ]


def test_changes_as_of_a_day_leave_out_what_came_later(public_record):
    first, second = public_record

    assert keys(date(2014, 6, 30)) == [f"{first}/report-1", f"{second}/published", f"{first}/published"]


def test_changes_of_one_day_stand_in_the_order_in_which_they_happen(ilo, iom):
    on = date(2014, 6, 30)
    commitment = CommitmentFactory(lead_agency=ilo, published_on=on)
    published_report(commitment, on="2014-06-30", status="planning")
    published_report(commitment, on="2014-06-30")
    assessment = AssessmentFactory(public=True, commitment=commitment, agency=iom, published_on=on)
    AnswerFactory(public=True, assessment=assessment, published_on=on)
    commitment.refresh_from_db()
    corrected(commitment, state="withdrawn", withdrawn_on=on, withdrawn_reason="Entered twice.")

    details = [key.partition("/")[2] for key in keys()]

    assert details == [
        "withdrawn",
        "answer-iom-2014-06-30",
        "assessment-iom-2014-06-30",
        "report-2",
        "report-1",
        "published",
    ]


def test_changes_carry_the_status_change_of_the_report_that_made_it(public_record):
    by_key = {change.key: change.status_change for change in changes()}

    assert by_key[f"{public_record[0]}/report-1"].to_status == "in_progress"
    assert by_key[f"{public_record[0]}/report-2"] is None


def test_assessments_of_one_assessor_and_day_have_different_keys(commitment, iom):
    for hour in (9, 10):
        AssessmentFactory(
            public=True,
            commitment=commitment,
            agency=iom,
            reviewed_by=UserFactory(),
            reviewed_at=datetime(2014, 10, 1, hour, tzinfo=UTC),
        )

    assert keys()[:2] == [
        f"{commitment.reference}/assessment-iom-20141001T100000000000",
        f"{commitment.reference}/assessment-iom-20141001T090000000000",
    ]


def test_assessment_leads_to_what_others_say(commitment, data_and_research):
    AssessmentFactory(
        public=True, commitment=commitment, assessor_kind="group_lead", agency=None, workgroup=data_and_research
    )

    change = changes()[0]

    assert change.get_absolute_url() == f"/commitments/{commitment.reference}/#assessments"
    assert change.key == f"{commitment.reference}/assessment-data-and-research-2014-10-01"


def test_changes_of_some_commitments_are_theirs_alone(public_record):
    scope = register_commitments().filter(reference=public_record[1])

    assert keys(commitments=scope) == [f"{public_record[1]}/withdrawn", f"{public_record[1]}/published"]


@pytest.mark.parametrize(("kinds", "count"), [(["report"], 2), (["assessment", "withdrawn"], 2), ([], 0), (None, 6)])
def test_traces_of_some_kinds_are_theirs_alone(public_record, kinds, count):
    assert len(change_refs(kinds=kinds)) == count


def test_changes_limited_are_the_newest(public_record):
    assert keys(limit=2) == keys()[:2]


@pytest.mark.parametrize("rows", first_fast([1, 20]))
def test_changes_take_five_queries(ilo, django_assert_num_queries, rows):
    commitments = many(CommitmentFactory, rows, lead_agency=ilo)
    agencies = many(AgencyFactory, rows)
    many(AssessmentFactory, rows, public=True, commitment=Each(commitments), agency=Each(agencies))
    published_report(commitments[-1])

    with django_assert_num_queries(5):
        rows_read = [(change.key, change.get_absolute_url(), str(change.commitment.lead)) for change in changes()]

    assert len(rows_read) == 2 * rows + 1
