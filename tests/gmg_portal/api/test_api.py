"""Test the rules that all endpoints of the API share."""

import re
from copy import deepcopy
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.http.throttling import AddressThrottle
from foundation.rest.problem_codes import ERRORS, PROBLEMS
from gmg_portal.api.urls import ENDPOINTS, RESOURCES, SUMMARIES
from tests.support import shared_cast
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    AlignmentFactory,
    AnswerFactory,
    AssessmentFactory,
    ChairTermFactory,
    CommitmentFactory,
    EventFactory,
    EvidenceFactory,
    FormerNameFactory,
    FrameworkFactory,
    MilestoneFactory,
    ParticipationFactory,
    ProgressReportFactory,
    RecommendationFactory,
    UserFactory,
    WorkGroupFactory,
    WorkPlanFactory,
    many,
    published_report,
)

LISTS = list(RESOURCES)
SUMMARY = [f"summary/{name}" for name in SUMMARIES]
DETAILS = [f"{name}/…" for name in RESOURCES]
EVERYWHERE = [*LISTS, *DETAILS, *SUMMARY]
OTHERS = {"root": "/api/v1/", "schema": "/api/v1/schema/", "docs": "/api/v1/docs/"}
UNKNOWN = ["/api/nothing/", "/api/v1/nothing", "/api/v2/", "/api/v1/commitments/HLD.1/"]

pytestmark = pytest.mark.django_db

ilo, iom, decent_work = shared_cast.ilo, shared_cast.iom, shared_cast.decent_work
points, commitment = shared_cast.points, shared_cast.commitment


@pytest.fixture(autouse=True)
def forget_earlier_requests():
    cache.clear()


@pytest.fixture(scope="module")
def record(module_db, commitment, points, decent_work):
    """Create a row of each kind. Return the address of every endpoint by name; names of single rows end in '/…'."""
    with module_db.unblock():
        AlignmentFactory(framework=FrameworkFactory(code="hld"), point=points[0])
        RecommendationFactory(code="GOV-1", agenda_points=points[:1])
        EventFactory(slug="forum", starts_on=date(2014, 5, 14))
        report = published_report(commitment)
    identifiers = {
        "agencies": "ilo",
        "agenda-points": 1,
        "frameworks": "hld",
        "workgroups": "decent-work",
        "recommendations": "GOV-1",
        "commitments": commitment.reference,
        "reports": report.reference,
        "status-changes": report.reference,
        "events": "forum",
    }
    assert list(identifiers) == LISTS
    lists = {name: f"/api/v1/{name}/" for name in [*LISTS, *SUMMARY]}
    return lists | {f"{name}/…": f"/api/v1/{name}/{code}/" for name, code in identifiers.items()}


@pytest.fixture(scope="module")
def responses():
    """Store the responses for the rows of this file, so that tests which only read share them."""
    return {}


@pytest.fixture
def ask(client, record, responses):
    """Request an endpoint by its name, or return its stored response; not for tests that change rows."""

    def ask(name, **params):
        key = (name, *params.items())
        if key not in responses:
            responses[key] = client.get(record[name], params)
        return responses[key]

    return ask


@pytest.fixture
def assert_problem():
    """Assert that a response is problem details with this status; return its errors without their codes."""

    def assert_problem(response, status):
        body = deepcopy(response.json())

        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        assert set(body) - {"errors"} == {"type", "title", "status", "code", "detail", "instance"}
        assert (body["type"], body["status"]) == (f"/api/v1/docs/#problem-{body['code']}", status)
        assert body["code"] in PROBLEMS
        assert body["detail"]
        errors = body.get("errors", [])
        assert {error.pop("code") for error in errors} <= set(ERRORS)
        return errors

    return assert_problem


# Endpoints


