"""The response cache before Django: what it serves and keeps, what passes by, and that no answer outlives a change."""

import gzip
import logging
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import time_machine
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpResponse, StreamingHttpResponse
from django.test.utils import CaptureQueriesContext

from foundation.http.shared_store import SharedStore
from foundation.http.throttling import AddressThrottle
from gmg_portal.http import response_cache, response_keys
from gmg_portal.http.response_cache import ENTRY_BYTES, ResponseCache, is_shareable, with_response_cache
from gmg_portal.models import Revision
from gmg_portal.revision.current import CurrentRevision
from tests.gmg_portal.http.wsgi_client import Counted, WSGIClient
from tests.support.factories import CommitmentFactory

MAX_BYTES = 4 * 1024 * 1024
PAGE, LIST = "/agencies/", "/api/v1/agencies/"
CLIENT_HEADERS = {"RateLimit", "RateLimit-Policy"}

committing = pytest.mark.django_db(transaction=True)


def cached_client(shared=None, max_bytes=MAX_BYTES):
    behind = Counted(WSGIHandler())
    return WSGIClient(ResponseCache(behind, max_bytes, shared), behind)


@pytest.fixture(autouse=True)
def time_of_day():
    """Stop the clock of this process after the second of the last commit, in which Last-Modified would change."""
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=False):
        yield


@pytest.fixture
def site(db, monkeypatch):
    """Return a client of Django behind the cache, within the test's transaction."""
    # It would close the connection, and so the transaction.
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda _connection: None)
    return cached_client()


@pytest.fixture
def committed_site(transactional_db):
    return cached_client()


def kept(client):
    return len(client.application.responses)


def rename(name):
    """Commit another name of ILO by a session of its own, as another process does."""
    session = connection.copy()
    with session.cursor() as cursor:
        cursor.execute("UPDATE agencies_agency SET name = %s WHERE code = 'ilo'", [name])
    session.close()


# What is served


@pytest.mark.parametrize("path", ["/", PAGE, LIST, "/commitments/", "/api/v1/summary/matrix/", "/feeds/changes.atom"])
def test_second_answer_comes_from_memory_by_one_statement(site, ilo, path):
    first = site.get(path)
    with CaptureQueriesContext(connection) as queries:
        second = site.get(path)

    assert (first.from_memory, second.from_memory) == (False, True)
    assert (second.status, second.body) == (200, first.body)
    assert second.headers == {name: value for name, value in first.headers.items() if name not in CLIENT_HEADERS}
    assert [query["sql"] for query in queries] == ["SELECT number, moved_at FROM revision"]


@pytest.mark.parametrize("path", [PAGE, LIST])
def test_head_is_answered_from_the_answer_to_get(site, ilo, path):
    first = site.get(path)
    head = site.head(path)

    assert head.from_memory
    assert (head.status, head.body) == (200, b"")
    assert head.headers == {name: value for name, value in first.headers.items() if name not in CLIENT_HEADERS}


def test_head_fills_nothing(site, ilo):
    answers = [site.head(PAGE), site.head(PAGE)]

    assert [answer.from_memory for answer in answers] == [False, False]
    assert kept(site) == 0


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("", None),
        ("identity", None),
        ("zstd", None),
        ("*;q=0, gzip", "gzip"),
    ],
)
def test_each_encoding_is_kept_as_it_was_sent(site, ilo, accept, encoding):
    plain = site.get(PAGE).body
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]

    answers = [site.get(PAGE, {"Accept-Encoding": accept}) for _ in range(2)]

    assert answers[1].from_memory
    assert [answer.headers.get("Content-Encoding") for answer in answers] == [encoding] * 2
    assert [unpack(answer.body) for answer in answers] == [plain] * 2


@pytest.mark.parametrize("path", [PAGE, LIST])
@pytest.mark.parametrize("form", ["{tag}", "{strong}", '"another", {tag}, W/"third"', '"another",{strong}'])
def test_known_etag_is_answered_with_304_from_memory(site, ilo, path, form):
    full = site.get(path)
    condition = {"If-None-Match": form.format(tag=full["ETag"], strong=full["ETag"].removeprefix("W/"))}

    first, second, head = site.get(path, condition), site.get(path, condition), site.head(path, condition)

    assert [first.from_memory, second.from_memory, head.from_memory] == [False, True, True]
    assert [answer.status for answer in (first, second, head)] == [304] * 3
    assert second.headers == head.headers == first.headers
    assert second.body == head.body == b""


