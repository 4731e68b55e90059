from datetime import date

import pytest
from django.urls import reverse

from tests.support.factories import (
    AgendaPointFactory,
    AlignmentFactory,
    CommitmentFactory,
    Each,
    FrameworkFactory,
    ProgressReportFactory,
    RecommendationFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
AS_OF = "as_of=2014-03-01"


@pytest.fixture
def later(ilo, points):
    """A commitment published after the past day of the tests."""
    return CommitmentFactory(lead_agency=ilo, agenda_points=points, published_on=date(2015, 1, 1))


@pytest.fixture
def hidden(ilo, points):
    """Rows in every non-public state, each with the marker word."""
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, title=MARK, summary=MARK, agenda_points=points)


# The list


def test_agenda_counts_the_published_commitments_of_each_point(client, ilo, points):
    CommitmentFactory(lead_agency=ilo, agenda_points=points[:2])
    CommitmentFactory(lead_agency=ilo, draft=True, agenda_points=points)

    html = client.get(reverse("agenda:list")).content.decode()

    assert [f"agenda_point={n}" in html for n in range(1, 9)] == [True, True] + [False] * 6
    assert html.count("<strong>1</strong> commitment") == 2
    assert html.count("Nobody has undertaken anything here yet.") == 6


def test_agenda_shows_how_the_commitments_of_a_point_stand(client, commitment, points):
    commitment.agenda_points.add(points[2])
    published_report(commitment, status="ongoing")

    html = client.get(reverse("agenda:list")).content.decode()

    assert '<a href="/commitments/?agenda_point=3&amp;status=ongoing">Ongoing: 1</a>' in html
    assert 'class="status-breakdown__part" data-status="ongoing" x="0" y="0" width="1000"' in html


def test_agenda_as_of_a_day_stands_as_the_record_then(client, commitment, later, points):
    commitment.agenda_points.add(points[2])

    html = client.get(f"{reverse('agenda:list')}?{AS_OF}").content.decode()

    assert "at the end of 1 March 2014 (UTC)" in html
    assert html.count("<strong>1</strong> commitment") == 1
    assert f"agenda_point=3&amp;{AS_OF}" in html


@pytest.mark.parametrize("name", ["agenda:list", "agenda:convergence"])
def test_agenda_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, name):
    queries = {"agenda:list": 4, "agenda:convergence": 7}[name]
    framework = FrameworkFactory()
    AlignmentFactory(framework=framework, point=points[0])
    CommitmentFactory(lead_agency=ilo, agenda_points=points)

    with django_assert_num_queries(queries):
        client.get(reverse(name))
    many(AlignmentFactory, 12, framework=framework, point=Each(many(AgendaPointFactory, 12)))
    many(CommitmentFactory, 12, lead_agency=ilo, agenda_points=points)
    with django_assert_num_queries(queries):
        client.get(reverse(name))


# One point


def test_point_page_shows_its_commitments_recommendations_and_passages(client, commitment, draft, points):
    commitment.agenda_points.add(points[0])
    draft.agenda_points.add(points[0])
    recommendation = RecommendationFactory(agenda_points=[points[0]])
    AlignmentFactory(point=points[0], strength="explicit", quote="Reaffirm the need", paragraph="10")

    response = client.get(points[0].get_absolute_url())

    html = response.content.decode()
    assert list(response.context["commitments"]) == [commitment]
    shown = (recommendation.text, "Explicit", "Reaffirm the need", "paragraph 10")
    assert [text for text in shown if text not in html] == []


def test_point_page_names_what_nothing_on_this_point_answers(client, ilo, points):
    answered, elsewhere, drafted, whole = (RecommendationFactory(agenda_points=[points[0]]) for _ in range(4))
    part = RecommendationFactory(parent=whole)
    CommitmentFactory(lead_agency=ilo, agenda_points=[points[0]], recommendations=[answered, part])
    CommitmentFactory(lead_agency=ilo, agenda_points=[points[1]], recommendations=[elsewhere])
    CommitmentFactory(lead_agency=ilo, draft=True, agenda_points=[points[0]], recommendations=[drafted])

    response = client.get(points[0].get_absolute_url())

    assert response.context["unanswered"] == [elsewhere, drafted]