@pytest.mark.parametrize("address", ["/api/", "/api/v1/"])
def test_root_lists_every_endpoint(client, db, address):
    endpoints = client.get(address).json()

    names = [*ENDPOINTS, "versions"]
    assert list(endpoints) == names
    assert {name: client.get(url).status_code for name, url in endpoints.items()} == dict.fromkeys(names, 200)


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_endpoint_answers_json(ask, name):
    response = ask(name)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_format_is_a_param_and_in_no_address_of_the_response(client, ask):
    for address in ("/api/", "/api/v1/"):
        assert client.get(address, {"format": "json"}).json() == client.get(address).json()
    assert [name for name in EVERYWHERE if ask(name, format="json").json() != ask(name).json()] == []


@pytest.mark.parametrize("name", first_fast(LISTS))
def test_list_has_the_envelope(ask, name):
    body = ask(name).json()

    assert list(body) == ["count", "next", "previous", "results"]
    assert (body["count"], body["next"], body["previous"]) == (len(body["results"]), None, None)


@pytest.mark.parametrize("name", first_fast(LISTS))
def test_detail_has_all_fields_of_the_list(ask, name):
    detail = ask(f"{name}/…").json()
    rows = ask(name).json()["results"]

    assert set(rows[0]) <= set(detail)
    assert detail["url"] in [row["url"] for row in rows]


def test_no_answer_shows_a_database_key(ask):
    bodies = [ask(name).json() for name in EVERYWHERE]

    def names(value):
        if isinstance(value, dict):
            return set(value).union(*map(names, value.values()))
        return set().union(*map(names, value)) if isinstance(value, list) else set()

    assert not {"id", "pk"} & names(bodies)


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_head_answers_as_get_without_a_body(client, record, ask, name):
    got, head = ask(name), client.head(record[name])

    assert head.status_code == 200
    assert head.content == b""
    assert (head["Content-Type"], head["ETag"]) == (got["Content-Type"], got["ETag"])


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_options_returns_what_is_allowed(client, record, name):
    response = client.options(record[name])

    assert response.status_code == 200
    assert response["Allow"] == "GET, HEAD, OPTIONS"


# Refusals


@pytest.mark.parametrize("name", first_fast([*EVERYWHERE, *OTHERS]))
def test_writing_method_is_refused(client, record, assert_problem, name):
    for method in ("post", "put", "patch", "delete", "trace"):
        response = getattr(client, method)((record | OTHERS)[name])

        assert_problem(response, 405)
        assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_path_is_not_found_by_any_method(client, db, assert_problem, path):
    for method in ("get", "post", "put", "patch", "delete", "options"):
        response = getattr(client, method)(path)

        assert assert_problem(response, 404) == []


def test_missing_slash_is_added_for_readers(client, db):
    response = client.get("/api/v1/events?page=1")

    assert response.status_code == 301
    assert response["Location"] == "/api/v1/events/?page=1"


@pytest.mark.parametrize("name", first_fast([*EVERYWHERE, *OTHERS]))
def test_unknown_parameter_is_refused(client, record, assert_problem, name):
    response = client.get((record | OTHERS)[name], {"nonsense": "1"})

    (error,) = assert_problem(response, 400)
    assert error["parameter"] == "nonsense"
    assert "nonsense" in error["detail"]
    assert ("fields" in error["allowed"]) == (name not in OTHERS)


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_unknown_field_is_refused_with_those_that_are_known(client, record, ask, assert_problem, name):
    body = ask(name).json()

    response = client.get(record[name], {"fields": "nonsense"})

    (error,) = assert_problem(response, 400)
    assert error["parameter"] == "fields"
    assert "nonsense" in error["detail"]
    assert error["allowed"] == list(body["results"][0] if name in LISTS else body)


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_unknown_format_is_refused_with_those_that_are_known(ask, assert_problem, name):
    response = ask(name, format="xml")

    (error,) = assert_problem(response, 400)
    known = ["json"] if name in SUMMARY else ["json", "csv", "ndjson"] if name in LISTS else ["json", "jsonld"]
    assert (error["parameter"], error["allowed"]) == ("format", known)
    assert [ask(name, format=word).status_code for word in known] == [200] * len(known)


