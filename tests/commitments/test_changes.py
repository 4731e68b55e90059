from datetime import date

import pytest

from commitments.changes import changes
from commitments.models import Commitment
from tests.factories import CommitmentFactory, ProgressReportFactory, published_report


def keys(*args, **kwargs):
    return [change.key for change in changes(*args, **kwargs)]


@pytest.fixture
def story(ilo):
    """Published, reported on twice, and another one withdrawn; a draft and a draft report beside them."""
    commitment = CommitmentFactory(lead_agency=ilo)
    published_report(commitment, on="2014-06-30", status="in_progress")
    published_report(commitment, on="2014-12", status="in_progress")
    withdrawn = CommitmentFactory(lead_agency=ilo, withdrawn=True)
    ProgressReportFactory(commitment=commitment)
    CommitmentFactory(draft=True, lead_agency=ilo)
    return commitment.reference, withdrawn.reference


def test_changes_are_all_that_was_published_newest_first(story):
    first, second = story

    assert keys() == [
        f"{first}/report-2",
        f"{second}/withdrawn",
        f"{first}/report-1",
        f"{second}/published",
        f"{first}/published",
    ]


def test_changes_as_of_a_day_leave_out_what_came_later(story):
    first, second = story

    assert keys(date(2014, 6, 30)) == [f"{first}/report-1", f"{second}/published", f"{first}/published"]


def test_changes_carry_the_status_change_of_the_report_that_made_it(story):
    by_key = {change.key: change.status_change for change in changes()}

    assert by_key[f"{story[0]}/report-1"].to_status == "in_progress"
    assert by_key[f"{story[0]}/report-2"] is None


def test_changes_of_some_commitments_are_theirs_alone(story):
    scope = Commitment.objects.filter(reference=story[1])

    assert keys(commitments=scope) == [f"{story[1]}/withdrawn", f"{story[1]}/published"]


def test_changes_limited_are_the_newest(story):
    assert keys(limit=2) == [f"{story[0]}/report-2", f"{story[1]}/withdrawn"]


@pytest.mark.parametrize("rows", [1, 30])
def test_changes_take_three_queries(ilo, django_assert_num_queries, rows):
    for _ in range(rows):
        published_report(CommitmentFactory(lead_agency=ilo))

    with django_assert_num_queries(3):
        [(change.key, change.get_absolute_url(), str(change.commitment.lead)) for change in changes()]
