"""From agenda point over level to status: each commitment once in each pair."""

import pytest

from register.querysets import register_commitments
from register.statistics.flow import flow
from tests.support.exhaustive import first_fast
from tests.support.factories import CommitmentFactory, RecommendationFactory, many, published_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(ilo, points):
    """A completed commitment on two points and at two levels (twice at one of them), and one without any of these."""
    levels = ("governance", "governance", "policy")
    recommendations = [RecommendationFactory(level=level) for level in levels]
    rich = CommitmentFactory(lead_agency=ilo, agenda_points=points[:2], recommendations=recommendations)
    bare = CommitmentFactory(lead_agency=ilo)
    published_report(rich, on="2014-06-30", status="completed")
    for state in ("draft", "submitted", "sent_back", "withdrawn"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, agenda_points=points, recommendations=recommendations)
    return rich, bare


def register_flow(params=None, **narrowed):
    return flow(register_commitments().published().with_standing().filter(**narrowed), params or {})


def streams(streams):
    return {(stream.source.code, stream.target.code): stream.count for stream in streams}


def test_commitment_is_counted_once_in_each_pair(register):
    result = register_flow()

    assert streams(result.to_levels) == {
        **{(point, level): 1 for point in (1, 2) for level in ("governance", "policy")},
        ("", ""): 1,
    }
    assert streams(result.to_statuses) == {("governance", "completed"): 1, ("policy", "completed"): 1, ("", ""): 1}


def test_node_counts_a_commitment_once(register):
    result = register_flow()

    assert [(node.code, node.count) for node in result.points] == [(1, 1), (2, 1), ("", 1)]
    assert [(node.code, node.count) for node in result.levels] == [("governance", 1), ("policy", 1), ("", 1)]
    assert [(node.code, node.count) for node in result.statuses] == [("completed", 1), ("", 1)]
    assert [node.params for node in result.points] == [{"agenda_point": 1}, {"agenda_point": 2}, None]


@pytest.mark.parametrize(("values", "codes"), [("2", [2]), (["1", "2"], [1, 2]), (2, [2]), ([], [1, 2])])
def test_question_of_points_is_answered_in_these_alone(register, values, codes):
    result = register_flow({"agenda_point": values}, pk=register[0].pk)

    assert [node.code for node in result.points] == codes
    assert {source for source, _target in streams(result.to_levels)} == set(codes)


@pytest.mark.parametrize("rows", first_fast([1, 200]))
def test_flow_takes_seven_queries_for_any_rows(ilo, points, django_assert_num_queries, rows):
    recommendation = RecommendationFactory()
    many(CommitmentFactory, rows, lead_agency=ilo, agenda_points=points, recommendations=[recommendation])

    with django_assert_num_queries(7):
        result = register_flow()

    assert {stream.count for stream in (*result.to_levels, *result.to_statuses)} == {rows}
