import json

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from rest_framework.exceptions import UnsupportedMediaType

from agenda.api import EventViewSet
from gmg_portal import problems


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


def test_host_that_is_not_ours_is_told_as_a_problem(reader, db):
    response = reader.get("/api/v1/events/", headers={"Host": "elsewhere.example"})

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("handler", [problems.server_error, lambda request: problems.bad_request(request, None)])
def test_error_of_a_page_stays_a_page(rf, handler):
    response = handler(rf.get("/agencies/"))

    assert response["Content-Type"].startswith("text/html")
