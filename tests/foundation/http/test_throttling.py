import logging
import math
import secrets
import time
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from foundation.http import throttling
from foundation.http.throttling import AddressThrottle, QuotaState
from gmg_portal import settings as portal_settings
from tests.support.processes import environment, start

EVENTS = "/api/v1/events/"
WORKER = """
import django
django.setup()
from django.test import Client
print([Client().get("/api/v1/").status_code for _ in range(15)].count(200))
"""


@pytest.fixture
def three_requests_an_hour(monkeypatch):
    monkeypatch.setattr(AddressThrottle, "rate", "3/hour", raising=False)


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT caller, refused FROM api_caller")
        return cursor.fetchall()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_two_workers_count_together(tmp_path):
    it = connection.get_connection_params()
    user, password, host = (quote(str(it[name]), safe="") for name in ("user", "password", "host"))
    more = {
        "DATABASE_URL": f"postgresql://{user}:{password}@{host}:{it['port']}/{it['dbname']}",
        "DJANGO_SETTINGS_MODULE": "gmg_portal.settings",
        "SECRET_KEY": secrets.token_urlsafe(),
        "ALLOWED_HOSTS": "testserver",
        "API_RATE": "20/hour",
    }

    workers = [start("-c", WORKER, env=environment(tmp_path, **more)) for _ in range(2)]
    allowed = [int(worker.communicate(timeout=60)[0].splitlines()[-1]) for worker in workers]

    assert sum(allowed) == 20
    assert min(allowed) >= 5
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_caller")


@pytest.mark.database
def test_every_counted_response_has_the_remaining_quota(client, db, three_requests_an_hour):
    addresses = [EVENTS, f"{EVENTS}?nothing=1", "/api/v1/nothing/", EVENTS]
    answers = [client.get(address) for address in addresses]

    assert [answer.status_code for answer in answers] == [200, 400, 404, 429]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"address";q=3;w=3600'}
    assert [answer["RateLimit"] for answer in answers] == [
        '"address";r=2;t=1200',
        '"address";r=1;t=2400',
        '"address";r=0;t=3600',
        '"address";r=0;t=3600',
    ]
    assert 1190 <= int(answers[3]["Retry-After"]) <= 1200
    assert answers[3]["Content-Type"] == "application/problem+json"
    assert answers[3]["Cache-Control"] == "no-store"
    assert "RateLimit" not in client.get("/agencies/")


@pytest.mark.database
def test_refusals_do_not_add_up(client, db, three_requests_an_hour):
    waits = [client.get(EVENTS).get("Retry-After") for _ in range(6)]

    assert waits[:3] == [None] * 3
    assert {int(wait) for wait in waits[3:]} <= {1199, 1200}


@pytest.mark.database
def test_quota_comes_back_evenly(client, db, three_requests_an_hour):
    for _ in range(3):
        client.get(EVENTS)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_caller SET free_at = free_at - interval '21 minutes'")

    assert [client.get(EVENTS).status_code for _ in range(2)] == [200, 429]


