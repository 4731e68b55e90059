import pytest

from commitments import summaries
from commitments.models import Commitment
from tests.factories import CommitmentFactory, published_report


def test_status_counts_follow_the_order_of_statuses_and_end_with_silence(ilo):
    CommitmentFactory.create_batch(2, lead_agency=ilo)
    published_report(CommitmentFactory(lead_agency=ilo), status="completed")

    counts = summaries.status_counts(Commitment.objects.published().with_standing())

    assert [(count.code, count.count) for count in counts if count.count] == [("completed", 1), ("", 2)]
    assert [count.code for count in counts] == [
        *("not_started", "planning", "in_progress", "substantially_complete"),
        *("completed", "ongoing", "discontinued", "superseded", ""),
    ]
    assert [(count.url, count.query) for count in counts[4:9:4]] == [
        ("/commitments/?status=completed", "status=completed"),
        ("", ""),
    ]


@pytest.mark.parametrize(("summary", "queries"), [("matrix", 6), ("freshness", 5), ("gaps", 5)])
def test_summary_asks_the_database_as_often_for_30_rows_as_for_one(
    ilo, decent_work, points, django_assert_num_queries, summary, queries
):
    CommitmentFactory(lead_agency=ilo, agenda_points=points)
    with django_assert_num_queries(queries):
        getattr(summaries, summary)()

    for commitment in CommitmentFactory.create_batch(29, agenda_points=points):
        published_report(commitment)
    with django_assert_num_queries(queries):
        getattr(summaries, summary)()
