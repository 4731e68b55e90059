import pytest
from django.urls import reverse

from tests.factories import (
    CommitmentFactory,
    published_report,
)

pytestmark = pytest.mark.django_db

REGISTER = reverse("commitments:list")


def assert_answers(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


# The register


def test_register_shows_published_rows_and_their_count(client, commitment, draft):
    html = assert_answers(client, REGISTER)

    assert "1 commitment\n" in html
    assert commitment.title in html
    assert draft.title not in html


def test_register_counts_its_facets(client, commitment, points):
    commitment.agenda_points.add(points[1])

    response = client.get(REGISTER)

    facet = {facet.word: facet for facet in response.context["facets"]}["agenda_point"]
    assert [(option.value, option.count, option.chosen) for option in facet.options] == [("2", 1, False)]


def test_register_shows_the_words_chosen_with_the_address_that_lets_each_go(client, commitment):
    CommitmentFactory(lead_agency=commitment.lead_agency, kind="norm")

    response = client.get(f"{REGISTER}?lead=ilo&kind=programme&page=1")

    assert [(word["label"], word["value"], word["without"]) for word in response.context["chosen"]] == [
        ("Lead", "ILO", "?kind=programme"),
        ("Kind", "Programme", "?lead=ilo"),
    ]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("statsu=completed", "‘statsu’ is not a word of this register. Allowed: agency, agenda_point, as_of"),
        ("status=done", "status: ‘done’ is not known here. Allowed: completed, discontinued"),
        ("fields=title,size", "fields: ‘size’ is not a field here. Allowed: reference, title, summary"),
        ("page=two", "page: page is a whole number from 1."),
        ("page_size=201", "page_size: Ensure this value is less than or equal to 200."),
    ],
)
def test_register_refuses_what_it_does_not_know_by_name(client, commitment, query, says):
    html = assert_answers(client, f"{REGISTER}?{query}", status=400)

    assert says in html
    assert commitment.title not in html


def test_register_shows_the_fields_asked_for_as_a_table(client, commitment, points):
    commitment.agenda_points.set(points[:2])

    response = client.get(f"{REGISTER}?fields=title,lead,agenda_points,due_on")

    ((title, *rest),) = response.context["table"]
    assert title == (f"http://testserver{commitment.get_absolute_url()}", commitment.title)
    assert [text for _address, text in rest] == ["ilo", "1; 2", "–"]


def test_register_past_its_last_page_is_not_found(client, commitment):
    assert_answers(client, f"{REGISTER}?page=2", status=404)


def test_register_keeps_the_question_from_page_to_page(client, ilo):
    for _ in range(3):
        CommitmentFactory(lead_agency=ilo)

    html = assert_answers(client, f"{REGISTER}?lead=ilo&page_size=2")

    assert 'href="?lead=ilo&amp;page_size=2&amp;page=2"' in html


def test_register_as_of_a_day_says_so(client, commitment):
    html = assert_answers(client, f"{REGISTER}?as_of=2014-02-20")

    assert "at the end of 20 February 2014 (UTC)" in html
    assert commitment.title in html


@pytest.mark.parametrize("rows", [1, 30])
def test_register_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, rows):
    for _ in range(rows):
        published_report(CommitmentFactory(lead_agency=ilo, agenda_points=points))

    with django_assert_num_queries(REGISTER_QUERIES):
        client.get(f"{REGISTER}?page_size=50")


REGISTER_QUERIES = 27
