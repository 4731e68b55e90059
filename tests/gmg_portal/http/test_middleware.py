"""Middleware: validators, conditional requests, Cache-Control."""

import os
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.staticfiles.finders import get_finder
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from whitenoise.middleware import WhiteNoiseMiddleware

from gmg_portal.http.middleware import CacheControlMiddleware
from gmg_portal.http.release import FOLDERS, packages, source_digest
from gmg_portal.models import Revision
from gmg_portal.revision.current import CurrentRevision
from tests.support.factories import AgencyFactory, CommitmentFactory

AGENCIES = reverse("agencies:list")


@pytest.mark.django_db(transaction=True)
def test_validator_changes_with_the_public_record_alone(client):
    agency = AgencyFactory()
    before = client.get(AGENCIES)["ETag"]

    CommitmentFactory(draft=True, lead_agency=agency)
    after_draft = client.get(AGENCIES)["ETag"]
    CommitmentFactory(lead_agency=agency)
    after_published = client.get(AGENCIES)["ETag"]

    assert after_draft == before
    assert after_published != before


@pytest.mark.django_db(transaction=True)
def test_matching_etag_is_answered_without_the_view(client, django_assert_num_queries):
    etag = client.get(AGENCIES)["ETag"]

    with django_assert_num_queries(1):
        response = client.get(AGENCIES, headers={"If-None-Match": etag})

    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == etag


@pytest.mark.django_db
def test_validator_changes_at_midnight_utc(client):
    moved_at = datetime(2016, 5, 9, 12, tzinfo=UTC)
    Revision.objects.update_or_create(id=1, defaults={"number": 7, "moved_at": moved_at})

    with time_machine.travel("2016-05-09T23:59:59Z", tick=False):
        before = client.get(AGENCIES)
    with time_machine.travel("2016-05-10T00:00:00Z", tick=False):
        at_midnight = client.get(AGENCIES)
    with time_machine.travel("2016-05-10T00:00:01Z", tick=False):
        after = client.get(AGENCIES)

    assert before["ETag"] != at_midnight["ETag"] == after["ETag"]
    # A second change might still fall into the same second.
    assert at_midnight["Last-Modified"] == "Mon, 09 May 2016 23:59:59 GMT"
    assert after["Last-Modified"] == "Tue, 10 May 2016 00:00:00 GMT"


@pytest.mark.django_db
def test_validator_differs_by_query(client):
    etags = {
        client.get(AGENCIES)["ETag"],
        client.get(f"{AGENCIES}?as_of=2016-01-01")["ETag"],
    }

    assert len(etags) == 2


@pytest.mark.django_db
def test_accept_is_part_of_the_validator_under_the_api_alone(client, ilo):
    def etags(path):
        return {client.get(path, headers={"Accept": kind})["ETag"] for kind in ("application/json", "*/*")}

    assert len(etags("/agencies/")) == len(etags("/data/agencies.csv")) == 1
    assert len(etags("/api/v1/agencies/")) == 2
    assert "Accept" in client.get("/api/v1/agencies/")["Vary"].split(", ")


def test_release_digest_depends_only_on_contents(tmp_path):
    def copy(name, content="a = 1"):
        base = tmp_path / name
        (base / "app" / "__pycache__").mkdir(parents=True)
        (base / "app" / "models.py").write_text(content)
        (base / "app" / "__pycache__" / "models.pyc").write_text(name)
        (base / "templates").mkdir()
        (base / "templates" / "a.html").write_text("a")
        os.utime(base / "app" / "models.py", (0, 0) if name == "old" else None)
        return base

    old, new, other = copy("old"), copy("new"), copy("other", "a = 2")
    (moved := copy("moved") / "app" / "models.py").rename(moved.with_name("views.py"))

    digests = [source_digest(base, ["app"]) for base in (old, new, other, tmp_path / "moved")]

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_release_covers_packages_templates_and_static_files():
    assert {"agencies", "commitments", "gmg_portal"} <= set(packages())
    assert {"templates", "static"} <= set(FOLDERS)


