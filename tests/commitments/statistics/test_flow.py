"""From agenda point over level to status: each commitment once in each pair."""

import pytest

from commitments.models import Commitment
from commitments.statistics.flow import flow
from tests.factories import CommitmentFactory, RecommendationFactory, many, published_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(ilo, points):
    """One on two points and at two levels (twice at one of them), completed; one with nothing at all."""
    levels = ("governance", "governance", "policy")
    recommendations = [RecommendationFactory(level=level) for level in levels]
    rich = CommitmentFactory(lead_agency=ilo, agenda_points=points[:2], recommendations=recommendations)
    bare = CommitmentFactory(lead_agency=ilo)
    published_report(rich, on="2014-06-30", status="completed")
    for state in ("draft", "submitted", "sent_back", "withdrawn"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, agenda_points=points, recommendations=recommendations)
    return rich, bare


def told(words=None, **narrowed):
    return flow(Commitment.objects.published().with_standing().filter(**narrowed), words or {})


def streams(found):
    return {(one.source.code, one.target.code): one.count for one in found}


def test_commitment_is_counted_once_in_each_pair(register):
    found = told()

    assert streams(found.to_levels) == {
        **{(point, level): 1 for point in (1, 2) for level in ("governance", "policy")},
        ("", ""): 1,
    }
    assert streams(found.to_statuses) == {("governance", "completed"): 1, ("policy", "completed"): 1, ("", ""): 1}


def test_node_counts_a_commitment_once(register):
    found = told()

    assert [(node.code, node.count) for node in found.points] == [(1, 1), (2, 1), ("", 1)]
    assert [(node.code, node.count) for node in found.levels] == [("governance", 1), ("policy", 1), ("", 1)]
    assert [(node.code, node.count) for node in found.statuses] == [("completed", 1), ("", 1)]
    assert [node.words for node in found.points] == [{"agenda_point": 1}, {"agenda_point": 2}, None]


@pytest.mark.parametrize(("asked", "codes"), [("2", [2]), (["1", "2"], [1, 2]), (2, [2]), ([], [1, 2])])
def test_question_of_points_is_answered_in_these_alone(register, asked, codes):
    found = told({"agenda_point": asked}, pk=register[0].pk)

    assert [node.code for node in found.points] == codes
    assert {source for source, _target in streams(found.to_levels)} == set(codes)


@pytest.mark.parametrize("rows", [1, 200])
def test_flow_takes_seven_queries_for_any_rows(ilo, points, django_assert_num_queries, rows):
    recommendation = RecommendationFactory()
    many(CommitmentFactory, rows, lead_agency=ilo, agenda_points=points, recommendations=[recommendation])

    with django_assert_num_queries(7):
        found = told()

    assert {one.count for one in (*found.to_levels, *found.to_statuses)} == {rows}
