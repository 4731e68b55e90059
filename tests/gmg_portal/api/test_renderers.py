"""Test the formats of the API's answers, and its refusals of other formats."""

import csv
import io
import json
import re

import pytest
from django.urls import reverse
from rdflib import BNode, Graph, URIRef

from agencies.models import Agency
from gmg_portal.api.linked_data import TYPES
from gmg_portal.api.urls import RESOURCES
from tests.support.factories import (
    CommitmentFactory,
    EventFactory,
    FrameworkFactory,
    RecommendationFactory,
    many,
    published_report,
)

REGISTER = "/api/v1/commitments/"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning:rdflib"),
]


@pytest.fixture
def formula(ilo, iom, points):
    commitment = CommitmentFactory(lead_agency=ilo, title="=1+1", partners=[iom], agenda_points=[points[2], points[1]])
    published_report(commitment, status="in_progress")
    return commitment


@pytest.fixture
def record(formula, decent_work):
    """Create a row of each kind."""
    FrameworkFactory(code="hld")
    RecommendationFactory(code="GOV-1")
    EventFactory(slug="forum")


def table(response):
    return list(csv.DictReader(io.StringIO(response.content.decode())))


# Fields


def test_fields_within_fields_are_chosen_by_a_dot(client, formula):
    words = {"fields": "lead.code,agenda_points.code,title"}

    assert client.get(REGISTER, words).json()["results"] == [
        {"title": "=1+1", "lead": {"code": "ilo"}, "agenda_points": [{"code": 2}, {"code": 3}]}
    ]
    detail = client.get(f"{REGISTER}{formula.reference}/", {"fields": "reports.status,superseded_by"}).json()
    assert detail == {"superseded_by": None, "reports": [{"status": "in_progress"}]}
    matrix = client.get("/api/v1/summary/matrix/", {"fields": "rows.lead.code,total"}).json()
    assert matrix["total"] == 1 and {"lead": {"code": "ilo"}} in matrix["rows"]


def test_unknown_field_within_a_field_is_refused_with_the_nearest(client, formula):
    (fault,) = client.get(REGISTER, {"fields": "lead.titel"}).json()["errors"]

    assert fault["nearest"] == "lead.title"
    assert fault["allowed"] == ["lead.kind", "lead.code", "lead.title", "lead.url"]


@pytest.mark.parametrize(
    ("query", "nearest"),
    [
        ("statsu=completed", "status"),
        ("status=complete", "completed"),
        ("ordering=-titel", "-title"),
        ("format=cvs", "csv"),
        ("fields=referense", "reference"),
        ("status=nothing-like-it", None),
        ("lead=iol", "ilo"),
    ],
)
def test_misspelling_is_answered_with_the_nearest_name(client, ilo, iom, query, nearest):
    response = client.get(f"{REGISTER}?{query}")

    (fault,) = response.json()["errors"]
    assert response.status_code == 400
    assert fault.get("nearest") == nearest
    assert (f"Did you mean ‘{nearest}’?" in fault["detail"]) is (nearest is not None)


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("commitments/?q=a%00b", "q: Null characters are not allowed."),
        ("commitments/?due_after=soon", "due_after: ‘soon’ is not a day. Write it as 2014-03-05 or 5 March 2014."),
        (
            "events/?as_of=2999-01-01",
            "as_of: ‘2999-01-01’ is in the future. Use a day up to today (UTC), 2026-11-30.",
        ),
    ],
)
def test_value_that_cannot_be_read_is_refused_under_its_word(client, time_machine, address, detail):
    time_machine.move_to("2026-11-30T12:00Z")

    answer = client.get(f"/api/v1/{address}").json()

    (fault,) = answer["errors"]
    assert answer["detail"] == fault["detail"] == detail
    assert fault["parameter"] == detail.partition(":")[0]


@pytest.mark.parametrize("name", ["agencies", "frameworks", "workgroups", "recommendations", "events"])
def test_invalid_params_are_refused_alike_everywhere(client, ilo, name):
    (fault,) = client.get(f"/api/v1/{name}/", {"ordering": "nonsense"}).json()["errors"]

    assert fault["detail"].startswith("‘nonsense’ is not a valid value. Allowed: ")


def test_each_unknown_value_among_several_is_named(client, ilo):
    faults = client.get(f"{REGISTER}?status=done&status=completed&status=begun").json()["errors"]

    assert [fault["detail"].partition(" ")[0] for fault in faults] == ["‘done’", "‘begun’"]


