"""Test the drafts API: its rules and refusals are those of the pages."""

import errno
import json
import logging
import os
from datetime import timedelta
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from post_office.models import Email

from accounts.actions.access_tokens import revoke_orphaned_tokens
from accounts.actions.memberships import hand_over
from accounts.models import AccessToken
from commitments.models import Status
from foundation.clock import today
from gmg_portal.api.drafts.problem_examples import PROBLEMS
from gmg_portal.models import AuditEntry
from reporting import actions
from reporting.models import Evidence, ProgressReport
from tests.accounts.signing_in import sign_in
from tests.gmg_portal.api.agency_systems import DRAFT_BODY, DRAFTS, System, system_for
from tests.support.evidence_files import pdf
from tests.support.factories import (
    AccessTokenFactory,
    CommitmentFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    UserFactory,
    focal_point,
    published_report,
)
from tests.support.form_filling import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(client, ilo, ilo_focal_point):
    return system_for(client, ilo_focal_point, ilo)


def faults(answer) -> dict[str, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {fault["field"]: fault["detail"] for fault in answer.json().get("errors", [])}


# From token to publication


def test_report_goes_from_a_token_made_by_the_focal_point_to_the_public_record(
    client, commitment, ilo, ilo_focal_point, secretariat, caplog
):
    """Also: the secret of the token appears only on the one page that shows it."""
    caplog.set_level(logging.DEBUG)
    sign_in(client, "ilo_focal_point")
    address = "/admin/accounts/accesstoken/add/"
    page = client.get(address)
    made = client.post(address, filled(page, name="ILO project database", scope="submit"))
    system = System(client, secret=made.context["secret"])
    client.logout()

    begun = system.begin(commitment).json()
    backed = system.post(f"{begun['url']}evidence/", {"title": "Course report", "url": "https://example.org/courses"})
    sent = system.post(f"{begun['url']}submit/")
    report = ProgressReport.objects.get(draft_code=begun["code"])
    hidden = client.get("/api/v1/reports/").json()["count"]
    with pytest.raises(PermissionDenied):
        actions.publish(report, by=ilo_focal_point)
    actions.publish(report, by=secretariat)
    public = client.get(f"/api/v1/reports/{commitment.reference}-1/").json()

    assert made.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert system.secret in made.content.decode()
    assert (begun["state"], backed.status_code, sent.json()["state"], hidden) == ("draft", 201, "submitted", 0)
    assert public["on_behalf_of"]["code"] == "ilo"
    assert public["achieved"] == DRAFT_BODY["achieved"]
    assert [piece["title"] for piece in public["evidence"]] == ["Course report"]
    assert system.get(begun["url"]).json()["report"] == f"{commitment.reference}-1"
    report.refresh_from_db()
    assert {report.author, report.submitted_by} == {ilo_focal_point}
    lines = report.history.order_by("history_id").values_list("history_change_reason", "history_user__username")
    assert list(lines) == [
        ("token", "ilo_focal_point"),
        ("submit", "ilo_focal_point"),
        ("publish", "secretariat"),
    ]
    token = AccessToken.objects.get()
    noted = AuditEntry.objects.filter(kind="accounts.accesstoken").values_list("reason", "person__username")
    assert list(noted) == [("make_token", "ilo_focal_point")]
    via = AuditEntry.objects.filter(kind="reporting.progressreport").order_by("occurred_at").first().via
    assert via == f"POST /api/v1/drafts/ ({token.shown_prefix})"
    assert token.last_used_at is not None
    assert tables_containing(system.secret.split(".")[1]) == []
    assert system.secret not in caplog.text
    assert not any(system.secret in str(sent.message()) for sent in mail.outbox)


def tables_containing(words: str) -> list[str]:
    """Return the tables of the database that contain a text in any row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [table for (table,) in cursor.fetchall()]
        matching = []
        for table in tables:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} t WHERE t::text LIKE %s)", [f"%{words}%"])
            matching += [table] if cursor.fetchone()[0] else []
    assert Email._meta.db_table in tables
    return matching


# Permissions


def test_tokens_are_made_by_focal_points_seen_and_revoked_by_their_agency(
    client, ilo, ilo_focal_point, ilo_alternate, ohchr_focal_point, secretariat, administrator
):
    token = AccessTokenFactory(agency=ilo, made_by=ilo_focal_point, name="Secret system")
    page = f"/admin/accounts/accesstoken/{token.pk}/change/"
    access_by_user = {}
    for person in (ilo_focal_point, ilo_alternate, ohchr_focal_point, secretariat, administrator, UserFactory()):
        client.force_login(person)
        visible = "Secret system" in client.get(page).content.decode()
        listed = "Secret system" in client.get("/admin/accounts/accesstoken/").content.decode()
        made = client.get("/admin/accounts/accesstoken/add/")
        revoked = client.post(f"/admin/accounts/accesstoken/{token.pk}/press/revoke/") and revoked_and_restored(token)
        access_by_user[person.username.partition("-")[0]] = (visible, listed, asks_to_confirm_identity(made), revoked)

    assert access_by_user == {
        "ilo_focal_point": (True, True, True, True),
        "ilo_alternate": (True, True, False, True),
        "ohchr_focal_point": (False, False, True, False),
        "secretariat": (True, True, False, True),
        "administrator": (True, True, False, True),
        "person": (False, False, False, False),
    }
    reasons = token.history.exclude(history_change_reason=None).values_list("history_change_reason", flat=True)
    assert set(reasons) == {"revoke_token"}


def revoked_and_restored(token) -> bool:
    """Return whether the token was revoked, and restore it for the next person."""
    return bool(AccessToken.objects.filter(pk=token.pk, revoked=True).update(revoked=False, revoked_at=None))


def asks_to_confirm_identity(answer) -> bool:
    """Return whether the response redirects to signing in again before a token can be made."""
    return answer.status_code == 302 and "/accounts/again/" in answer.url


def test_token_is_made_for_a_year_at_most_under_a_name_of_its_own(client, ilo, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    AccessTokenFactory(agency=ilo, name="Taken")
    address = "/admin/accounts/accesstoken/add/"
    page = client.get(address)

    for typed in ({"until": today() + timedelta(days=366)}, {"until": today() - timedelta(days=1)}, {"name": "Taken"}):
        refused = client.post(address, filled(page, **{"name": "New", "scope": "draft", **typed}))
        assert refused.context["problems"] != []

    assert AccessToken.objects.count() == 1


ENDED = {
    "expired": lambda token: AccessToken.objects.filter(pk=token.pk).update(
        created=timezone.now() - timedelta(days=9), expiry_date=timezone.now() - timedelta(seconds=1)
    ),
    "revoked": lambda token: AccessToken.objects.filter(pk=token.pk).update(revoked=True, revoked_at=timezone.now()),
    "membership ended": lambda token: token.made_by.memberships.update(ends_on=today() - timedelta(days=1)),
    "account closed": lambda token: type(token.made_by).objects.filter(pk=token.made_by_id).update(is_active=False),
    "acts for another": lambda token: token.made_by.memberships.update(
        agency=focal_point_elsewhere().memberships.get().agency
    ),
}


def focal_point_elsewhere():
    from tests.support.factories import AgencyFactory

    return focal_point(AgencyFactory(), "elsewhere")


@pytest.mark.parametrize("how", ENDED)
def test_token_that_has_ended_opens_nothing(how, system):
    assert system.get().status_code == 200

    ENDED[how](system.token)
    answers = [system.get(), system.post(body={"commitment": "HLD-0001"})]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="drafts", error="invalid_token"'
        assert answer.json()["status"] == 401
        assert (answer.headers["Cache-Control"], "Authorization" in answer.headers["Vary"]) == ("no-store", True)


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer gmghld_aaaaaaaa.é"])
def test_without_a_token_nothing_is_open(header, client, system):
    twisted = {"Authorization": header} if header else {}
    last = "y" if system.secret.endswith("x") else "x"

    in_address = client.get(f"{DRAFTS}?token={system.secret}", headers=twisted)
    wrong_half = client.get(DRAFTS, headers={"Authorization": f"Bearer {system.secret[:-1]}{last}"})

    assert (in_address.status_code, wrong_half.status_code) == (401, 401)


def test_handover_ends_the_tokens_of_the_predecessor_for_good(ilo, ilo_focal_point, ilo_alternate, secretariat, system):
    hand_over(ilo_focal_point.memberships.get(), to=ilo_alternate, on=today(), by=secretariat)
    last_day = system.get().status_code
    system.token.refresh_from_db()
    ilo_focal_point.memberships.update(ends_on=today() - timedelta(days=1))
    revoke_orphaned_tokens()
    ilo_focal_point.memberships.update(ends_on=None)

    assert last_day == 200
    assert system.token.expiry_date <= timezone.now() + timedelta(days=1)
    assert system.get().status_code == 401


def test_wrong_tokens_are_braked_by_address(client, settings, system, monkeypatch):
    monkeypatch.setattr("foundation.http.throttling.AddressThrottle.rate", "2/min", raising=False)
    cache.clear()

    statuses = [client.get(DRAFTS, headers={"Authorization": "Bearer wrong"}).status_code for _ in range(3)]

    assert statuses == [401, 401, 429]


@pytest.mark.parametrize("scope", ["read", "draft", "submit"])
def test_scope_bounds_what_a_token_does(scope, client, commitment, ilo, ilo_focal_point):
    system = system_for(client, ilo_focal_point, ilo, scope=scope)
    report = ProgressReportFactory(commitment=commitment, **DRAFT_BODY)
    address = f"{DRAFTS}{report.draft_code}/"

    statuses = {
        "read": system.get(address).status_code,
        "draft": system.begin(commitment).status_code,
        "submit": system.post(f"{address}submit/").status_code,
    }

    allowed = {"read": {"read"}, "draft": {"read", "draft"}, "submit": {"read", "draft", "submit"}}[scope]
    assert {name for name, status in statuses.items() if status != 403} == allowed
    assert (report.__class__.objects.get(pk=report.pk).state == "submitted") is (scope == "submit")


@pytest.mark.parametrize("body", ["[" * 20_000, '{"a":' * 20_000, '{"achieved":' + "[" * 50 + "]" * 50 + "}"])
def test_body_that_is_nested_deeper_than_anything_sent_here_is_refused(client, system, body):
    sent = system.headers(**{"Idempotency-Key": "nested"})

    answer = client.generic("POST", DRAFTS, body, content_type="application/json", headers=sent)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_request"


def test_responses_are_neither_cached_nor_shared(client, commitment, system):
    begun = system.begin(commitment, achieved="Marked words")
    other = {"Origin": "https://example.org"}

    for address in (DRAFTS, begun.json()["url"]):
        answer = client.get(address, headers=system.headers(**other))
        assert "Marked words" in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Authorization" in answer.headers["Vary"]
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Last-Modified" not in answer.headers
    everywhere = ("/api/v1/reports/", f"/api/v1/commitments/{commitment.reference}/", commitment.get_absolute_url())
    for address in everywhere:
        assert "Marked words" not in client.get(address, headers=system.headers()).content.decode()


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_scripts_of_other_sites_are_not_let_in(client, commitment, system, method):
    begun = system.begin(commitment, achieved="Marked words").json()["url"]
    preflight = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type",
    }

    for address in (DRAFTS, DRAFTS.removesuffix("/"), begun, f"{begun}submit/", f"{begun}evidence/"):
        answer = client.options(address, headers=preflight)

        assert [name for name in answer.headers if name.startswith("Access-Control-")] == [], address
    for address in ("/api/v1/commitments/", "/api/v1/reports/", "/data/commitments.csv"):
        answer = client.options(address, headers=preflight)

        assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert "authorization" not in answer["Access-Control-Allow-Headers"]


# Fields of drafts


def test_expected_report_is_filled_in_and_listed_with_what_was_sent_back(
    client, commitment, ilo, ilo_focal_point, secretariat, system
):
    cycle = ReportingCycleFactory(opened=True, title="Second half of 2014")
    ProgressReportFactory(commitment=commitment, cycle=cycle, on_behalf_of=ilo, status="", achieved="")
    mended = ProgressReportFactory(commitment=commitment, sent_back=True, review_note="Name the source.")
    published_report(CommitmentFactory(lead_agency=ilo))

    listed = system.get().json()
    body = {"commitment": commitment.reference, **DRAFT_BODY}
    filled_in, again = system.post(body=body), system.post(body={**body, "cycle": "Second half of 2014"})
    without_cycle, wrong = system.post(body=body), system.post(body={**body, "cycle": "Second half of 2015"})

    assert [(row["state"], row["cycle"], row["review_note"]) for row in listed["results"]] == [
        ("expected", "Second half of 2014", ""),
        ("sent_back", None, "Name the source."),
    ]
    assert (filled_in.status_code, filled_in.json()["code"]) == (200, listed["results"][0]["code"])
    assert again.status_code == 409
    assert filled_in.json()["url"] in again.json()["detail"]
    assert without_cycle.status_code == 409
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["nearest"] == "Second half of 2014"
    assert mended.review_note in system.get(f"{DRAFTS}{mended.draft_code}/").json()["review_note"]


def test_reference_is_read_in_any_case(system, commitment):
    body = {"commitment": commitment.reference.lower(), "cycle": None, **DRAFT_BODY}

    begun = system.post(body=body)

    assert begun.status_code == 201
    assert begun.json()["commitment"]["code"] == commitment.reference


def test_detail_of_a_refused_body_names_each_field(system, commitment):
    refused = system.begin(commitment, status="done", period_end="01/07/2026").json()

    assert "status: ‘done’ is not a valid value." in refused["detail"]
    assert "period_end: ‘01/07/2026’ can mean" in system.begin(commitment, period_end="01/07/2026").json()["detail"]


@pytest.mark.parametrize("state", ["draft", "sent_back", "submitted"])
@pytest.mark.parametrize("of_cycle", [True, False])
def test_second_report_beside_an_open_one_is_refused_naming_the_first(system, commitment, ilo, cycle, state, of_cycle):
    asked_for = {"cycle": cycle} if of_cycle else {}
    shape = {} if state == "draft" else {state: True}
    first = ProgressReportFactory(commitment=commitment, on_behalf_of=ilo, **asked_for, **shape, **DRAFT_BODY)
    address = f"http://testserver{DRAFTS}{first.draft_code}/"
    body = {"commitment": commitment.reference, **DRAFT_BODY}

    answers = [system.post(body=body), system.post(body={**body, "cycle": cycle.title if of_cycle else None})]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert [answer.json()["existing"] for answer in answers] == [address, address]
    assert all(address in answer.json()["detail"] for answer in answers)
    assert {answer.json()["code"] for answer in answers} == {"draft_exists"}
    assert ProgressReport.objects.get() == first


def test_report_that_no_cycle_asked_for_may_stand_beside_that_of_a_cycle(system, commitment, ilo, cycle):
    ProgressReportFactory(commitment=commitment, on_behalf_of=ilo, cycle=cycle, **DRAFT_BODY)
    published_report(commitment, on="2014-08-01")

    begun = system.begin(commitment)

    assert (begun.status_code, begun.json()["cycle"]) == (201, None)
    assert begun.headers["Location"] == begun.json()["url"]


def test_report_without_a_cycle_is_refused_where_two_cycles_expect_one(system, commitment, ilo, cycle):
    later = ReportingCycleFactory(title="First half of 2015", opened=True)
    for one in (cycle, later):
        ProgressReportFactory(commitment=commitment, on_behalf_of=ilo, cycle=one, status="", achieved="")

    answer = system.post(body={"commitment": commitment.reference, **DRAFT_BODY})

    assert answer.status_code == 422
    assert [(fault["field"], set(fault["allowed"])) for fault in answer.json()["errors"]] == [
        ("cycle", {cycle.title, later.title})
    ]


TAGS = ['W/"{}"', '"{}-gzip"', '"{};gzip"', 'W/"{}-gzip"', "*", '"v1.1", "{}"', '"{}", W/"v99.1"', "{}"]


def test_change_is_taken_by_whatever_form_of_its_tag(system, commitment):
    answer = system.begin(commitment)
    url = answer.json()["url"]

    for number, tag in enumerate(TAGS):
        answer = system.client.patch(
            url,
            {"barriers": f"Funds came late, {number}."},
            "application/json",
            headers=system.headers(**{"If-Match": tag.format(answer.json()["version"])}),
        )

        assert (answer.status_code, answer.json().get("barriers")) == (200, f"Funds came late, {number}."), tag


@pytest.mark.parametrize("packer", ["gzip", "br", "identity"])
def test_change_is_taken_by_the_tag_of_an_answer_however_it_was_packed(system, commitment, packer):
    url = system.begin(commitment, achieved="Courses were held. " * 400).json()["url"]
    read = system.client.get(url, headers=system.headers(**{"Accept-Encoding": packer}))

    patched, sent = [
        system.client.generic(
            method,
            to,
            json.dumps(body),
            "application/json",
            headers=system.headers(**{"If-Match": tag, "Idempotency-Key": "k"}),
        )
        for method, to, body, tag in [
            ("PATCH", url, {"barriers": "None."}, read["ETag"]),
            ("POST", f"{url}submit/", {}, "*"),
        ]
    ]

    assert read["ETag"].startswith("W/") is (packer == "gzip")
    assert (patched.status_code, sent.status_code, sent.json()["state"]) == (200, 200, "submitted")


def test_change_of_nothing_leaves_the_version(system, commitment):
    begun = system.begin(commitment).json()

    for body in ({}, {"achieved": DRAFT_BODY["achieved"]}, {"status": DRAFT_BODY["status"], "barriers": None}):
        answer = system.patch(begun["url"], body, begun["version"])

        assert (answer.status_code, answer.json()["version"]) == (200, begun["version"]), body
    assert ProgressReport.objects.get().history.count() == 1


def test_edit_conflict_is_machine_readable(system, commitment, ilo_alternate):
    begun = system.begin(commitment).json()
    report = ProgressReport.objects.get()
    report.achieved, report._history_user = "By the alternate.", ilo_alternate
    report.save()

    detail = system.patch(begun["url"], {"achieved": "By the system."}, begun["version"]).json()["detail"]

    assert detail.startswith("ilo_alternate saved this on ")
    assert "below" not in detail
    assert "send the change with its new version" in detail


@pytest.mark.parametrize("status", ["In_Progress", "IN_PROGRESS", " in_progress ", "In progress"])
def test_codes_and_references_are_taken_in_any_case(system, commitment, cycle, ilo, status):
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    body = {"commitment": commitment.reference.lower(), "cycle": cycle.title.upper(), "status": status}

    filled_in = system.post(body={**body, "outlook": "On_Track"})
    address = filled_in.json()["url"]
    piece = {"kind": "Official_Document", "title": "A resolution", "symbol": "A/68/4", "is_public": "TRUE"}
    with_evidence = system.post(f"{address}evidence/", piece)
    again = system.post(body=body)

    assert filled_in.status_code == 200
    values = filled_in.json()
    assert (values["status"], values["outlook"], values["cycle"]) == ("in_progress", "on_track", cycle.title)
    assert values["commitment"]["code"] == commitment.reference
    (evidence,) = with_evidence.json()["evidence"]
    assert (evidence["kind"], evidence["is_public"]) == ("official_document", True)
    assert (again.status_code, again.json()["existing"]) == (409, address)


def test_unknown_code_is_refused_with_the_nearest_and_all_that_are_allowed(system, commitment):
    answer = system.begin(commitment, status="IN_PROGRES")

    (fault,) = answer.json()["errors"]
    allowed = ", ".join(Status.values)
    assert answer.status_code == 422
    assert fault["detail"] == f"‘IN_PROGRES’ is not a valid value. Did you mean ‘in_progress’? Allowed: {allowed}."
    assert (fault["code"], fault["nearest"], fault["allowed"]) == ("unknown_value", "in_progress", Status.values)


def test_full_disk_is_answered_as_it_is_described(system, commitment, monkeypatch):
    address = f"{system.begin(commitment).json()['url']}evidence/"
    system.client.raise_request_exception = False
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))

    answer = system.post(address, {"title": "A report", "file": SimpleUploadedFile("report.pdf", pdf())}, form=True)

    body = answer.json()
    example = PROBLEMS[507].example(507).value
    assert (answer.status_code, body["code"], answer["Retry-After"]) == (507, "storage_full", "600")
    assert {**body, "instance": ""} == {**example, "instance": ""}
    assert not Evidence.objects.exists()


def test_what_a_form_refuses_is_refused_with_what_is_allowed(system, commitment):
    other = CommitmentFactory()
    body = {"commitment": other.reference, "status": "in_progres", "outlok": "on_track", "superseded_by": 7}

    unknown = system.post(body=body)
    body.pop("outlok")
    wrong = system.post(body=body)
    incomplete = system.begin(commitment, status="discontinued", period_start="2014-07-01", period_end="2014-06-30")
    not_a_day = system.begin(commitment, period_start="30/06/2014")

    assert [answer.status_code for answer in (unknown, wrong, incomplete, not_a_day)] == [422] * 4
    assert unknown.json()["errors"][0]["nearest"] == "outlook"
    faults_by_field = {fault["field"]: fault for fault in wrong.json()["errors"]}
    assert set(faults_by_field) == {"commitment", "status", "superseded_by"}
    assert faults_by_field["status"]["nearest"] == "in_progress"
    assert "completed" in faults_by_field["status"]["allowed"]
    assert faults_by_field["commitment"]["nearest"] == commitment.reference
    assert set(faults(incomplete)) == {"status_reason", "period_end"}
    assert set(faults(not_a_day)) == {"period_start"}
    assert {fault["field"]: fault["code"] for fault in unknown.json()["errors"]} == {"outlok": "unknown_field"}
    assert {field: fault["code"] for field, fault in faults_by_field.items()} == {
        "commitment": "unknown_value",
        "status": "unknown_value",
        "superseded_by": "invalid_type",
    }
    assert [answer.json()["code"] for answer in (unknown, incomplete, not_a_day)] == ["invalid_field"] * 3
    assert ProgressReport.objects.count() == 0


def test_second_to_save_reads_who_changed_what_and_overwrites_nothing(system, commitment, ilo_alternate):
    begun = system.begin(commitment).json()
    report = ProgressReport.objects.get(draft_code=begun["code"])
    report.achieved, report._history_user = "By the alternate.", ilo_alternate
    report.save()

    blind = system.patch(begun["url"], {"achieved": "By the system."}, None)
    late = system.patch(begun["url"], {"achieved": "By the system."}, begun["version"])
    late_to_submit = system.post(f"{begun['url']}submit/", **{"If-Match": f'"{begun["version"]}"'})
    now = system.get(begun["url"]).json()
    saved = system.patch(begun["url"], {"barriers": "Funds came late."}, now["version"])

    assert (blind.status_code, late.status_code, late_to_submit.status_code) == (428, 412, 412)
    assert "ilo_alternate saved this on" in late.json()["detail"]
    assert [answer.json()["code"] for answer in (blind, late)] == ["version_required", "version_conflict"]
    assert [(fault["field"], fault["theirs"], fault["yours"]) for fault in late.json()["errors"]] == [
        ("achieved", "By the alternate.", "By the system.")
    ]
    assert saved.status_code == 200
    assert saved.headers["ETag"] == f'"{saved.json()["version"]}"'
    report.refresh_from_db()
    assert (report.achieved, report.barriers, report.state) == ("By the alternate.", "Funds came late.", "draft")


def test_evidence_is_checked_as_the_form_checks_it(system, commitment, settings):
    begun = system.begin(commitment, status="completed").json()
    address = f"{begun['url']}evidence/"
    fake = SimpleUploadedFile("report.pdf", b"<html>", "application/pdf")

    unbacked = system.post(f"{begun['url']}submit/")
    nowhere = system.post(address, {"title": "A report"})
    no_pdf = system.post(address, {"title": "A report", "file": fake}, form=True)
    link = system.post(address, {"title": "News", "url": "https://example.org", "issued_on": "2014-03"})
    sent = {"title": "A report", "kind": "evaluation", "is_public": "false", "file": SimpleUploadedFile("a.pdf", pdf())}
    file = system.post(address, sent, form=True)
    piece = next(one for one in file.json()["evidence"] if one["title"] == "News")
    removed = system.delete(f"{address}{piece['code']}/")
    again = system.delete(f"{address}{piece['code']}/")

    assert (unbacked.status_code, set(faults(unbacked))) == (422, {"evidence"})
    assert "‘Completed’ needs at least one public piece of evidence." in begun["missing"]
    assert (nowhere.status_code, no_pdf.status_code) == (422, 422)
    assert set(faults(no_pdf)) == {"file"}
    assert link.json()["evidence"][0]["issued_on"] == "2014-03"
    assert (file.status_code, removed.status_code, again.status_code) == (201, 204, 404)
    (left,) = Evidence.objects.all()
    assert (left.kind, left.is_public, left.file_type.label) == ("evaluation", False, "PDF")


def test_what_is_sent_off_takes_no_changes(system, commitment):
    begun = system.begin(commitment).json()
    sent = system.post(f"{begun['url']}submit/").json()

    refused = [
        system.patch(begun["url"], {"barriers": "None."}, sent["version"]),
        system.post(f"{begun['url']}evidence/", {"title": "A", "symbol": "A/68/190"}),
        system.post(f"{begun['url']}submit/"),
    ]

    assert [answer.status_code for answer in refused] == [409] * 3
    assert "Submitted" in refused[0].json()["detail"]


def test_bodies_that_cannot_be_read_are_refused(client, commitment, system):
    begun = system.begin(commitment).json()["url"]
    headers = system.headers(**{"Idempotency-Key": "a"})

    def post(body, media_type="application/json", to=DRAFTS, **more):
        return client.post(to, body, media_type, headers=headers | more).status_code

    assert post("{") == 400
    assert post("[]") == 400
    assert post('{"achieved": "\\ud800"}') == 400
    assert post("a=b", "text/plain") == 415
    assert post("a", "multipart/form-data") in (400, 415)
    assert post(json.dumps({"achieved": "a" * 2_000_000})) == 413
    assert post("{}", **{"Idempotency-Key": "two words"}) == 400
    assert post(json.dumps({"commitment": "\0", "cycle": "\0"})) == 422
    assert client.post(DRAFTS, {}, "application/json", headers=system.headers()).status_code == 400
    assert system.get(f"{DRAFTS}?state=draft").status_code == 400
    assert system.patch(begun, {}, "x").status_code == 400
    assert client.put(begun, headers=headers).json()["detail"] == "Allowed at this address: GET, PATCH, HEAD, OPTIONS."
    assert system.get(f"{DRAFTS}{uuid4()}/").status_code == 404