def test_304_is_kept_without_the_whole_answer(site, ilo):
    etag = cached_client().get(PAGE)["ETag"]

    answers = [site.get(PAGE, {"If-None-Match": etag}) for _ in range(2)]

    assert [(answer.status, answer.from_memory) for answer in answers] == [(304, False), (304, True)]
    assert not site.get(PAGE).from_memory


def test_other_etag_gets_the_whole_answer_from_memory(site, ilo):
    full = site.get(PAGE)
    site.get(PAGE, {"If-None-Match": full["ETag"]})

    answer = site.get(PAGE, {"If-None-Match": 'W/"another"', "If-Modified-Since": full["Last-Modified"]})

    assert (answer.status, answer.body, answer.from_memory) == (200, full.body, True)


def test_tracking_parameters_are_no_part_of_the_address(site, ilo):
    site.get(PAGE)

    assert site.get(f"{PAGE}?utm_source=mail&fbclid=1").from_memory
    assert not site.get(f"{PAGE}?as_of=2014-06-30&utm_source=mail").from_memory
    assert site.get(f"{PAGE}?as_of=2014-06-30").from_memory
    assert site.get(f"{LIST}?utm_source=mail").status == 400


@pytest.mark.parametrize(
    ("path", "headers", "extra"),
    [
        (PAGE, {"Host": "localhost"}, {}),
        (PAGE, {}, {"wsgi.url_scheme": "https"}),
        (f"{PAGE}?as_of=2014-06-30", {}, {}),
        (LIST, {"Accept": "text/csv"}, {}),
        (PAGE, {}, {"SCRIPT_NAME": "/portal"}),
    ],
)
def test_other_question_has_an_answer_of_its_own(site, ilo, path, headers, extra):
    for address in (PAGE, LIST):
        site.get(address, {"Host": "testserver"})

    answers = [site.get(path, {"Host": "testserver"} | headers, **extra) for _ in range(2)]
    direct = WSGIClient(site.behind, site.behind).get(path, {"Host": "testserver"} | headers, **extra)

    assert [answer.from_memory for answer in answers] == [False, True]
    assert answers[1].body == direct.body
    assert answers[1]["ETag"] == direct["ETag"]


def test_accept_matters_under_the_api_alone(site, ilo):
    for path in (PAGE, LIST):
        site.get(path, {"Accept": "text/html"})

    assert site.get(PAGE, {"Accept": "*/*"}).from_memory
    assert not site.get(LIST, {"Accept": "*/*"}).from_memory


def test_proxy_names_the_scheme(site, ilo, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    answers = [site.get(PAGE, {"X-Forwarded-Proto": scheme}) for scheme in ("http", "https", "http", "https")]

    assert [answer.from_memory for answer in answers] == [False, False, True, True]
    assert answers[0]["ETag"] != answers[1]["ETag"]


def test_each_language_has_answers_of_its_own(site, ilo, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "Français")]
    response_keys.negotiate_language.cache_clear()
    wanted = ["en", "fr", "fr-CH, fr;q=0.9", "es", "fr;q=0.1, en;q=0.5"]

    answers = [site.get(PAGE, {"Accept-Language": accept}) for accept in wanted]

    assert [answer.from_memory for answer in answers] == [False, False, True, True, True]
    assert [answer["Content-Language"] for answer in answers] == ["en", "fr", "fr", "en", "en"]
    response_keys.negotiate_language.cache_clear()


# What passes by