@pytest.mark.parametrize("name", first_fast(LISTS))
def test_unknown_ordering_is_refused_with_what_is_allowed(ask, assert_problem, name):
    (error,) = assert_problem(ask(name, ordering="nonsense"), 400)

    assert error["parameter"] == "ordering"
    assert ask(name, ordering=",".join(error["allowed"])).status_code == 200


@pytest.mark.parametrize("name", first_fast(LISTS))
def test_value_left_empty_is_refused(client, record, assert_problem, name):
    response = client.get(f"{record[name]}?page=&page_size=&fields=&ordering=")

    assert [error["parameter"] for error in assert_problem(response, 400)] == [
        "page",
        "page_size",
        "fields",
        "ordering",
    ]


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_day_that_is_none_is_refused(client, record, assert_problem, name):
    (error,) = assert_problem(client.get(record[name], {"as_of": "2014-02-30"}), 400)

    assert error["parameter"] == "as_of"


@pytest.mark.parametrize("day", ["2014", "yesterday", "2014-02-30", "2999-01-01"])
def test_whatever_is_no_day_of_the_past_is_refused(client, record, assert_problem, day):
    for name in ("commitments", "commitments/…", SUMMARY[0]):
        (error,) = assert_problem(client.get(record[name], {"as_of": day}), 400)

        assert error["parameter"] == "as_of"


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_two_days_are_refused(client, record, assert_problem, name):
    response = client.get(f"{record[name]}?as_of=2014-07-01&as_of=2015-07-01")

    (error,) = assert_problem(response, 400)
    assert error["parameter"] == "as_of"


@pytest.mark.parametrize("address", ["/api/", "/api/v1/", "/api/v1/schema/", "/api/v1/docs/"])
def test_addresses_without_rows_refuse_params_too(client, db, assert_problem, address):
    (stranger,) = assert_problem(client.get(address, {"lang": "fr"}), 400)
    (empty,) = assert_problem(client.get(f"{address}?format="), 400)

    assert (stranger["parameter"], stranger["allowed"], empty["parameter"]) == ("lang", ["format"], "format")


def test_every_fault_is_reported_at_once(client, record, assert_problem):
    response = client.get(f"{record['commitments']}?statu=completed&status=done&fields=id&as_of=")

    assert {error["parameter"] for error in assert_problem(response, 400)} == {"statu", "status", "fields", "as_of"}


def test_type_that_is_not_answered_is_refused(client, record, assert_problem):
    response = client.get(record["events"], headers={"Accept": "text/html"})

    assert_problem(response, 406)
    assert "application/json, text/csv, application/x-ndjson" in response.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("application/json, text/csv;q=0.5", "application/json"),
        ("text/csv;q=0.5, application/x-ndjson;q=0.9", "application/x-ndjson"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/csv, */*", "text/csv; charset=utf-8"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/json;q=0, */*;q=0.1", "text/csv; charset=utf-8"),
        ("text/html, */*;q=0.8", "application/json"),
        ("", "application/json"),
        ("text/html, application/*;q=0", None),
        ("nonsense", None),
    ],
)
def test_type_is_chosen_by_how_welcome_it_is(client, db, assert_problem, accept, answered):
    response = client.get("/api/v1/events/", headers={"Accept": accept})

    if answered:
        assert (response.status_code, response["Content-Type"]) == (200, answered)
    else:
        assert_problem(response, 406)


def test_format_param_replaces_the_accept_header(client, db):
    response = client.get("/api/v1/events/?format=csv", headers={"Accept": "application/json"})

    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_method_is_refused_before_the_type(client, record, assert_problem):
    addresses = [*record.values(), "/api/", "/api/v1/", "/api/v1/schema/", "/api/v1/docs/"]
    cases = [(address, "image/png") for address in addresses]
    cases += [(record[name], accept) for name in LISTS for accept in ("text/csv", "application/ld+json")]
    for address, accept in cases:
        response = client.delete(f"{address}?format=nonsense", headers={"Accept": accept})

        assert_problem(response, 405)
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert client.options(address, headers={"Accept": accept}).status_code == 200


