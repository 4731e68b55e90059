"""Time limits of the database: slow statements are cancelled, and readers get an error page."""

from contextlib import closing

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction

from commitments.models import Commitment
from foundation.postgresql import session_limits
from foundation.postgresql.session_limits import disable_limits, prepare_session, statement_limit, was_cancelled
from gmg_portal import settings as portal_settings
from register.search import spelling
from tests.support.factories import CommitmentFactory

pytestmark = pytest.mark.database

LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "1min",
}


def setting(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return cursor.fetchone()[0]


def another_connection():
    parameters = connection.get_connection_params()
    return psycopg2.connect(**{name: value for name, value in parameters.items() if name != "cursor_factory"})


def wait_for_end_of(pid):
    """Wait in the database until it ends a session."""
    with closing(another_connection()) as other, other.cursor() as cursor:
        cursor.execute(
            "DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s) "
            "LOOP PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP; END $$",
            [pid],
        )


@pytest.fixture
def session(db, settings):
    """Prepare the test's connection like a new one."""

    def session(**limits):
        settings.DATABASE_LIMITS = LIMITS | limits
        prepare_session(connection)

    yield session
    connection.close() if not connection.in_atomic_block else prepare_session(connection)


@pytest.fixture
def reader(client):
    client.raise_request_exception = False
    return client


@pytest.fixture
def slow(monkeypatch, session):
    """Make reading commitments take a minute, with a limit of 50 ms."""
    session(statement_timeout="50ms")

    def wait(self, *args, **kwargs):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(type(Commitment.objects.all()), "published", wait)


def test_portal_sets_limits_by_default():
    assert portal_settings.DATABASE_LIMITS == LIMITS


def test_new_connection_has_the_limits(session):
    session()

    assert {name: setting(name) for name in LIMITS} == LIMITS
    assert setting("jit") == "off"


def test_connection_starts_without_options_that_poolers_refuse():
    server = portal_settings.database("postgresql://portal:x@localhost/portal")

    assert "options" not in server["OPTIONS"]
    assert "OPTIONS" not in portal_settings.DATABASES["default"] or "jit" not in str(
        portal_settings.DATABASES["default"]["OPTIONS"]
    )


def test_command_takes_as_long_as_it_needs(session, monkeypatch):
    monkeypatch.setattr(session_limits, "_are_disabled", False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")

    disable_limits(["manage.py", "load_commitments"])
    session()

    assert setting("statement_timeout") == "0"


def test_server_of_developers_keeps_the_limits(session, monkeypatch):
    monkeypatch.setattr(session_limits, "_are_disabled", False)

    disable_limits(["manage.py", "runserver"])
    session()

    assert setting("statement_timeout") == "15s"


def test_block_with_a_limit_of_its_own_gives_it_back(session):
    session()

    with statement_limit("3s"):
        inside = setting("statement_timeout")

    assert (inside, setting("statement_timeout")) == ("3s", "15s")


def test_block_that_fails_gives_its_limit_back(session):
    session()

    with pytest.raises(OperationalError) as stopped, transaction.atomic(), statement_limit("20ms"):
        Commitment.objects.raw("SELECT pg_sleep(60), 1 AS id")[0]

    assert was_cancelled(stopped.value)
    assert setting("statement_timeout") == "15s"


@pytest.mark.parametrize("address", ["/commitments/", "/data/commitments.csv", "/calendar/due.ics", "/gaps/"])
def test_page_that_takes_too_long_is_answered_by_a_page_of_ours(reader, slow, address):
    response = reader.get(address)

    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "10", "no-store")
    assert "The answer took too long" in response.content.decode()


def test_answer_of_the_api_that_takes_too_long_is_a_problem(reader, slow):
    response = reader.get("/api/v1/commitments/")

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response["Content-Type"] == "application/problem+json"
    assert "took too long" in response.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_page_that_waits_for_a_lock_too_long_is_answered_by_a_page_of_ours(reader, session):
    session(lock_timeout="20ms")
    with closing(another_connection()) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE commitments_commitment IN ACCESS EXCLUSIVE MODE")

        response = reader.get("/commitments/")

    assert (response.status_code, response["Retry-After"]) == (503, "10")


@pytest.mark.django_db(transaction=True)
def test_transaction_left_open_too_long_is_answered_by_a_page_of_ours(reader, session, monkeypatch):
    session(idle_in_transaction_session_timeout="20ms")

    def dawdle(self, *args, **kwargs):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            wait_for_end_of(*cursor.fetchone())
            cursor.execute("SELECT 1")

    monkeypatch.setattr(type(Commitment.objects.all()), "published", dawdle)

    response = reader.get("/commitments/")

    assert response.status_code == 503


def test_near_spellings_that_take_too_long_are_left_out(client, session, monkeypatch):
    session()
    CommitmentFactory(title="Fair recruitment")
    monkeypatch.setattr(spelling, "LIMIT", "20ms")
    monkeypatch.setattr(spelling, "SIMILAR_WORDS", "WITH texts AS ({texts}) SELECT pg_sleep(60), %s, %s")

    response = client.get("/commitments/", {"q": "recruitmnet"})

    assert response.status_code == 200
    assert response.context["spellings"] == []
    assert setting("statement_timeout") == "15s"
