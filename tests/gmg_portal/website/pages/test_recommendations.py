from datetime import date

import pytest
from django.urls import reverse

from tests.support.factories import (
    CommitmentFactory,
    Each,
    ProgressReportFactory,
    RecommendationFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
AS_OF = "as_of=2014-03-01"
LEVEL = "/recommendations/levels/post_2015/"


@pytest.fixture
def whole(db):
    return RecommendationFactory(code="P15-1", level="post_2015", text="Advocate for the inclusion of migrants")


@pytest.fixture
def part(whole):
    return RecommendationFactory(code="P15-1a", level="post_2015", parent=whole, text="A new partnership goal")


@pytest.fixture
def later(ilo, whole, part):
    """A commitment to the whole and its part, published after the past day of the tests."""
    return CommitmentFactory(lead_agency=ilo, recommendations=[whole, part], published_on=date(2015, 1, 1))


# The list


def test_recommendation_list_stands_by_level_with_parts_under_their_whole(client, part):
    response = client.get(reverse("recommendations:list"))

    html = response.content.decode()
    assert [row.code for row in response.context["recommendations"]] == ["P15-1"]
    assert [text for text in ("Post-2015 UN development agenda", part.text, LEVEL) if text not in html] == []


def test_recommendation_list_counts_what_answers_each_and_marks_what_nothing_answers(client, ilo, whole, part):
    unanswered = RecommendationFactory(code="GOV-1", level="governance")
    CommitmentFactory(lead_agency=ilo, recommendations=[whole, part])
    CommitmentFactory(lead_agency=ilo, recommendations=[part])
    CommitmentFactory(lead_agency=ilo, draft=True, recommendations=[whole, unanswered])

    html = client.get(reverse("recommendations:list")).content.decode()

    assert '<a href="/commitments/?recommendation=P15-1"><strong>2</strong> commitments answer</a>' in html
    assert '<a href="/commitments/?recommendation=P15-1a"><strong>2</strong> commitments answer</a>' in html
    assert '<a href="/commitments/?level=post_2015">2 commitments answer this level</a>' in html
    assert html.count("Nothing answers it yet") == 1
    assert html.count("Nothing answers this level yet.") == 3


def test_recommendation_list_as_of_a_day_stands_as_the_record_then(client, ilo, whole, later):
    CommitmentFactory(lead_agency=ilo, recommendations=[whole])

    html = client.get(f"{reverse('recommendations:list')}?{AS_OF}").content.decode()

    assert f'<a href="/commitments/?recommendation=P15-1&amp;{AS_OF}"><strong>1</strong> commitment answers</a>' in html
    assert html.count("Nothing answers it yet") == 1
    assert "at the end of 1 March 2014 (UTC)" in html


def test_recommendation_list_takes_the_same_queries_however_many(client, ilo, part, django_assert_num_queries):
    queries = 8
    CommitmentFactory(lead_agency=ilo, recommendations=[part])

    with django_assert_num_queries(queries):
        client.get(reverse("recommendations:list"))
    wholes = many(RecommendationFactory, 12)
    parts = many(RecommendationFactory, 12, parent=Each(wholes))
    many(CommitmentFactory, 12, lead_agency=ilo, recommendations=Each(list(zip(parts, wholes, strict=True))))
    with django_assert_num_queries(queries):
        client.get(reverse("recommendations:list"))


# One recommendation


def test_recommendation_page_shows_what_answers_it_or_a_part_of_it_once(client, ilo, whole, part):
    both = CommitmentFactory(lead_agency=ilo, recommendations=[whole, part])
    other = CommitmentFactory(lead_agency=ilo, recommendations=[part])
    CommitmentFactory(lead_agency=ilo, draft=True, recommendations=[whole])

    response = client.get(whole.get_absolute_url())

    assert list(response.context["commitments"]) == [both, other]
    assert client.get(response.context["breakdown"].url).context["paginator"].count == 2


def test_recommendation_page_names_its_parts_that_nothing_answers(client, ilo, whole, part):
    other, drafted = (RecommendationFactory(level="post_2015", parent=whole) for _ in range(2))
    CommitmentFactory(lead_agency=ilo, recommendations=[whole, other])
    CommitmentFactory(lead_agency=ilo, draft=True, recommendations=[drafted])

    response = client.get(whole.get_absolute_url())

    assert set(response.context["unanswered"]) == {part, drafted}


def test_recommendation_page_that_nothing_answers_says_so(client, part):
    response = client.get(part.get_absolute_url())

    html = response.content.decode()
    assert "Nothing published answers this recommendation yet." in html
    assert "Part of" in html


def test_recommendation_page_shows_its_official_wording(client, whole):
    html = client.get(whole.get_absolute_url()).content.decode()

    assert f'<blockquote class="official-wording">{whole.text}</blockquote>' in html


def test_recommendation_page_as_of_a_day_stands_as_the_record_then(client, ilo, whole, part, later):
    then = CommitmentFactory(lead_agency=ilo, recommendations=[whole])
    published_report(then, on="2014-06-30", status="ongoing")

    response = client.get(f"{whole.get_absolute_url()}?{AS_OF}")

    assert list(response.context["commitments"]) == [then]
    assert list(response.context["unanswered"]) == [part]
    assert [(count.code, count.count) for count in response.context["breakdown"].nonzero_counts] == [("", 1)]


def test_page_shows_nothing_that_is_not_published(client, ilo, whole, part):
    own = CommitmentFactory(lead_agency=ilo, recommendations=[whole])
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, title=MARK, summary=MARK, recommendations=[whole, part])
        ProgressReportFactory(**{state: True}, commitment=own, achieved=MARK, status="completed")

    for address in ("/recommendations/P15-1/", "/recommendations/", LEVEL):
        response = client.get(address)

        assert MARK not in response.content.decode(), address
        assert [(count.code, count.count) for count in response.context["breakdown"].nonzero_counts] == [("", 1)], (
            address
        )