# Pages


@pytest.mark.parametrize("size", ["0", "201", "-1", "ten", "1e2", "٣", "9" * 5000])
def test_page_size_out_of_bounds_is_refused(client, record, assert_problem, size):
    response = client.get(record["events"], {"page_size": size})

    assert assert_problem(response, 400) == [
        {"parameter": "page_size", "detail": "page_size is a whole number from 1 to 200."}
    ]


@pytest.mark.parametrize("page", ["0", "-1", "last", "9" * 5000])
def test_page_that_is_no_number_is_refused(client, record, assert_problem, page):
    response = client.get(record["events"], {"page": page})

    assert assert_problem(response, 400) == [{"parameter": "page", "detail": "page is a whole number from 1."}]


def test_page_after_the_last_is_not_found(client, record, assert_problem):
    response = client.get(record["events"], {"page": "2"})

    assert assert_problem(response, 404) == [{"parameter": "page", "detail": "There is no page 2: the last page is 1."}]


@pytest.mark.database
def test_page_holds_as_many_rows_as_were_asked_for(client):
    many(EventFactory, 201)

    sizes = [
        len(client.get("/api/v1/events/", params).json()["results"])
        for params in ({}, {"page_size": 200}, {"page_size": 1})
    ]

    assert sizes == [50, 200, 1]


def test_list_links_its_pages(client, db):
    EventFactory.create_batch(5)
    page = "http://testserver/api/v1/events/?page={}&page_size=2"

    body = client.get("/api/v1/events/?page=2&page_size=2")

    assert links(body["Link"]) == {
        "first": page.format(1),
        "prev": page.format(1),
        "next": page.format(3),
        "last": page.format(3),
    }


def test_first_page_has_none_before_it(client, db):
    EventFactory.create_batch(3)

    response = client.get("/api/v1/events/?page_size=2")

    assert set(links(response["Link"])) == {"first", "next", "last"}


def links(header):
    """Return the addresses of a Link header by relation, with sorted parameters and an explicit page."""
    addresses = {}
    for part in header.split(", "):
        url, rel = part.split("; ")
        path, _mark, words = url.strip("<>").partition("?")
        pairs = {"page": "1"} | dict(pair.split("=") for pair in words.split("&"))
        addresses[rel[5:-1]] = f"{path}?{'&'.join(f'{name}={pairs[name]}' for name in sorted(pairs))}"
    return addresses


# Fields


@pytest.mark.parametrize("name", first_fast(EVERYWHERE))
def test_fields_narrow_a_row_to_those_asked_for(client, record, ask, name):
    whole = ask(name).json()
    row = whole["results"][0] if name in LISTS else whole
    chosen = list(row)[:2]

    narrowed = client.get(record[name], {"fields": ",".join(reversed(chosen))}).json()

    assert (narrowed["results"][0] if name in LISTS else narrowed) == {field: row[field] for field in chosen}


# Order