PASSING = {
    "session": {"headers": {"Cookie": "sessionid=x"}},
    "any cookie": {"headers": {"Cookie": "a=b"}},
    "token": {"headers": {"Authorization": "Bearer x"}},
    "range": {"headers": {"Range": "bytes=0-9"}},
    "if-range": {"headers": {"If-Range": '"x"'}},
    "if-match": {"headers": {"If-Match": '"x"'}},
    "since": {"headers": {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}},
    "not since": {"headers": {"If-Unmodified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}},
    "any tag": {"headers": {"If-None-Match": "*"}},
    "no tag": {"headers": {"If-None-Match": "what is this"}},
    "body": {"CONTENT_LENGTH": "3"},
    "chunked body": {"headers": {"Transfer-Encoding": "chunked"}},
    "OPTIONS": {"method": "OPTIONS"},
    "POST": {"method": "POST"},
    "PUT": {"method": "PUT"},
    "long Accept-Encoding": {"headers": {"Accept-Encoding": "gzip," * 99}},
    "long Accept-Language": {"headers": {"Accept-Language": "en," * 99}},
    "no Host": {"HTTP_HOST": None},
}


@pytest.mark.parametrize("path", [PAGE, LIST])
@pytest.mark.parametrize("request_of", PASSING.values(), ids=PASSING)
def test_request_passes_by_and_neither_reads_nor_fills_the_cache(site, ilo, path, request_of):
    other_path = f"{LIST}?page_size=1" if path == LIST else "/agenda/"
    site.get(path)
    before = kept(site)

    answers = [site.get(path, **request_of), site.get(other_path, **request_of)]

    assert [answer.from_memory for answer in answers] == [False, False]
    assert kept(site) == before


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/", "/api/v1/nowhere/", "/agencies/nowhere/", f"{PAGE}?nonsense=1", f"{LIST}?nonsense=1", "/agencies",
        "/AGENCIES/ILO/", "/accounts/login/", "/admin/", "/admin/login/", "/healthz", "/readyz", "/static/css/base.css",
        "/data/agencies.csv", "/data/commitments.xlsx", "/commitments/HLD-0001/mistake/", "/api/v1/drafts/",
    ],
)  # fmt: skip
def test_answer_is_not_kept(site, commitment, path):
    path = path.replace("HLD-0001", commitment.reference)

    answers = [site.get(path), site.get(path)]

    assert [answer.from_memory for answer in answers] == [False, False]
    assert answers[0].status == answers[1].status
    assert kept(site) == 0


def test_health_checks_and_static_files_ask_no_database(site):
    site.application.shared = SharedStore("default", 60)

    with CaptureQueriesContext(connection) as queries:
        answers = [site.get(path).status for path in ("/healthz", "/static/nothing.css")]

    assert answers == [200, 404]
    assert list(queries) == []


def test_host_that_is_not_allowed_is_refused_each_time(site, ilo, settings):
    settings.ALLOWED_HOSTS = ["portal.example.org"]

    answers = [site.get(PAGE, {"Host": "evil.example"}) for _ in range(2)]

    assert [(answer.status, answer.from_memory) for answer in answers] == [(400, False)] * 2
    assert kept(site) == 0


def shareable(**headers):
    response = HttpResponse("x", headers={"Cache-Control": "public, max-age=0", "ETag": 'W/"1"'} | headers)
    response.record_state = object()
    return response


def test_only_what_anybody_may_have_is_kept():
    plain = shareable()
    unmarked = HttpResponse("x", headers=dict(plain.headers))
    with_cookie = shareable()
    with_cookie.set_cookie("a", "b")
    streaming = StreamingHttpResponse([b"x"], headers=dict(plain.headers))
    streaming.record_state = object()
    failed = shareable()
    failed.status_code = 500

    assert is_shareable(plain)
    assert is_shareable(shareable(Vary="Accept-Encoding, accept"))
    assert not any(map(is_shareable, [unmarked, with_cookie, streaming, failed, iter([b"x"])]))
    for headers in (
        {"Cache-Control": "max-age=0"},
        {"Cache-Control": "public, private"},
        {"Cache-Control": "public, no-store"},
        {"Vary": "Accept-Encoding, Cookie"},
        {"Vary": "*"},
        {"Content-Security-Policy": "script-src 'nonce-abc'"},
    ):
        assert not is_shareable(shareable(**headers)), headers


def test_what_a_person_sees_is_not_kept(site, ilo, ilo_focal_point, draft, client):
    client.force_login(ilo_focal_point)
    cookies = "; ".join(f"{morsel.key}={morsel.value}" for morsel in client.cookies.values())

    own = site.get(f"/admin/commitments/commitment/{draft.pk}/change/", {"Cookie": cookies})
    site.get("/commitments/", {"Cookie": cookies})

    assert (own.status, draft.title in own.body.decode()) == (200, True)
    assert kept(site) == 0


# No answer outlives a change


