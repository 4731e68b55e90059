from datetime import date

import pytest

from agencies.models import Agency
from recommendations.models import Recommendation
from register.querysets import register_commitments
from register.statistics.breakdown import breakdowns, by_status, status_breakdown
from tests.support.factories import AgencyFactory, CommitmentFactory, RecommendationFactory, published_report

pytestmark = pytest.mark.django_db


def counts_by_status(entry):
    return {count.code: count.count for count in entry.breakdown.nonzero_counts}


@pytest.fixture
def eca(ilo):
    return AgencyFactory(code="eca", parent=ilo)


@pytest.mark.parametrize("counts", [{"ongoing": 1}, {"planning": 1, "ongoing": 2}, {"planning": 3, "ongoing": 4}])
def test_segments_are_the_whole_width_in_the_order_of_statuses(ilo, counts):
    for status, count in counts.items():
        for _ in range(count):
            published_report(CommitmentFactory(lead_agency=ilo), status=status)
    CommitmentFactory(lead_agency=ilo)

    segments = status_breakdown(register_commitments().listed(), {}).segments

    assert [segment.code for segment in segments] == [*counts, "nothing"]
    assert [segment.start for segment in segments[1:]] == [one.start + one.width for one in segments[:-1]]
    assert (segments[0].start, segments[-1].start + segments[-1].width) == (0, 1000)


def test_spread_of_nothing_is_empty():
    empty = status_breakdown([], {"lead": "ilo"})

    assert (empty.total, empty.segments, empty.last_update) == (0, [], None)
    assert empty.all.url == "/commitments/?lead=ilo"


def test_rows_stand_under_the_figures_that_count_them(ilo):
    ongoing, silent = CommitmentFactory(lead_agency=ilo), CommitmentFactory(lead_agency=ilo)
    published_report(ongoing, status="ongoing")
    rows = list(register_commitments().listed())

    groups = by_status(rows, status_breakdown(rows, {"lead": "ilo"}))

    assert [(count.query, members) for count, members in groups] == [
        ("lead=ilo&status=ongoing", [ongoing]),
        ("", [silent]),
    ]


def test_member_counts_its_constituents_and_a_constituent_itself(ilo, eca):
    published_report(CommitmentFactory(lead_agency=ilo), status="ongoing", on="2014")
    published_report(CommitmentFactory(lead_agency=eca), status="completed", on="2015-03")
    CommitmentFactory(lead_agency=eca, draft=True)

    (member,) = breakdowns(Agency.objects.members().prefetch_related("constituents"))

    (part,) = member.parts
    assert (counts_by_status(member), str(member.breakdown.last_update)) == (
        {"completed": 1, "ongoing": 1},
        "March 2015",
    )
    assert (counts_by_status(part), part.breakdown.query) == ({"completed": 1}, "lead=eca")


def test_answer_to_a_part_and_its_whole_counts_once_for_the_whole(ilo):
    whole = RecommendationFactory()
    part = RecommendationFactory(parent=whole)
    CommitmentFactory(lead_agency=ilo, recommendations=[whole, part])
    CommitmentFactory(lead_agency=ilo, recommendations=[part])

    (entry,) = breakdowns(Recommendation.objects.whole().prefetch_related("parts"))

    assert (entry.breakdown.total, entry.parts[0].breakdown.total) == (2, 2)


def test_level_counts_a_commitment_once_however_many_it_answers(ilo):
    CommitmentFactory(lead_agency=ilo, recommendations=[RecommendationFactory(level="policy") for _ in range(2)])

    entries = breakdowns(Recommendation.Level)

    assert [(entry.subject.value, entry.breakdown.total) for entry in entries if entry.breakdown.total] == [
        ("policy", 1)
    ]


def test_spreads_as_of_a_day_are_those_of_then(ilo, commitment):
    published_report(commitment, on="2014-06-30", status="ongoing")

    (before,) = breakdowns([ilo], date(2014, 3, 1))
    (later,) = breakdowns([ilo], date(2014, 6, 30))

    assert (counts_by_status(before), before.breakdown.last_update) == ({"": 1}, None)
    assert (counts_by_status(later), later.breakdown.query) == ({"ongoing": 1}, "lead=ilo&as_of=2014-06-30")