def test_address_that_is_none_offers_the_nearest(client):
    response = client.get("/api/v1/comitments/")

    assert response.status_code == 404
    assert response.json()["detail"].endswith("Did you mean ‘/api/v1/commitments/’?")
    assert "Did you mean" not in client.get("/api/v1/nothing/").json()["detail"]


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("agencies/iol/", "ilo"),
        ("agencies/un-heard-of/", None),
        ("agencies/ilo/?as_of=1901-01-01", None),
        ("workgroups/decent-werk/", "decent-work"),
        ("recommendations/2/", None),
    ],
)
def test_row_that_is_none_offers_the_nearest_name(client, ilo, iom, decent_work, address, nearest):
    Agency.objects.update(joined="2006-01-01")
    response = client.get(f"/api/v1/{address}")

    detail = "Nothing public is found at this address."
    assert response.status_code == 404
    assert response.json()["detail"] == (f"{detail} Did you mean ‘{nearest}’?" if nearest else detail)


@pytest.mark.parametrize("address", ["/api/", REGISTER, "/api/v1/summary/gaps/", "/api/v1/schema/", "/api/nothing/"])
def test_question_that_is_too_long_is_refused(client, address):
    response = client.get(address, {"q": "x" * 8000})

    assert (response.status_code, response["Content-Type"]) == (414, "application/problem+json")
    assert "8,000" in response.json()["detail"]
    assert len(response.content) < 4000


@pytest.mark.parametrize("address", ["/api/v1/", REGISTER, "/api/v1/summary/gaps/", "/api/v1/docs/", "/api/nothing/"])
def test_query_of_too_many_params_is_refused(client, address):
    response = client.get(f"{address}?{'&'.join(['status=completed'] * 301)}")

    assert (response.status_code, response["Content-Type"]) == (414, "application/problem+json")
    assert response.json()["title"] == "URI Too Long"
    assert client.get(f"{REGISTER}?{'&'.join(['status=completed'] * 300)}").status_code == 200


@pytest.mark.parametrize("broken", ["%FF", "%C3", "50%", "%zz", "%ED%A0%80", "\xff"])
@pytest.mark.parametrize("address", ["/api/", REGISTER, "/api/v1/schema/", "/api/nothing/"])
def test_words_that_are_no_text_are_refused_by_name(client, address, broken):
    response = client.get(address, QUERY_STRING=f"fields=title&q={broken}&page=1")

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [fault["parameter"] for fault in response.json()["errors"]] == ["q"]


def test_text_of_any_script_is_read(client, ilo):
    CommitmentFactory(lead_agency=ilo, title="Migración y desarrollo: 100% — 移民")

    for query in ("q=Migraci%C3%B3n", "q=Migraci\xc3\xb3n", "q=100%25", "q=migraci%c3%b3n+desarrollo"):
        assert client.get(REGISTER, QUERY_STRING=query).json()["count"] == 1


# CSV and NDJSON


def test_csv_has_a_column_for_each_field(client, formula):
    response = client.get(REGISTER, {"format": "csv"})
    (row,) = table(response)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="commitments.csv"'
    assert (row["reference"], row["title"], row["lead.code"]) == (formula.reference, "'=1+1", "ilo")
    assert (row["partners.code"], row["agenda_points.code"], row["superseded_by.code"]) == ("iom", "2;3", "")


def test_every_list_has_a_table_of_all_its_fields(client, record):
    columns, fields = {}, {}
    for name in RESOURCES:
        (row, *_others) = table(client.get(f"/api/v1/{name}/", headers={"Accept": "text/csv"}))
        (json_row, *_others) = client.get(f"/api/v1/{name}/").json()["results"]
        columns[name] = (row["url"], list(dict.fromkeys(column.partition(".")[0] for column in row)))
        fields[name] = (json_row["url"], list(json_row))

    assert columns == fields


def test_chosen_fields_are_the_columns(client, formula):
    (row,) = table(client.get(REGISTER, {"format": "csv", "fields": "lead,reference"}))

    assert list(row) == ["reference", "lead.kind", "lead.code", "lead.title", "lead.url"]


def test_empty_list_still_has_its_header(client):
    response = client.get(REGISTER, {"format": "csv", "fields": "reference,lead.code"})

    assert response.content == b"reference,lead.code\r\n"
    assert response["Total-Count"] == "0"


def test_no_rows_are_no_lines_and_still_ndjson(client):
    response = client.get(REGISTER, {"format": "ndjson"})

    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Type"] == "application/x-ndjson"


def test_ndjson_is_the_rows_of_json(client, ilo):
    many(CommitmentFactory, 3, lead_agency=ilo)

    response = client.get(REGISTER, {"page_size": 2}, headers={"Accept": "application/x-ndjson"})

    lines = [json.loads(line) for line in response.content.decode().splitlines()]
    assert lines == client.get(REGISTER, {"page_size": 2}).json()["results"]
    assert response["Total-Count"] == "3"
    assert 'rel="next"' in response["Link"]
    assert "Accept" in response["Vary"]


