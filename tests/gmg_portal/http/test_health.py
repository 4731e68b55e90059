"""Health checks: liveness, readiness, and the Host header."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

SECRET = "password=hidden"


def refuse(*_args, **_kwargs):
    raise OperationalError(f"connection to server failed: {SECRET}")


def test_liveness_does_not_query_the_database(client):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content == b"ok\n"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_check_accepts_any_host(client, caplog, path):
    response = client.get(path, headers={"Host": "192.0.2.7:8000"})

    assert (response.status_code, response["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert caplog.records == []


@pytest.mark.django_db
def test_ready_when_all_migrations_are_applied(client):
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError(SECRET), InterfaceError(SECRET)])
def test_not_ready_while_the_database_is_out_of_reach(client, monkeypatch, error):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", fail)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"The database cannot be reached.\n")


def test_alive_and_not_ready_while_no_connection_can_be_made(client, monkeypatch, django_db_blocker):
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setattr(DatabaseWrapper, "get_new_connection", refuse)

        alive, ready = client.get("/healthz"), client.get("/readyz")

    assert (alive.status_code, alive.content) == (200, b"ok\n")
    assert (ready.status_code, ready.content) == (503, b"The database cannot be reached.\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (1, "1 migration is not applied: run ‘manage.py migrate’.\n"),
        (2, "2 migrations are not applied: run ‘manage.py migrate’.\n"),
    ],
)
def test_not_ready_while_migrations_are_missing(client, missing, sentence):
    applied = MigrationRecorder(connection).migration_qs.filter(app__in=["commitments", "gmg_portal"])
    last = applied.order_by("-pk").values_list("pk", flat=True)[:missing]
    applied.filter(pk__in=list(last)).delete()

    response = client.get("/readyz")

    assert (response.status_code, response.content.decode()) == (503, sentence)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_state_is_never_stored_and_only_read(client, path):
    response = client.get(path)

    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