def test_point_page_as_of_a_day_stands_as_the_record_then(client, commitment, later, points):
    commitment.agenda_points.add(points[0])
    recommendation = RecommendationFactory(agenda_points=[points[0]])
    later.recommendations.add(recommendation)
    published_report(commitment, on="2014-06-30", status="ongoing")

    response = client.get(f"{points[0].get_absolute_url()}?{AS_OF}")

    assert list(response.context["commitments"]) == [commitment]
    assert response.context["unanswered"] == [recommendation]
    assert [(count.code, count.count) for count in response.context["breakdown"].nonzero_counts] == [("", 1)]
    assert f"/agencies/ilo/?{AS_OF}" in response.content.decode()


def test_point_page_shows_nothing_that_is_not_published(client, commitment, hidden, points):
    commitment.agenda_points.add(points[0])
    ProgressReportFactory(submitted=True, commitment=commitment, achieved=MARK, status="completed")

    response = client.get(points[0].get_absolute_url())

    assert MARK not in response.content.decode()
    assert [(count.code, count.count) for count in response.context["breakdown"].nonzero_counts] == [("", 1)]


def test_point_page_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries):
    queries = 28
    AlignmentFactory(point=points[0])
    rows = {"lead_agency": ilo, "agenda_points": points}
    published_report(CommitmentFactory(**rows, recommendations=[RecommendationFactory(agenda_points=[points[0]])]))

    with django_assert_num_queries(queries):
        client.get(points[0].get_absolute_url())
    many(AlignmentFactory, 12, framework=Each(many(FrameworkFactory, 12)), point=points[0])
    recommendations = many(RecommendationFactory, 12, agenda_points=[points[0]])
    many(CommitmentFactory, 12, **rows, recommendations=Each([[one] for one in recommendations]))
    many(CommitmentFactory, 12, **rows)
    with django_assert_num_queries(queries):
        client.get(points[0].get_absolute_url())


@pytest.mark.parametrize("address", ["/agenda/9/", "/agenda/first/"])
def test_point_that_is_not_there_is_not_found(client, points, address):
    assert client.get(address).status_code == 404


# The convergence table


def test_convergence_sets_each_framework_beside_the_base_against_each_point(client, points):
    FrameworkFactory(code="agenda", is_base=True)
    plan = FrameworkFactory(code="plan", position=1)
    paper = FrameworkFactory(code="paper", position=2)
    cell = AlignmentFactory(framework=paper, point=points[1])

    response = client.get(reverse("agenda:convergence"))

    assert response.context["columns"] == [plan, paper]
    cells = [point.cells for point in response.context["points"]]
    assert cells == [[None, cell if index == 1 else None] for index in range(8)]


def test_convergence_explains_each_strength_and_draws_it(client, points):
    for strength in ("explicit", "partial", "silent", "ticked"):
        AlignmentFactory(point=points[0], strength=strength)

    html = client.get(reverse("agenda:convergence")).content.decode()

    drawn = {word: html.count(f"strength--{word}") for word in ("explicit", "partial", "silent", "ticked", "unknown")}
    assert drawn == {"explicit": 2, "partial": 2, "silent": 2, "ticked": 2, "unknown": 28}


def test_convergence_counts_the_commitments_that_answer_a_point(client, commitment, hidden, points):
    commitment.agenda_points.add(points[4])
    published_report(commitment, status="ongoing")

    html = client.get(reverse("agenda:convergence")).content.decode()

    assert '<a href="/commitments/?agenda_point=5"><strong>1</strong> commitment</a>' in html
    assert '<a href="/commitments/?agenda_point=5&amp;status=ongoing">Ongoing: 1</a>' in html
    assert html.count("no commitment") == 7


def test_convergence_as_of_a_day_counts_what_was_public_then(client, commitment, later, points):
    commitment.agenda_points.add(points[4])

    html = client.get(f"{reverse('agenda:convergence')}?{AS_OF}").content.decode()

    assert f'<a href="/commitments/?agenda_point=5&amp;{AS_OF}"><strong>1</strong> commitment</a>' in html
    assert html.count("no commitment") == 7
