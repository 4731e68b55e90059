import json

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connections
from rest_framework.exceptions import UnsupportedMediaType

from agenda.api import EventViewSet
from gmg_portal import problems
from gmg_portal.api_urls import ENDPOINTS
from tests.gmg_portal.processes import free_port


@pytest.fixture(autouse=True)
def forget_earlier_requests():
    cache.clear()


@pytest.fixture
def reader(client):
    """A client to which an error of the server is an answer, as it is to everybody else."""
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
def test_error_of_a_view_is_told_as_a_problem(reader, db, raising, error, status):
    raising(error)

    response = reader.get("/api/v1/events/?page=1")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "instance"}
    assert (body["status"], body["instance"]) == (status, "/api/v1/events/?page=1")
    assert status == 415 or "secret" not in response.content.decode()


def test_outage_says_when_to_come_again(reader, db, raising):
    raising(OperationalError("no server"))

    assert reader.get("/api/v1/events/")["Retry-After"] == "30"


def test_outage_before_the_view_is_told_as_a_problem(rf):
    try:
        raise OperationalError("no server")
    except OperationalError:
        response = problems.server_error(rf.get("/api/v1/events/"))

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert json.loads(response.content)["title"] == "Service Unavailable"


@pytest.fixture
def unreachable(transactional_db):
    """The database's server is gone: nothing listens where it was."""
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
            told = (answer.status_code, answer["Content-Type"], answer["Retry-After"], answer["Cache-Control"])

            assert told == (503, "application/problem+json", "30", "no-store"), (path, ask)
            assert "127.0.0.1" not in answer.content.decode()
    assert reader.options("/api/v1/", headers={"Access-Control-Request-Method": "GET"}).status_code == 200


def test_page_of_an_outage_says_when_to_come_again(reader, unreachable):
    for path in ("/agencies/", "/data/commitments.csv", "/feeds/changes.atom"):
        answer = reader.get(path)

        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "30", "no-store")
    assert reader.get("/methods/").status_code == 200


def test_host_that_is_not_ours_is_told_as_a_problem(reader, db):
    response = reader.get("/api/v1/events/", headers={"Host": "elsewhere.example"})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("handler", [problems.server_error, lambda request: problems.bad_request(request, None)])
def test_error_of_a_page_stays_a_page(rf, handler):
    response = handler(rf.get("/agencies/"))

    assert response["Content-Type"].startswith("text/html")
