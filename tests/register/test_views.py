import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from register.filtering.commitment_filters import CommitmentFilter
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    ProgressReportFactory,
    RecommendationFactory,
    StakeholderFactory,
    many,
    many_published_reports,
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


def test_register_says_how_many_of_all_are_found(client, commitment):
    CommitmentFactory(kind="norm")

    html = assert_answers(client, f"{REGISTER}?kind=norm")

    assert "1 of 2 commitments" in html
    assert "<title>Kind: Norm – Commitments – " in html


def test_register_counts_its_facets(client, commitment, points):
    commitment.agenda_points.add(points[1])

    response = client.get(REGISTER)

    facet = {facet.name: facet for facet in response.context["facet_counts"].facets}["agenda_point"]
    assert [(option.value, option.count, option.chosen) for option in facet.options] == [("2", 1, False)]


def test_register_shows_the_words_chosen_with_the_address_that_lets_each_go(client, commitment):
    CommitmentFactory(lead_agency=commitment.lead_agency, kind="norm")

    response = client.get(f"{REGISTER}?lead=ilo&kind=programme&page=1&ordering=title&view=table")

    assert [(item.label, item.value, item.without) for item in response.context["register_query"].chosen] == [
        ("Lead", "ILO", "?kind=programme&ordering=title&view=table"),
        ("Kind", "Programme", "?lead=ilo&ordering=title&view=table"),
    ]
    assert response.content.decode().count("Remove filter</span>") == 2


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("statsu=completed", "‘statsu’ is not a parameter here. Did you mean ‘status’? Allowed: agency, "),
        ("format=json", "‘format’ is not a parameter here. Allowed: agency, agenda_point, as_of"),
        ("view=grid", "view: ‘grid’ is not a valid value. Allowed: cards, table."),
        ("view=tables", "view: ‘tables’ is not a valid value. Did you mean ‘table’? Allowed: cards, table."),
        ("status=done", "status: ‘done’ is not a valid value. Allowed: completed, discontinued"),
        ("fields=title,size", "fields: ‘size’ is not a field here. Allowed: reference, url, title, state"),
        ("fields=tilte", "fields: ‘tilte’ is not a field here. Did you mean ‘title’? Allowed: reference, url, title"),
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

    response = client.get(f"{REGISTER}?fields=title,lead,agenda_points,deadline_on")

    ((title, *rest),) = response.context["table"]
    assert title == (f"http://testserver{commitment.get_absolute_url()}", commitment.title)
    assert [text for _address, text in rest] == ["ilo", "1; 2", "–"]


def test_fields_within_fields_are_columns_too(client, commitment):
    response = client.get(f"{REGISTER}?fields=lead.title,reference")

    assert response.context["columns"] == ["reference", "lead.title"]
    ((_reference, lead),) = response.context["table"]
    assert lead[1] == commitment.lead.name


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


@pytest.mark.parametrize(("view", "articles", "rows"), [("", 1, 0), ("?view=cards", 1, 0), ("?view=table", 0, 1)])
def test_register_shows_cards_or_a_table(client, commitment, points, view, articles, rows):
    commitment.agenda_points.set(points[:1])

    html = assert_answers(client, f"{REGISTER}{view}")

    assert html.count('<article class="result">') == articles
    assert html.count('<th scope="row">') == rows
    assert "Protect the human rights of all migrants" in html[html.index('id="results"') :]


def test_view_is_a_word_of_the_page_alone(client, commitment):
    response = client.get("/api/v1/commitments/?view=table")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["view"]


def test_other_view_shows_the_same_page_of_the_same_question(client, ilo):
    for _ in range(3):
        CommitmentFactory(lead_agency=ilo)

    html = assert_answers(client, f"{REGISTER}?lead=ilo&page_size=2&page=2&view=cards")

    assert 'href="?lead=ilo&amp;page_size=2&amp;page=2&amp;view=table"' in html


def test_form_has_a_control_for_every_filter(client, decent_work, points):
    CommitmentFactory(places=["Mexico"], agenda_points=points, recommendations=[RecommendationFactory()])
    fields = CommitmentFilter({}).form.fields
    first_choices = {name: next(iter(field.choices))[0] for name, field in fields.items() if hasattr(field, "choices")}

    html = assert_answers(client, f"{REGISTER}?{urlencode(first_choices | {'place': 'Mexico'})}")

    assert fields.keys() - set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', html)) == set()


