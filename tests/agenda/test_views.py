import pytest
from django.urls import reverse

from tests.factories import AlignmentFactory, CommitmentFactory, FrameworkFactory, RecommendationFactory

pytestmark = pytest.mark.django_db


def test_agenda_counts_the_published_commitments_of_each_point(client, ilo, points):
    CommitmentFactory(lead_agency=ilo, agenda_points=points[:2])
    CommitmentFactory(lead_agency=ilo, draft=True, agenda_points=points)

    response = client.get(reverse("agenda:list"))

    assert [point.answered for point in response.context["points"]] == [1, 1, 0, 0, 0, 0, 0, 0]


def test_point_page_shows_its_commitments_recommendations_and_passages(client, commitment, draft, points):
    commitment.agenda_points.add(points[0])
    draft.agenda_points.add(points[0])
    recommendation = RecommendationFactory(agenda_points=[points[0]])
    AlignmentFactory(point=points[0], strength="explicit", quote="Reaffirm the need", paragraph="10")

    response = client.get(points[0].get_absolute_url())

    html = response.content.decode()
    assert list(response.context["commitments"]) == [commitment]
    assert [text for text in (recommendation.text, "Reaffirm the need", "paragraph 10") if text not in html] == []


def test_convergence_sets_each_framework_beside_the_base_against_each_point(client, points):
    FrameworkFactory(code="agenda", is_base=True)
    plan = FrameworkFactory(code="plan", position=1)
    paper = FrameworkFactory(code="paper", position=2)
    cell = AlignmentFactory(framework=paper, point=points[1])

    response = client.get(reverse("agenda:convergence"))

    rows = response.context["rows"]
    assert response.context["columns"] == [plan, paper]
    assert [cells for _point, cells in rows] == [[None, cell if index == 1 else None] for index in range(8)]


@pytest.mark.parametrize("address", ["/agenda/9/", "/agenda/first/"])
def test_point_that_is_not_there_is_not_found(client, points, address):
    assert client.get(address).status_code == 404