@pytest.mark.django_db
def test_public_page_may_be_stored_and_must_be_revalidated(client):
    directives = set(client.get(AGENCIES)["Cache-Control"].split(", "))

    assert directives == {"public", "max-age=0", "s-maxage=1", "must-revalidate"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/accounts/login/", "/nowhere/", "/commitments/?statsu=1"])
def test_page_that_is_private_or_refused_has_no_validator(client, address):
    response = client.get(address)

    assert "ETag" not in response


@pytest.mark.django_db
def test_public_page_sets_no_cookie_and_knows_no_person(client, ilo_focal_point):
    anonymous = client.get(AGENCIES)
    client.force_login(ilo_focal_point)
    known = client.get(AGENCIES)

    assert anonymous.cookies == {}
    assert known.content == anonymous.content


@pytest.mark.django_db
def test_page_is_given_without_validator_when_the_revision_cannot_be_read(client, monkeypatch):
    def unreachable():
        raise OperationalError("unreachable")

    monkeypatch.setattr(CurrentRevision, "read", unreachable)

    response = client.get(AGENCIES)

    assert response.status_code == 200
    assert "ETag" not in response


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/commitments/%00/", "/feeds/recommendations/%00.atom", "/api/v1/commitments/%00/"]
)
def test_path_that_the_database_cannot_hold_is_refused(client, address):
    response = client.get(address)

    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json" if "/api/" in address else "text/html")


# What is asked under conditions


@pytest.fixture
def everything(ilo, commitment):
    """Return a public address of each kind, for a record that did not change within the current second."""
    Revision.objects.update(moved_at=datetime(2014, 1, 1, tzinfo=UTC))
    return [
        *("/", AGENCIES, commitment.get_absolute_url(), "/commitments/", "/robots.txt", "/sitemap.xml"),
        *(
            "/api/v1/",
            "/api/v1/commitments/",
            f"/api/v1/commitments/{commitment.reference}/",
            "/api/v1/summary/matrix/",
        ),
        *("/api/v1/schema/", "/api/v1/docs/"),
        *("/data/", "/data/commitments.csv", "/data/agencies.xlsx", "/data/datapackage.json"),
        *("/feeds/changes.atom", "/calendar/due.ics", f"/embed/commitment/{commitment.reference}/", "/embed/matrix/"),
    ]


# Every condition is tested with these addresses.
TESTED_FULLY = (AGENCIES, "/api/v1/commitments/", "/data/commitments.csv", "/feeds/changes.atom")
HEADERS_OF_304 = ("ETag", "Last-Modified", "Record-Moment", "Cache-Control", "Vary")


