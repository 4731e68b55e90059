import json

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connections
from django.test import Client
from django.urls import reverse
from rest_framework.exceptions import UnsupportedMediaType

from agenda.api import EventViewSet
from foundation.http.logs import RequestFilter
from foundation.rest import problem_details
from foundation.rest.problem_codes import CODE_BY_STATUS, PROBLEMS
from gmg_portal.api.urls import ENDPOINTS
from tests.support.factories import EventFactory
from tests.support.processes import free_port


@pytest.fixture(autouse=True)
def forget_earlier_requests():
    cache.clear()


@pytest.fixture
def reader(client):
    """Return a client that gets error responses instead of exceptions."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def raising(monkeypatch):
    def raising(error):
        def raise_it(view):
            raise error

        monkeypatch.setattr(EventViewSet, "get_queryset", raise_it)

    return raising


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PermissionDenied("secret"), 403),
        (SuspiciousOperation("secret"), 400),
        (UnsupportedMediaType("secret"), 415),
        (OperationalError("secret"), 503),
        (InterfaceError("secret"), 503),
        (RuntimeError("secret"), 500),
    ],
)
def test_error_of_a_view_is_a_problem(reader, db, raising, error, status):
    raising(error)

    response = reader.get("/api/v1/events/?page=1")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "instance"}
    assert (body["status"], body["instance"]) == (status, "/api/v1/events/")
    assert status == 415 or "secret" not in response.content.decode()


def test_outage_has_retry_after(reader, db, raising):
    raising(OperationalError("no server"))

    assert reader.get("/api/v1/events/")["Retry-After"] == "30"


def test_outage_before_the_view_is_a_problem(rf):
    try:
        raise OperationalError("no server")
    except OperationalError:
        response = problem_details.server_error(rf.get("/api/v1/events/"))

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert json.loads(response.content)["title"] == "Service Unavailable"


@pytest.fixture
def unreachable(transactional_db):
    """Make the database unreachable: nothing listens on its port."""
    it = connections["default"]
    nowhere = it.get_connection_params() | {"host": "127.0.0.1", "port": free_port()}
    it.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(it, "get_connection_params", lambda: nowhere)
        yield
    it.close()


def test_every_endpoint_says_that_the_record_cannot_be_reached(reader, unreachable):
    details = ["commitments/HLD-0001", "reports/HLD-0001-1", "agencies/ilo", "nowhere"]
    paths = ["/api/", "/api/v1/", *(f"/api/v1/{name}/" for name in [*ENDPOINTS, *details])]

    for path in paths:
        for ask in (reader.get, reader.head, reader.options, reader.post):
            answer = ask(path, headers={"If-None-Match": "*"})
            status_and_headers = (
                answer.status_code,
                answer["Content-Type"],
                answer["Retry-After"],
                answer["Cache-Control"],
            )

            assert status_and_headers == (503, "application/problem+json", "30", "no-store"), (path, ask)
            assert "127.0.0.1" not in answer.content.decode()
    assert reader.options("/api/v1/", headers={"Access-Control-Request-Method": "GET"}).status_code == 200


def test_page_of_an_outage_has_retry_after(reader, unreachable):
    for path in ("/agencies/", "/data/commitments.csv", "/feeds/changes.atom"):
        answer = reader.get(path)

        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "30", "no-store")
    assert reader.get("/methods/").status_code == 200


def test_foreign_host_is_a_problem(reader, db):
    response = reader.get("/api/v1/events/", headers={"Host": "elsewhere.example"})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "handler", [problem_details.server_error, lambda request: problem_details.bad_request(request, None)]
)
def test_error_of_a_page_stays_a_page(rf, handler):
    response = handler(rf.get("/agencies/"))

    assert response["Content-Type"].startswith("text/html")


SECRET = "gmghld_12345678.abcdefghijklmnopqrstuvwxyz0123456789ABCD"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/drafts/", 401),
        ("/api/v1/commitments/", 400),
        ("/api/v1/commitments/HLD-9999/", 400),
        ("/api/v1/nowhere/", 404),
        ("/commitments/", 400),
        ("/timeline/", 400),
        ("/compare/", 400),
        ("/gaps/", 400),
        ("/data/", 400),
        ("/agencies/", 400),
        ("/methods/", 400),
        ("/", 400),
        ("/nowhere/", 404),
        ("/embed/matrix/", 400),
        ("/oembed/", 400),
        ("/data/commitments.csv", 400),
        ("/feeds/changes.atom", 400),
        ("/calendar/due.ics", 400),
        ("/charts/matrix.svg", 400),
    ],
)
def test_no_error_repeats_a_secret_of_the_query(reader, db, caplog, address, status):
    with caplog.at_level("DEBUG"):
        response = reader.get(address, {"token": SECRET})

    assert response.status_code == status
    assert SECRET not in response.content.decode() + str(response.headers)
    assert SECRET not in "".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )


def test_error_of_the_server_repeats_no_secret_of_the_query(reader, db, raising, caplog):
    raising(RuntimeError("something"))

    response = reader.get("/api/v1/events/", {"token": SECRET})

    assert response.status_code == 500
    assert SECRET not in response.content.decode() + caplog.text


def test_instance_is_encoded_once(reader, db):
    response = reader.get("/api/v1/agencies/côte/", QUERY_STRING="q=côte")

    assert response.json()["instance"] == "/api/v1/agencies/c%C3%B4te/"


@pytest.mark.parametrize("name", ["If-Match", "If-Unmodified-Since"])
def test_precondition_of_a_change_is_a_problem_where_the_api_is_read(reader, db, name):
    value = {"If-Match": '"nothing"', "If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}[name]
    EventFactory()

    response = reader.get("/api/v1/events/", headers={name: value})

    assert response.status_code in (200, 412)
    assert (name == "If-Match") <= (response.status_code == 412)
    if response.status_code == 412:
        assert response["Content-Type"] == "application/problem+json"
        assert "If-None-Match" in response.json()["detail"]


@pytest.mark.parametrize("address", ["/", "/commitments/", "/data/commitments.csv", "/feeds/changes.atom"])
def test_precondition_of_a_change_is_not_heeded_where_a_page_is_read(reader, db, address):
    response = reader.get(address, headers={"If-Match": '"nothing"'})

    assert response.status_code == 200


def test_error_of_a_read_names_its_request(reader, db):
    refused, read = reader.get("/api/v1/nowhere/"), reader.get("/api/v1/events/")

    assert len(refused["X-Request-ID"]) == 32
    assert "X-Request-ID" not in read


def test_log_names_the_request_of_its_answer(reader, db, raising, caplog):
    raising(RuntimeError("something"))

    response = reader.get("/api/v1/events/")

    (record,) = [record for record in caplog.records if record.name == "django.request"]
    RequestFilter().filter(record)
    assert record.request_id == f" [{response['X-Request-ID']}]"


def test_foreign_host_is_logged_in_one_line(reader, db, caplog):
    reader.get("/", headers={"Host": "192.0.2.1"})

    (record,) = [record for record in caplog.records if record.name == "django.security.DisallowedHost"]
    RequestFilter().filter(record)
    assert (record.exc_info, record.exc_text) == (None, None)


@pytest.mark.parametrize(
    "path", ["/accounts/invitation/live-link/", "/accounts/password/lost/1-live-link/", "/accounts/mail/live-link/"]
)
def test_log_holds_no_link_that_lets_somebody_in(db, caplog, path):
    """The log names the address of a form without cookie and of a broken link."""
    Client(enforce_csrf_checks=True).post(path, {"username": "x"})
    Client().get(path)

    records = [record for record in caplog.records if record.name.startswith("django.")]
    for record in records:
        RequestFilter().filter(record)
    assert records
    assert "live-link" not in " ".join(f"{record.getMessage()} {record.args}" for record in records)


def test_other_addresses_are_logged_unchanged(reader, db, caplog):
    reader.get("/accounts/password/lost/sent/nothing")

    (record,) = [record for record in caplog.records if record.name == "django.request"]
    RequestFilter().filter(record)
    assert record.getMessage().endswith("/accounts/password/lost/sent/nothing")


@pytest.mark.parametrize(
    ("address", "status", "code", "errors"),
    [
        ("events/?colour=red", 400, "invalid_parameter", {"colour": "unknown_parameter"}),
        ("events/?page=1&page=2", 400, "invalid_parameter", {"page": "repeated"}),
        ("events/?ordering=", 400, "invalid_parameter", {"ordering": "empty"}),
        ("events/?fields=colour", 400, "invalid_parameter", {"fields": "unknown_field"}),
        ("commitments/?status=done", 400, "invalid_parameter", {"status": "unknown_value"}),
        ("events/?starts_after=2014-13", 400, "invalid_parameter", {"starts_after": "invalid"}),
        ("events/?page_size=201", 400, "invalid_parameter", {"page_size": "out_of_range"}),
        ("events/?cursor=x", 400, "invalid_parameter", {"cursor": "invalid_cursor"}),
        ("events/?format=xml", 400, "invalid_parameter", {"format": "unknown_value"}),
        ("events/?page=%ff", 400, "invalid_parameter", {"page": "invalid"}),
        ("events/?page=9", 404, "not_found", {"page": "out_of_range"}),
        ("events/nowhere/", 404, "not_found", {}),
        ("nowhere/", 404, "not_found", {}),
        ("drafts/", 401, "unauthenticated", {}),
        (f"events/?q={'x' * 8000}", 414, "uri_too_long", {}),
    ],
)
def test_problem_and_each_of_its_errors_has_a_code(client, db, address, status, code, errors):
    body = client.get(f"/api/v1/{address}").json()

    assert (body["status"], body["code"], body["type"]) == (status, code, f"/api/v1/docs/#problem-{code}")
    assert {error["parameter"]: error["code"] for error in body.get("errors", [])} == errors


def test_type_of_every_problem_leads_to_its_meaning(client, db):
    page = client.get(problem_details.DOCS).content.decode()

    assert reverse("api:docs") == problem_details.DOCS
    assert [code for code in PROBLEMS if f'id="problem-{code}"' not in page] == []
    assert set(CODE_BY_STATUS.values()) <= set(PROBLEMS)