def test_page_takes_the_same_queries_however_many_rows(client, ilo, whole, part, points, django_assert_num_queries):
    queries_of = {"/recommendations/P15-1/": 30, LEVEL: 25}
    whole.agenda_points.set(points)
    rows = {"lead_agency": ilo, "agenda_points": points}
    published_report(CommitmentFactory(**rows, recommendations=[whole, part]))

    for address, queries in queries_of.items():
        with django_assert_num_queries(queries, info=address):
            client.get(address)
    parts = many(RecommendationFactory, 12, level="post_2015", parent=whole)
    many(CommitmentFactory, 12, **rows, recommendations=Each([[whole, another] for another in parts]))
    many(CommitmentFactory, 12, **rows, recommendations=[part])
    for address, queries in queries_of.items():
        with django_assert_num_queries(queries, info=address):
            client.get(address)


def test_recommendation_that_is_not_there_is_not_found(client):
    assert client.get("/recommendations/GOV-9/").status_code == 404


# One level


def test_level_page_shows_its_recommendations_answers_and_what_nothing_answers(client, ilo, whole, part):
    elsewhere = RecommendationFactory(level="governance")
    both = CommitmentFactory(lead_agency=ilo, recommendations=[whole, elsewhere])
    CommitmentFactory(lead_agency=ilo, recommendations=[elsewhere])
    CommitmentFactory(lead_agency=ilo, draft=True, recommendations=[part])

    response = client.get(LEVEL)

    assert list(response.context["recommendations"]) == [whole]
    assert list(response.context["commitments"]) == [both]
    assert list(response.context["unanswered"]) == [part]
    assert response.context["breakdown"].url == "/commitments/?level=post_2015"


def test_level_page_as_of_a_day_stands_as_the_record_then(client, ilo, whole, part, later):
    then = CommitmentFactory(lead_agency=ilo, recommendations=[whole])

    response = client.get(f"{LEVEL}?{AS_OF}")

    assert list(response.context["commitments"]) == [then]
    assert list(response.context["unanswered"]) == [part]


@pytest.mark.parametrize("level", ["governance", "policy", "operational", "post_2015"])
def test_every_level_has_its_page(client, db, level):
    assert client.get(reverse("recommendations:level", args=[level])).status_code == 200


def test_level_that_is_not_there_is_not_found(client, db):
    assert client.get("/recommendations/levels/local/").status_code == 404