@pytest.mark.exhaustive
@pytest.mark.django_db
def test_conditional_requests_for_every_kind_of_public_answer(client, everything):
    for path in everything:
        full_answer = client.get(path)
        assert full_answer.getvalue()
        headers_of_200 = {name: full_answer.get(name) for name in HEADERS_OF_304}
        tag = full_answer["ETag"]
        assert tag.startswith('W/"') and full_answer["Last-Modified"], path
        assert full_answer["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate", path
        assert set(full_answer["Vary"].split(", ")) == {"Accept-Encoding"} | (
            {"Accept"} if "/api/" in path else set()
        ), path

        matching_headers = [
            {"If-None-Match": tag},
            {"If-None-Match": tag.removeprefix("W/")},
            {"If-None-Match": f'"another", {tag}, W/"a third"'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": full_answer["Last-Modified"]},
            {"If-None-Match": tag, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        ]
        for send in (client.get, client.head):
            for headers in matching_headers if path in TESTED_FULLY else matching_headers[:1]:
                answer = send(path, headers=headers)
                assert (answer.status_code, answer.getvalue()) == (304, b""), (path, headers)
                assert {name: answer.get(name) for name in HEADERS_OF_304} == headers_of_200, (path, headers)
                assert "Content-Type" not in answer or headers != matching_headers[0]
        other_headers = [
            {"If-None-Match": '"another"'},
            {"If-None-Match": '"another"', "If-Modified-Since": full_answer["Last-Modified"]},
            {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
            {"If-Modified-Since": "yesterday"},
        ]
        for headers in other_headers if path in TESTED_FULLY else ():
            assert client.head(path, headers=headers).status_code == 200, (path, headers)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/api/v1/nowhere/", "/api/v1/events/?nothing=1", "/data/nothing.csv"])
@pytest.mark.parametrize("headers", [{"If-None-Match": "*"}, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}])
def test_errors_are_never_answered_with_304(client, path, headers):
    answer = client.get(path, headers=headers)

    assert answer.status_code in (400, 404)
    assert not {"ETag", "Last-Modified"} & set(answer.headers)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.exhaustive
@pytest.mark.django_db
def test_head_has_the_headers_of_get(client, everything):
    differing_headers = {"RateLimit"}
    for path in everything:
        got, head = client.get(path), client.head(path)
        assert got.getvalue()

        assert head.getvalue() == b""
        assert set(head.headers) == set(got.headers), path
        assert {name for name in got.headers if head[name] != got[name]} <= differing_headers, path


@pytest.mark.django_db(transaction=True)
def test_second_change_within_a_second_is_not_answered_with_304(client):
    AgencyFactory()
    moved_at = CurrentRevision.read().moved_at

    with time_machine.travel(moved_at.replace(microsecond=999_999), tick=False):
        within = client.get(AGENCIES)
        same_second = client.get(AGENCIES, headers={"If-Modified-Since": within["Last-Modified"]})
    with time_machine.travel(moved_at + timedelta(seconds=1), tick=False):
        after = client.get(AGENCIES)
        later = client.get(AGENCIES, headers={"If-Modified-Since": within["Last-Modified"]})

    assert within["Last-Modified"] == http_date(moved_at.timestamp() - 1)
    assert (same_second.status_code, later.status_code) == (200, 200)
    assert after["Last-Modified"] == http_date(moved_at.timestamp())


@pytest.mark.django_db
def test_personal_answer_is_not_stored(client, ilo_focal_point, commitment):
    with_key = client.get("/api/v1/events/", headers={"Authorization": "Bearer secret"})
    client.force_login(ilo_focal_point)
    paths = ["/admin/", "/accounts/sessions/", f"/commitments/{commitment.reference}/mistake/", "/admin/nowhere/"]
    answers = [with_key, *(client.get(path) for path in paths), client.get("/accounts/nowhere/")]

    for answer in answers:
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", ")), answer
        assert not {"ETag", "Last-Modified"} & set(answer.headers)


@pytest.mark.django_db
def test_public_answer_does_not_vary_by_cookie_after_sign_in(client, ilo_focal_point, everything):
    client.force_login(ilo_focal_point)
    for path in everything:
        answer = client.get(path)
        assert answer.getvalue()

        assert answer.cookies == {}, path
        assert "cookie" not in answer["Vary"].lower(), path


def test_answer_that_sets_a_cookie_is_not_stored(rf):
    def view(request):
        response = HttpResponse("yours")
        response.set_cookie("whose", "mine")
        response["Cache-Control"] = "public, max-age=60"
        return response

    assert CacheControlMiddleware(view)(rf.get("/"))["Cache-Control"] == "private, no-store"


def test_answers_vary_by_language_only_with_several_languages(rf, settings):
    def vary():
        view = CacheControlMiddleware(lambda request: HttpResponse(headers={"Vary": "Accept, Accept-Language"}))
        return view(rf.get("/"))["Vary"]

    one = vary()
    settings.LANGUAGES = [("en", "English"), ("fr", "Français")]

    assert (one, vary()) == ("Accept", "Accept, Accept-Language")


def test_static_file_with_a_hashed_name_is_immutable(rf, settings, tmp_path):
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "some.css").write_text("body { color: black }")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [tmp_path / "from"], tmp_path / "to"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    kept = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": kept}
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    get_finder.cache_clear()
    call_command("collectstatic", "--no-input", verbosity=0)

    serve = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
    named = serve(rf.get(f"/static/{staticfiles_storage.stored_name('some.css')}"))
    plain = serve(rf.get("/static/some.css"))
    get_finder.cache_clear()

    assert {"public", "immutable", "max-age=315360000"} == set(named["Cache-Control"].split(", "))
    assert "immutable" not in plain["Cache-Control"]