@pytest.mark.database
def test_table_holds_no_address_and_nobody_longer_than_needed(client, db, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_caller")
    for number in (1, 2):
        client.get(EVENTS, REMOTE_ADDR=f"192.0.2.{number}")
    kept = rows()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_caller SET free_at = free_at - interval '1 hour'")
    monkeypatch.setattr(throttling, "CLEANUP_INTERVAL", 0)
    client.get(EVENTS, REMOTE_ADDR="192.0.2.3")

    assert len(kept) == 2 and not any("192.0.2" in caller for caller, _refused in kept)
    assert len(rows()) == 1 and rows()[0] not in kept


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_database_that_takes_no_writes_still_answers(client, caplog, three_requests_an_hour):
    AddressThrottle.failure_was_logged = False
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        with caplog.at_level(logging.WARNING, "foundation.http.throttling"):
            answers = [client.get(EVENTS) for _ in range(5)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert {answer.status_code for answer in answers} == {200}
    assert not any(answer.has_header("RateLimit") for answer in answers)
    assert len([record for record in caplog.records if record.name == "foundation.http.throttling"]) == 1


@pytest.mark.django_db(transaction=True)
def test_counting_moves_no_revision_and_leaves_no_trace(client):
    def standing():
        with connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM audit_entry), (SELECT max(number) FROM revision)")
            return cursor.fetchone()

    before = standing()
    client.get(EVENTS)
    client.post(EVENTS)

    assert standing() == before
    assert rows()


def test_count_may_be_kept_elsewhere(client, db, monkeypatch):
    calls = []

    def elsewhere(caller, quota, window):
        calls.append((caller, quota, window))
        return QuotaState(refused=True, free_in=60.0)

    monkeypatch.setattr(AddressThrottle, "counter", staticmethod(elsewhere))

    assert client.get(EVENTS).status_code == 429
    assert [(quota, window) for _caller, quota, window in calls] == [(600, 60)]


COSTLY = [
    "/?by=point",
    "/commitments/?q=recruitment",
    "/commitments/?as_of=2014-06-30",
    "/commitments.atom",
    "/data/commitments.csv",
    "/calendar/due.ics",
    "/charts/matrix.svg",
    "/compare/",
    "/compare.csv?from=2014-01-01",
    "/embed/matrix/",
    "/feeds/changes.atom",
    "/gaps/",
    "/gaps/silent-commitments.csv",
    "/oembed/?url=http://testserver/",
    "/timeline/",
]


@pytest.mark.parametrize("address", COSTLY)
def test_what_costs_most_is_refused_to_a_caller_who_asks_too_often(client, db, settings, address):
    settings.PAGE_RATE = "1/hour"
    started = time.monotonic()

    answers = [client.get(address) for _ in range(2)]

    seconds = answers[1]["Retry-After"]
    elapsed = math.ceil(time.monotonic() - started)
    assert answers[0].status_code != 429
    assert answers[1].status_code == 429
    assert 3600 - elapsed <= int(seconds) <= 3600
    assert (answers[1]["RateLimit"], answers[1]["Cache-Control"]) == (f'"pages";r=0;t={seconds}', "no-store")
    assert f"Wait {seconds} seconds" in answers[1].content.decode()


def test_other_pages_files_of_editions_and_unchanged_answers_are_not_counted(client, db, settings):
    settings.PAGE_RATE = "1/hour"
    etag = client.get("/commitments/?q=x")["ETag"]

    addresses = ["/", "/commitments/", "/agencies/", "/healthz", "/data/editions/2014-06-30/commitments.csv"]
    answers = [client.get(address).status_code for address in addresses]

    assert answers == [200, 200, 200, 200, 404]
    assert client.get("/commitments/?q=x", headers={"If-None-Match": etag}).status_code == 304


def test_searches_of_the_editors_lists_are_counted(client, administrator, settings):
    settings.PAGE_RATE = "1/hour"
    client.force_login(administrator)

    answers = [client.get(f"/admin/agencies/agency/{query}").status_code for query in ("?q=x", "", "?q=y")]

    assert answers == [200, 200, 429]


def test_pages_and_programs_are_counted_apart(client, db, settings, monkeypatch):
    settings.PAGE_RATE = "1/hour"
    monkeypatch.setattr(AddressThrottle, "rate", "1/hour", raising=False)

    answers = [client.get(address).status_code for address in ("/timeline/", EVENTS, "/timeline/", EVENTS)]

    assert answers == [200, 200, 429, 429]


@pytest.mark.parametrize("rate", ["600", "0/min", "many/min", "10/fortnight", "-1/s", "10 / s"])
def test_odd_rate_is_refused_at_the_start(monkeypatch, rate):
    monkeypatch.setenv("API_RATE", rate)

    with pytest.raises(ImproperlyConfigured, match="600/min"):
        portal_settings.rate("API_RATE", "600/min")
