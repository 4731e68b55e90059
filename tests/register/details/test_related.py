from datetime import date

import pytest

from register.details.related import predecessors_of, related_commitments, with_other_commitments_count
from tests.support.factories import CommitmentFactory, RecommendationFactory, WorkGroupFactory, published_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def standard():
    return RecommendationFactory(code="POL-4")


@pytest.fixture
def one(ilo, points, standard):
    """Led by ILO, on points 2 and 3, answering POL-4."""
    return CommitmentFactory(lead_agency=ilo, agenda_points=points[1:3], recommendations=[standard])


def reasons(commitment, successor=None, predecessors=(), day=None):
    """The related commitments and why, most like first."""
    return {row.commitment: row.reasons for row in related_commitments(commitment, successor, list(predecessors), day)}


def test_related_commitments_stand_by_how_much_they_share(one, ilo, points, standard):
    point = CommitmentFactory(agenda_points=[points[1], points[7]])
    most = CommitmentFactory(lead_agency=ilo, agenda_points=points, recommendations=[standard])
    lead = CommitmentFactory(lead_agency=ilo, agenda_points=[points[2]])
    CommitmentFactory(agenda_points=[points[0]])

    assert list(reasons(one).items()) == [
        (most, ["same lead", "point 2", "point 3", "recommendation POL-4"]),
        (lead, ["same lead", "point 3"]),
        (point, ["point 2"]),
    ]


def test_of_equally_related_commitments_the_newest_stand_first_and_six_at_most(one, points):
    rows = [
        CommitmentFactory(agenda_points=[points[1]], published_on=date(2014, month, 1))
        for month in (4, 9, 3, 5, 8, 6, 7)
    ]

    assert [row.published_on.month for row in reasons(one)] == [9, 8, 7, 6, 5, 4]
    assert len(rows) == 7


def test_work_group_relates_what_it_leads(points):
    group = WorkGroupFactory()
    one, other = CommitmentFactory(workgroup=group), CommitmentFactory(workgroup=group)
    CommitmentFactory(workgroup=WorkGroupFactory())

    assert reasons(one) == {other: ["same lead"]}


def test_succession_binds_closest(one, points):
    successor, former = CommitmentFactory(), CommitmentFactory()
    CommitmentFactory(agenda_points=points[1:3])

    top = list(reasons(one, successor, [former]).items())[:2]

    assert top == [(former, ["this one takes its place"]), (successor, ["takes the place of this one"])]


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back", "withdrawn"])
def test_only_published_commitments_are_related(one, ilo, points, standard, state):
    CommitmentFactory(**{state: True}, lead_agency=ilo, agenda_points=points, recommendations=[standard])

    assert reasons(one) == {}


def test_related_as_of_a_day_are_those_of_the_day(one, ilo):
    then = CommitmentFactory(lead_agency=ilo, published_on=date(2014, 3, 1))
    CommitmentFactory(lead_agency=ilo, published_on=date(2014, 5, 1))

    assert set(reasons(one, day=date(2014, 4, 1))) == {then}


def test_formers_are_those_whose_last_report_names_this_as_successor(one):
    former, returned, unsaid = CommitmentFactory(), CommitmentFactory(), CommitmentFactory()
    for row in (former, returned):
        published_report(row, on="2014-06-30", status="superseded", superseded_by=one)
    published_report(returned, on="2014-12-31", status="ongoing")
    published_report(unsaid)

    assert predecessors_of(one, None) == [former]
    assert set(predecessors_of(one, date(2014, 7, 1))) == {former, returned}
    assert predecessors_of(one, date(2014, 6, 1)) == []


def test_others_that_answer_a_recommendation_or_its_part_are_counted_once(one, standard):
    part = RecommendationFactory(code="POL-4a", parent=standard)
    CommitmentFactory(recommendations=[standard, part])
    CommitmentFactory(recommendations=[part], published_on=date(2015, 1, 1))
    CommitmentFactory(recommendations=[part], draft=True)

    counted = {row.code: row.others for row in with_other_commitments_count(one.reference, None)}
    then = {row.code: row.others for row in with_other_commitments_count(one.reference, date(2014, 12, 31))}

    assert counted == {"POL-4": 2, "POL-4a": 2}
    assert then == {"POL-4": 1, "POL-4a": 1}