@pytest.mark.database
@pytest.mark.parametrize("name", first_fast(LISTS))
def test_order_is_asked_alike_everywhere(client, record, ask, assert_problem, name):
    allowed = assert_problem(ask(name, ordering="nonsense"), 400)[0]["allowed"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get(record[name], {"ordering": ",".join(allowed[2:4])}).status_code == 200
    statements = [query["sql"] for query in queries]
    (count,) = [number for number, sql in enumerate(statements) if sql.startswith("SELECT COUNT(*)")]

    assert re.search(r'ORDER BY .*"id" (ASC|DESC) LIMIT \d+$', statements[count + 1])
    assert client.get(f"{record[name]}?ordering={allowed[0]}&ordering={allowed[2]}").status_code == 200


@pytest.mark.parametrize("name", first_fast([*DETAILS, *SUMMARY]))
def test_what_is_no_list_has_no_order(client, record, assert_problem, name):
    (fault,) = assert_problem(client.get(record[name], {"ordering": "title"}), 400)

    assert fault["parameter"] == "ordering"


# Queries


def agencies(n):
    for member in AgencyFactory.create_batch(n):
        AgencyFactory(parent=member)
    if not member.position and n == 1:
        ChairTermFactory(agency=member)
        FormerNameFactory(agency=member)


def frameworks(n):
    for framework in FrameworkFactory.create_batch(n):
        AlignmentFactory(framework=framework)


def workgroups(n):
    for group in WorkGroupFactory.create_batch(n):
        ParticipationFactory(workgroup=group)


def recommendations(n):
    for recommendation in RecommendationFactory.create_batch(n):
        point = AgendaPointFactory()
        recommendation.agenda_points.add(point)
        RecommendationFactory(parent=recommendation, agenda_points=[point])


def commitments(n):
    for number in range(n):
        lead = {"workgroup": WorkGroupFactory()} if number % 2 else {"lead_agency": AgencyFactory()}
        points, answers = [AgendaPointFactory()], [RecommendationFactory()]
        CommitmentFactory(**lead, partners=[AgencyFactory()], agenda_points=points, recommendations=answers)


def reports(n):
    for _number in range(n):
        published_report(CommitmentFactory(), on_behalf_of=AgencyFactory())


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "make", "queries"),
    [
        # Each with one for the revision, one for the count and one for the rows.
        ("agencies", agencies, 6),
        ("agenda-points", AgendaPointFactory.create_batch, 3),
        ("frameworks", frameworks, 4),
        ("workgroups", workgroups, 4),
        ("recommendations", recommendations, 6),
        ("commitments", commitments, 8),
        ("reports", reports, 5),
        ("status-changes", reports, 3),
        ("events", EventFactory.create_batch, 3),
    ],
)
def test_list_asks_the_database_as_often_however_many_rows(client, db, django_assert_num_queries, name, make, queries):
    queries += 1  # the count of the caller's requests
    make(1)
    with django_assert_num_queries(queries):
        rows = client.get(f"/api/v1/{name}/").json()["count"]

    make(7)
    with django_assert_num_queries(queries):
        assert client.get(f"/api/v1/{name}/").json()["count"] >= rows + 7


# Drafts


@pytest.fixture
def leak(db, record, commitment):
    """Create every kind of private row with the secret word; return the references that must not appear."""
    marked = {"title": "LEAK", "summary": "LEAK", "original_text": "LEAK", "source_title": "LEAK", "places": ["LEAK"]}
    person = UserFactory(username="LEAK-person", email="LEAK@example.org", first_name="LEAK")
    hidden = [
        CommitmentFactory(**state, **marked, **hand)
        for state, hand in (
            ({"draft": True}, {"author": person}),
            ({"submitted": True}, {"author": person}),
            ({"sent_back": True}, {"author": person, "review_note": "LEAK"}),
        )
    ]
    for unpublished in hidden:
        MilestoneFactory(commitment=unpublished, title="LEAK")
    for state in ("draft", "submitted", "sent_back"):
        report = ProgressReportFactory(
            **{state: True}, commitment=commitment, achieved="LEAK", barriers="LEAK", next_steps="LEAK", author=person
        )
        EvidenceFactory(report=report, title="LEAK", url="https://example.org/LEAK")
        AssessmentFactory(**{state: True}, commitment=commitment, text="LEAK", author=person)
        AnswerFactory(**{state: True}, assessment__commitment=commitment, text="LEAK", author=person)
    secret = [
        EvidenceFactory.build(report=None),
        EvidenceFactory.build(report=None, title="LEAK", url="https://example.org/LEAK", is_public=False),
    ]
    published_report(deepcopy(commitment), on="2014-09-30", status="completed", evidence=secret)
    return [row.reference for row in hidden]