@committing
def test_answer_is_not_served_after_a_commit(committed_site, ilo):
    before = [committed_site.get(path) for path in (PAGE, LIST, PAGE, LIST)]
    rename("International Labour Office")
    after = [committed_site.get(path) for path in (PAGE, LIST, PAGE, LIST)]

    assert [answer.from_memory for answer in before + after] == [False, False, True, True] * 2
    assert not any(b"International Labour Office" in answer.body for answer in before)
    assert all(b"International Labour Office" in answer.body for answer in after)


@committing
def test_answer_is_not_kept_if_the_record_changes_while_it_is_made(committed_site, ilo):
    committed_site.behind.after = lambda response: rename("International Labour Office")
    first = committed_site.get(PAGE)
    committed_site.behind.after = lambda response: None

    assert kept(committed_site) == 0
    assert b"International Labour Office" not in first.body
    assert b"International Labour Office" in committed_site.get(PAGE).body


@committing
def test_304_is_not_served_after_a_commit(committed_site, ilo):
    condition = {"If-None-Match": committed_site.get(PAGE)["ETag"]}
    before = [committed_site.get(PAGE, condition) for _ in range(2)]
    rename("International Labour Office")
    after = [committed_site.get(PAGE, condition) for _ in range(2)]

    assert [answer.status for answer in before + after] == [304, 304, 200, 200]
    assert before[1].from_memory
    assert after[1].from_memory


@committing
def test_draft_drops_nothing(committed_site, ilo):
    committed_site.get(PAGE)
    CommitmentFactory(draft=True, lead_agency=ilo)

    assert committed_site.get(PAGE).from_memory


@committing
def test_restarted_revision_does_not_serve_old_responses(committed_site, ilo):
    number = CurrentRevision.read().number
    committed_site.get(PAGE)
    Revision.objects.all().delete()
    while CurrentRevision.read().number < number:
        rename(f"Office {CurrentRevision.read().number}")

    assert CurrentRevision.read().number == number
    assert not committed_site.get(PAGE).from_memory


def test_answer_is_not_served_after_midnight(site, ilo):
    Revision.objects.update(moved_at="2014-01-01T00:00:00Z")
    times = ["2016-05-09T12:00:00Z", "2016-05-09T23:59:59Z", "2016-05-10T00:00:00Z", "2016-05-10T00:00:01Z"]
    answers = []
    for moment in times:
        with time_machine.travel(moment, tick=False):
            answers += [site.get(PAGE), site.get(PAGE)]

    # In the first second of a day Last-Modified still names the second before.
    assert [answer.from_memory for answer in answers] == [False, True, True, True, False, True, False, True]
    assert [answer["Last-Modified"][-12:] for answer in answers] == ["00:00:00 GMT"] * 4 + ["23:59:59 GMT"] * 2 + [
        "00:00:00 GMT"
    ] * 2


def test_answer_made_over_midnight_is_not_kept(site, ilo):
    with time_machine.travel("2016-05-09T23:59:59Z", tick=False) as traveller:
        site.behind.after = lambda response: traveller.move_to("2016-05-10T00:00:01Z")
        site.get(PAGE)

    assert kept(site) == 0


# Bounds


def test_memory_is_bounded(site, ilo):
    site.application.responses.max_bytes = 40 * (ENTRY_BYTES + 20_000) // 10

    for size in range(1, 41):
        site.get(f"{LIST}?page_size={size}")
        assert site.application.responses.used_bytes <= site.application.responses.max_bytes

    assert 1 < kept(site) < 40
    assert site.get(f"{LIST}?page_size=40").from_memory
    assert not site.get(f"{LIST}?page_size=1").from_memory


def test_key_counts_and_is_bounded(site, ilo):
    site.get(LIST)
    short = site.application.responses.used_bytes
    site.get(LIST, {"Accept": "application/json" + " " * 1000})
    long = site.application.responses.used_bytes - short

    site.get(LIST, {"Accept": "application/json" + " " * 9000})

    assert long - short > 900
    assert kept(site) == 2


# The database fails


def refuse(*_args, **_kwargs):
    raise OperationalError("unreachable")


@committing
def test_answer_is_django_s_own_while_the_database_is_unreachable(committed_site, ilo, monkeypatch, caplog):
    for path in (PAGE, LIST):
        committed_site.get(path)
    with monkeypatch.context() as outage, caplog.at_level(logging.CRITICAL):
        attempts = []
        outage.setattr(DatabaseWrapper, "get_new_connection", lambda *args: attempts.append(1) or refuse())
        connection.close()
        answer, with_cache = committed_site.get(LIST), len(attempts)
        own, without_cache = WSGIClient(WSGIHandler(), committed_site.behind).get(LIST), len(attempts) - with_cache

    assert (answer.status, answer.body, answer["Retry-After"]) == (503, own.body, own["Retry-After"])
    # The cache itself waits for no connection.
    assert with_cache == without_cache
    assert committed_site.get(LIST).status == 200
    assert committed_site.get(LIST).from_memory


