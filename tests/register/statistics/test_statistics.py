from datetime import date

import pytest

from register import statistics
from register.querysets import register_commitments
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    Each,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    many,
    many_published_reports,
    published_report,
)

pytestmark = pytest.mark.database


def test_status_counts_follow_the_order_of_statuses_and_end_with_silence(ilo):
    CommitmentFactory.create_batch(2, lead_agency=ilo)
    published_report(CommitmentFactory(lead_agency=ilo), status="completed")

    counts = statistics.status_counts(register_commitments().published().with_standing())

    assert [(count.code, count.count) for count in counts if count.count] == [("completed", 1), ("", 2)]
    assert [count.code for count in counts] == [
        *("not_started", "planning", "in_progress", "substantially_complete"),
        *("completed", "ongoing", "discontinued", "superseded", ""),
    ]
    assert [(count.url, count.query) for count in counts if count.count] == [
        ("/commitments/?status=completed", "status=completed"),
        ("", ""),
    ]


@pytest.mark.parametrize(("summary", "queries"), [("matrix", 6), ("freshness", 5), ("gaps", 11)])
def test_summary_asks_the_database_as_often_for_30_rows_as_for_one(
    ilo, decent_work, points, django_assert_num_queries, summary, queries
):
    CommitmentFactory(lead_agency=ilo, agenda_points=points)
    with django_assert_num_queries(queries):
        getattr(statistics, summary)()

    leads = many(AgencyFactory, 29)
    many_published_reports(many(CommitmentFactory, 29, lead_agency=Each(leads), agenda_points=points))
    with django_assert_num_queries(queries):
        getattr(statistics, summary)()


def test_recommendation_counts_what_answers_it_or_its_parts_once(ilo):
    whole = RecommendationFactory(code="P15-1", level="post_2015")
    part = RecommendationFactory(code="P15-1a", level="operational", parent=whole)
    CommitmentFactory(lead_agency=ilo, recommendations=[whole, part])
    CommitmentFactory(lead_agency=ilo, recommendations=[part], deadline_on=date(2015, 1, 1))
    CommitmentFactory(draft=True, lead_agency=ilo, recommendations=[whole])

    gaps = statistics.gaps()

    assert {row.code: (row.commitments, row.dated) for row in gaps.recommendations} == {
        "P15-1": (2, 1),
        "P15-1a": (2, 1),
    }
    assert {row.code: row.commitments for row in gaps.levels if row.commitments} == {"post_2015": 1, "operational": 2}


def test_coverage_counts_received_and_expected_reports(ilo, client):
    answered, owing, _unasked, finished = CommitmentFactory.create_batch(4, lead_agency=ilo)
    published_report(finished, on="2014-03-01", status="completed")
    cycle = ReportingCycleFactory(opened=True)
    for commitment in (answered, owing, finished):
        ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    published_report(answered, on="2014-08-01")

    (before,), (member,) = statistics.gaps(date(2014, 7, 31)).members, statistics.gaps().members

    assert (before.reported_in_cycle, before.owed, before.lacks) == (0, 2, ["date", "report_in_cycle"])
    assert (member.commitments, member.reported, member.reported_in_cycle, member.owed) == (4, 2, 1, 1)
    assert member.lacks == ["date"]
    assert client.get(member.silent.url).context["paginator"].count == member.owed