@pytest.mark.database
def test_nothing_unpublished_is_found_or_counted(client, record, leak):
    leaks = {}
    for name in EVERYWHERE:
        for params in ({}, {"as_of": "2015-01-01"}):
            body = client.get(record[name], params).content.decode()
            leaks[name, *params] = [word for word in ("LEAK", *leak) if word in body]
    totals = [client.get(record[name]).json().get("total", 1) for name in SUMMARY]

    assert leaks == dict.fromkeys(leaks, [])
    assert totals == [1] * len(SUMMARY)


def test_unpublished_commitment_is_as_absent_as_one_that_never_was(client, leak, assert_problem):
    answers = [client.get(f"/api/v1/commitments/{reference}/") for reference in [*leak, "HLD-9999"]]

    assert {assert_problem(answer, 404) == [] for answer in answers} == {True}
    assert len({answer.json()["detail"] for answer in answers}) == 1


@pytest.mark.parametrize("name", ["reports", "status-changes"])
def test_unpublished_commitment_is_no_word_to_filter_by(client, leak, assert_problem, name):
    answers = [client.get(f"/api/v1/{name}/", {"commitment": reference}) for reference in [leak[0], "HLD-9999"]]

    details = {assert_problem(answer, 400)[0]["detail"].replace(leak[0], "HLD-9999") for answer in answers}
    assert len(details) == 1


# CORS and throttling


def test_other_sites_may_read_without_credentials(client, record):
    response = client.get(record["events"], headers={"Origin": "https://elsewhere.example"})

    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.has_header("Access-Control-Allow-Credentials")
    exposed = {"ETag", "Last-Modified", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Sunset", "Total-Count"}
    assert exposed <= set(response["Access-Control-Expose-Headers"].split(", "))


def test_other_sites_learn_the_methods_beforehand(client, db):
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}

    response = client.options("/api/v1/events/", headers=headers)

    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.fixture
def twice_a_minute(monkeypatch):
    monkeypatch.setattr(AddressThrottle, "rate", "2/min", raising=False)


@pytest.mark.parametrize("path", ["/api/v1/events/", "/api/v1/nothing/"])
def test_third_request_of_an_address_waits(client, db, twice_a_minute, assert_problem, path):
    for _time in range(2):
        assert client.get(path).status_code in (200, 404)

    response = client.get(path)

    assert_problem(response, 429)
    assert 0 < int(response["Retry-After"]) <= 60


def test_invented_forwarding_address_does_not_help(client, db, twice_a_minute):
    codes = [
        client.get("/api/v1/events/", headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
        for number in range(3)
    ]

    assert codes == [200, 200, 429]


@pytest.mark.parametrize(
    ("addresses", "codes"),
    [
        (["192.0.2.1", "192.0.2.2", "192.0.2.3"], [200, 200, 200]),
        (["2001:db8::1", "2001:db8::2", "2001:db8::3"], [200, 200, 429]),
        (["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1"], [200, 200, 200]),
        (["unix:", "unix:", "unix:"], [200, 200, 429]),
    ],
)
def test_addresses_count_apart_and_an_ipv6_network_as_one(client, db, twice_a_minute, addresses, codes):
    answers = [client.get("/api/v1/events/", REMOTE_ADDR=address).status_code for address in addresses]

    assert answers == codes


def test_work_plans_have_no_list_of_their_own(client, record, commitment, assert_problem):
    WorkPlanFactory()

    assert_problem(client.get("/api/v1/work-plans/"), 404)


@pytest.mark.django_db
def test_refusal_of_a_place_names_no_place_that_is_taken(client):
    CommitmentFactory(places=["Nepal"])
    CommitmentFactory(withdrawn=True, places=["Shangri-La"])

    answer = client.get("/api/v1/commitments/", {"place": ["Shangri-La", "Atlantis"]})

    (problem,) = answer.json()["errors"]
    assert (answer.status_code, problem["parameter"]) == (400, "place")
    assert problem["detail"] == "‘Atlantis’ is not a valid value. Allowed: Nepal."