@committing
def test_ended_session_is_found_and_replaced_by_django(committed_site, ilo):
    committed_site.get(PAGE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    session = connection.copy()
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    session.close()

    answers = [committed_site.get(PAGE) for _ in range(2)]

    assert [(answer.status, answer.from_memory) for answer in answers] == [(200, False), (200, True)]


@committing
def test_connection_has_the_limits_of_the_database(committed_site, ilo, settings):
    connection.close()
    settings.DATABASE_LIMITS = settings.DATABASE_LIMITS | {"statement_timeout": "7s"}
    committed_site.get(PAGE)

    assert committed_site.get(PAGE).from_memory
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("7s",)
    connection.close()


@committing
def test_connection_ends_at_its_age(committed_site, ilo, monkeypatch):
    committed_site.get(PAGE)
    monkeypatch.setattr(connection, "close_at", 0)

    assert not committed_site.get(PAGE).from_memory
    assert committed_site.get(PAGE).from_memory


# The rate limit


def test_answer_from_memory_is_not_counted(site, ilo, monkeypatch):
    monkeypatch.setattr(AddressThrottle, "rate", "2/hour", raising=False)

    answers = [site.get(LIST) for _ in range(5)]
    others = [site.get(f"{LIST}?page_size={size}") for size in (1, 2)]

    assert [answer.status for answer in answers] == [200] * 5
    assert [set(answer.headers) >= CLIENT_HEADERS for answer in answers] == [True] + [False] * 4
    # What Django makes is counted as ever, and a refusal is not kept.
    assert [answer.status for answer in others] == [200, 429]
    assert site.get(f"{LIST}?page_size=2").status == 429


# The shared store


@pytest.fixture
def pair(site, settings):
    """Return two processes' clients that share a store."""
    backend = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "responses"}
    settings.CACHES = {**settings.CACHES, "responses": backend}
    caches["responses"].clear()
    return [cached_client(SharedStore("responses", 60)) for _ in range(2)]


@pytest.mark.parametrize("path", [PAGE, LIST])
def test_answer_of_one_process_is_served_by_another(pair, ilo, path):
    first, second = pair
    made = first.get(path, {"Accept-Encoding": "br"})
    condition = {"If-None-Match": made["ETag"], "Accept-Encoding": "br"}
    unchanged = first.get(path, condition)

    served = [second.get(path, {"Accept-Encoding": "br"}) for _ in range(2)]
    confirmed = second.get(path, condition)

    assert [answer.from_memory for answer in served] == [True, True]
    assert [answer.body for answer in served] == [made.body] * 2
    assert served[0].headers == served[1].headers
    assert served[0].headers == {name: value for name, value in made.headers.items() if name not in CLIENT_HEADERS}
    assert (confirmed.status, confirmed.headers, confirmed.from_memory) == (304, unchanged.headers, True)


def test_answer_of_another_release_is_not_served(pair, ilo, monkeypatch):
    first, second = pair
    first.get(PAGE)
    monkeypatch.setattr(response_cache, "release", lambda: "another")

    assert not second.get(PAGE).from_memory


@committing
def test_shared_answer_is_not_served_after_a_commit(transactional_db, pair, ilo, monkeypatch):
    monkeypatch.undo()
    first, second = pair
    first.get(PAGE)
    rename("International Labour Office")

    answers = [second.get(PAGE), second.get(PAGE), first.get(PAGE)]

    assert [answer.from_memory for answer in answers] == [False, True, True]
    assert all(b"International Labour Office" in answer.body for answer in answers)


# Its setting


def test_setting_decides_whether_there_is_a_cache(settings):
    application = WSGIHandler()

    settings.RESPONSE_CACHE_MB = 0
    assert with_response_cache(application) is application
    settings.RESPONSE_CACHE_MB = 3
    cache = with_response_cache(application)

    assert (cache.application, cache.responses.max_bytes, cache.shared) == (application, 3 * 1024 * 1024, None)