def test_form_holds_on_to_the_view_and_the_fields(client, commitment):
    html = assert_answers(client, f"{REGISTER}?view=table&fields=title&page=1")

    assert '<input type="hidden" name="view" value="table">' in html
    assert '<input type="hidden" name="fields" value="title">' in html
    assert 'name="page"' not in html


def test_size_of_a_page_that_the_address_asks_for_is_offered(client, commitment):
    response = client.get(f"{REGISTER}?page_size=7")

    assert response.context["sizes"] == [7, 20, 50, 100, 200]
    assert '<option value="7" selected>7</option>' in response.content.decode()


def test_results_are_taken_away_by_the_same_question(client, commitment):
    html = assert_answers(client, f"{REGISTER}?lead=ilo&ordering=-title&view=table&page_size=50&page=1&fields=title")

    for form in ("csv", "json", "ndjson", "xlsx"):
        assert f'href="/data/commitments.{form}?lead=ilo&amp;ordering=-title"' in html
    assert 'href="/api/v1/commitments/?lead=ilo&amp;ordering=-title&amp;fields=title"' in html


def test_addresses_that_the_register_offers_are_answered(client, commitment):
    html = assert_answers(
        client, f"{REGISTER}?q=recruitment&lead=ilo&ordering=-title&view=table&page_size=50&as_of=2015-01-01"
    )

    offered = {
        unescape(address)
        for address in re.findall(r'href="(/data/commitments[^"]+|/api/v1/commitments[^"]+|\?[^"]*)"', html)
    }
    answers = {
        address: client.get(REGISTER + address if address.startswith("?") else address).status_code
        for address in offered
    }
    assert len(answers) > 8
    assert set(answers.values()) == {200}


# Nothing found


def test_empty_result_says_which_filter_to_drop_best_first(client, ilo, iom):
    CommitmentFactory(lead_agency=ilo, kind="norm")
    for _ in range(2):
        CommitmentFactory(lead_agency=iom, kind="event")
    published_report(CommitmentFactory(lead_agency=iom, kind="norm"), status="completed")

    response = client.get(f"{REGISTER}?lead=ilo&kind=event&ordering=title&page=1")

    assert [(way.label, way.address, way.count) for way in response.context["relaxed_queries"]] == [
        ("Without “Lead: ILO”", "?kind=event&ordering=title", 2),
        ("Without “Kind: Event”", "?lead=ilo&ordering=title", 1),
    ]
    assert "0 of 4 commitments" in response.content.decode()


def test_empty_result_names_all_the_values_of_a_word_and_the_search(client, commitment):
    published_report(commitment, status="in_progress")

    response = client.get(f"{REGISTER}?status=completed&status=ongoing&q=fair")

    assert [(way.label, way.count) for way in response.context["relaxed_queries"]] == [
        ("Without “Status: Completed, Ongoing”", 1)
    ]


def test_no_suggestions_are_computed_where_there_are_results(client, commitment):
    response = client.get(f"{REGISTER}?q=fair")

    assert "relaxed_queries" not in response.context
    assert "spellings" not in response.context


def test_search_that_finds_nothing_offers_near_spellings_within_the_other_filters(client, ilo, iom):
    for lead in (ilo, iom):
        CommitmentFactory(lead_agency=lead, title="Fair recruitment")
    CommitmentFactory(lead_agency=iom, title="Recreation")

    response = client.get(f"{REGISTER}?q=Recrutment+-costs&lead=ilo&page=1")

    assert [(way.label, way.address, way.count) for way in response.context["spellings"]] == [
        ("recruitment -costs", "?q=recruitment+-costs&lead=ilo", 1)
    ]


def test_search_is_answered_as_of_the_day(client, commitment):
    published_report(commitment, on="2014-06-30", achieved="Observatories were opened.")

    before = client.get(f"{REGISTER}?q=observatries&as_of=2014-06-29")
    after = client.get(f"{REGISTER}?q=observatries&as_of=2014-06-30")

    assert before.context["spellings"] == []
    assert [way.label for way in after.context["spellings"]] == ["observatories"]


# Hits