@pytest.mark.parametrize("form", ["csv", "ndjson", "jsonld"])
def test_refusal_is_a_problem_in_every_form(client, form):
    address = f"{REGISTER}HLD-9999/" if form == "jsonld" else f"{REGISTER}?page=9"
    response = client.get(address, {"format": form} if form == "jsonld" else {"format": form, "page": 9})

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("form", ["json", "csv", "ndjson"])
def test_other_method_is_refused_as_such_in_every_form(client, form):
    response = client.delete(f"{REGISTER}?format={form}")

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")


# Linked data


def test_row_reads_as_linked_data_under_its_address(client, record):
    for name in RESOURCES:
        rows = client.get(f"/api/v1/{name}/").json()["results"]
        identifier = next(iter(rows[0].values()))

        response = client.get(f"/api/v1/{name}/{identifier}/", headers={"Accept": "application/ld+json"})
        graph = triples(response)

        assert response["Content-Type"] == "application/ld+json", name
        own = f"http://testserver/api/v1/{name}/{identifier}/"  # a change of a status has no page to itself
        subject = URIRef(own if name == "status-changes" else rows[0]["url"])
        kind = URIRef(TYPES[name].replace("schema:", "https://schema.org/"))
        assert (subject, URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), kind) in graph, name
        assert list(graph.objects(subject, URIRef("http://purl.org/dc/terms/identifier"))), name


def test_every_term_of_the_portals_own_leads_to_its_meaning(client, record):
    docs = client.get("/api/v1/docs/").content.decode()
    own = "http://testserver/api/v1/docs/#"
    terms = {}

    for name in RESOURCES:
        identifier = next(iter(client.get(f"/api/v1/{name}/").json()["results"][0].values()))
        graph = triples(client.get(f"/api/v1/{name}/{identifier}/", {"format": "jsonld"}))
        terms[name] = {str(term).removeprefix(own) for term in graph.predicates() if "testserver" in term}

    assert {name for name, of_row in terms.items() if not all(term.startswith("term-") for term in of_row)} == set()
    assert [term for term in set().union(*terms.values()) if docs.count(f'id="{term}"') != 1] == []


def triples(response):
    return Graph().parse(data=response.content, format="json-ld")


def test_lead_of_linked_data_is_the_agency_itself(client, formula):
    graph = triples(client.get(f"{REGISTER}{formula.reference}/", {"format": "jsonld"}))

    agent = URIRef("https://schema.org/agent")
    assert list(graph.objects(None, agent)) == [URIRef(f"http://testserver{reverse('agencies:detail', args=['ilo'])}")]


def test_chosen_fields_are_those_of_the_row_itself(client, formula):
    node = client.get(f"{REGISTER}{formula.reference}/", {"format": "jsonld", "fields": "title,lead.code"}).json()

    del node["@context"]
    assert node == {
        "@type": "schema:Action",
        "@id": f"http://testserver{formula.get_absolute_url()}",
        "title": "=1+1",
        "lead": {"@id": "http://testserver/agencies/ilo/", "code": "ilo"},
    }


def test_each_status_change_is_a_node_of_its_own_everywhere(client, formula):
    published_report(formula, status="completed")
    codes = [f"{formula.reference}-{number}" for number in (1, 2)]
    nodes = [URIRef(f"http://testserver/api/v1/status-changes/{code}/") for code in codes]

    alone = [triples(client.get(f"/api/v1/status-changes/{code}/", {"format": "jsonld"})) for code in codes]
    whole = triples(client.get(f"{REGISTER}{formula.reference}/", {"format": "jsonld"}))

    to = URIRef("http://testserver/api/v1/docs/#term-to_status")
    assert [str(graph.value(node, to)) for graph, node in zip(alone, nodes, strict=True)] == [
        "in_progress",
        "completed",
    ]
    assert {node: str(whole.value(node, to)) for node in whole.subjects(to)} == dict(
        zip(nodes, ["in_progress", "completed"], strict=True)
    )


def test_page_and_api_say_the_same_of_an_agency(client, ilo):
    page = client.get(reverse("agencies:detail", args=["ilo"])).content.decode()
    on_page = json.loads(re.search(r'<script type="application/ld\+json">(.*"Organization".*?)</script>', page)[1])
    # The relevant part of schema.org's context, which is not fetched.
    context = {"@vocab": "https://schema.org/", "url": {"@type": "@id"}, "mainEntityOfPage": {"@type": "@id"}}

    page_graph = Graph().parse(data=json.dumps(on_page | {"@context": context}), format="json-ld")
    api_graph = triples(client.get("/api/v1/agencies/ilo/", {"format": "jsonld"}))

    assert on_page["@context"] == "https://schema.org"
    assert len(page_graph) >= 7
    agency_triples = [
        (term, value) for node, term, value in page_graph if isinstance(node, URIRef) and not isinstance(value, BNode)
    ]
    assert set(agency_triples) <= set(api_graph.predicate_objects(URIRef("http://testserver/agencies/ilo/")))
