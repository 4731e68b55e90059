import pytest
from django.urls import reverse

from tests.factories import CommitmentFactory, RecommendationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(db):
    return RecommendationFactory(code="P15-1", level="post_2015", text="Advocate for the inclusion of migrants")


@pytest.fixture
def part(whole):
    return RecommendationFactory(code="P15-1a", level="post_2015", parent=whole, text="A new partnership goal")


def test_recommendation_list_stands_by_level_with_parts_under_their_whole(client, part):
    response = client.get(reverse("recommendations:list"))

    html = response.content.decode()
    assert [row.code for row in response.context["recommendations"]] == ["P15-1"]
    assert [text for text in ("Post-2015 UN development agenda", part.text) if text not in html] == []


def test_recommendation_page_shows_what_answers_it_or_a_part_of_it_once(client, ilo, whole, part):
    both = CommitmentFactory(lead_agency=ilo, recommendations=[whole, part])
    other = CommitmentFactory(lead_agency=ilo, recommendations=[part])
    CommitmentFactory(lead_agency=ilo, draft=True, recommendations=[whole])

    response = client.get(whole.get_absolute_url())

    assert list(response.context["commitments"]) == [both, other]


def test_recommendation_page_that_nothing_answers_says_so(client, part):
    response = client.get(part.get_absolute_url())

    html = response.content.decode()
    assert "Nothing published answers this recommendation yet." in html
    assert "Part of" in html


def test_recommendation_that_is_not_there_is_not_found(client):
    assert client.get("/recommendations/GOV-9/").status_code == 404