def test_hits_of_a_search_are_marked_in_title_and_excerpt(client):
    commitment = CommitmentFactory(title="Fair recruitment", summary="Training in corridors.")
    published_report(commitment, achieved="Recruiters were trained in Dhaka.")

    cards = assert_answers(client, f"{REGISTER}?q=recruiting")
    table = assert_answers(client, f"{REGISTER}?q=recruiting&view=table")

    assert "Fair <mark>recruitment</mark></a>" in cards
    assert "<mark>Recruiters</mark> were trained in Dhaka" in cards
    assert "Fair <mark>recruitment</mark></a>" in table


@pytest.mark.parametrize("query", ["", "?q=fair", "?q=fair&view=table", "?q=fair&as_of=2014-12-31"])
def test_texts_are_escaped_marked_or_not(client, query):
    title = "<script>alert(1)</script> fair & “just”"
    commitment = CommitmentFactory(title=title, summary="A fair <img src=x onerror=alert(1)> start")
    published_report(commitment, achieved="<b>fair</b>")

    html = assert_answers(client, f"{REGISTER}{query}")

    assert "&lt;script&gt;alert(1)&lt;/script&gt; " in html
    assert [tag for tag in ("<script>alert", "<img src=x", "<b>") if tag in html] == []
    assert "“just”" in html


# What is not published

SECRET = "Quetzalcoatlus"


@pytest.fixture
def hidden(ilo, commitment, points):
    """Rows in every state that readers must not see, of the focal point's own agency, each with the marked word."""
    for state in ("draft", "submitted", "sent_back"):
        texts = {"title": SECRET, "summary": SECRET, "original_text": SECRET, "places": [SECRET]}
        row = CommitmentFactory(
            **{state: True},
            **texts,
            lead_agency=ilo,
            agenda_points=points,
            kind="norm",
            stakeholders=[StakeholderFactory(name=f"{SECRET} {state}")],
        )
        MilestoneFactory(commitment=row, title=SECRET)
        report = ProgressReportFactory(
            **{state: True}, commitment=commitment, status="completed", achieved=SECRET, barriers=SECRET
        )
        EvidenceFactory(report=report, title=SECRET)
        AssessmentFactory(**{state: True}, commitment=commitment, text=SECRET)
    return commitment


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?view=table",
        "?fields=title,summary,places",
        "?q=fair",
        "?q=fair&as_of=2015-01-01",
        f"?q={SECRET[:-1]}",
        f"?q={SECRET[:-1]}&as_of=2015-01-01",
        "?kind=norm",
        "?status=completed&kind=norm",
    ],
)
def test_register_shows_nothing_that_is_not_published(client, hidden, ilo_focal_point, signed_in, query):
    if signed_in:
        client.force_login(ilo_focal_point)

    response = client.get(f"{REGISTER}{query}")

    html = response.content.decode()
    assert response.status_code == 200
    assert SECRET not in html.replace(f"{SECRET[:-1]}&", "")
    assert response.context["facet_counts"].total == 1
    assert {option.count for facet in response.context["facet_counts"].facets for option in facet.options} <= {0, 1}


def test_search_for_the_word_of_a_draft_finds_and_offers_nothing(client, hidden, ilo_focal_point):
    client.force_login(ilo_focal_point)

    response = client.get(f"{REGISTER}?q={SECRET}")

    assert response.context["facet_counts"].count == 0
    assert response.context["spellings"] == []


# How it is asked


REGISTER_QUERIES = 9
NAMES_OF_A_DAY = 1  # the former names of agencies, read once where a past day is asked for


@pytest.mark.parametrize("view", ["cards", "table"])
@pytest.mark.parametrize("rows", first_fast([1, 20]))
def test_register_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, rows, view):
    many_published_reports(many(CommitmentFactory, rows, lead_agency=ilo, agenda_points=points))

    with django_assert_num_queries(REGISTER_QUERIES):
        response = client.get(f"{REGISTER}?page_size=200&view={view}")
    with django_assert_num_queries(REGISTER_QUERIES + NAMES_OF_A_DAY):
        client.get(f"{REGISTER}?page_size=200&view={view}&q=undertaking&lead=ilo&as_of=2015-01-01")

    assert len(response.context["commitments"]) == rows
