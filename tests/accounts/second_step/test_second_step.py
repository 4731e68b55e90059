"""The second step: who needs it, pages without it, and protection against guessing and replay."""

from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.second_step.requirement import SecondStepMiddleware
from accounts.sessions.store import SessionStore
from tests.accounts.signing_in import CODE, sign_in, sign_in_with_code
from tests.browser.signing_in import code_for, code_of
from tests.support.factories import PASSWORD, UserFactory, in_group, with_second_step

SET_UP = "/accounts/second-step/"
APP = "/accounts/second-step/app/"


@pytest.fixture
def secretariat_without_second_step(db):
    """A member of the secretariat without a second step."""
    return in_group(UserFactory(username="owing"), "secretariat", second_step=False)


@pytest.fixture
def set_up_app(django_capture_on_commit_callbacks):
    """Set up an app by its first code and return the response."""

    def set_up_app(client):
        client.get(APP)
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(APP, {"code": code_of(client.session["mfa.totp.secret"])})

    return set_up_app


# Who


def test_password_is_followed_by_a_code(client, secretariat):
    first_response = sign_in(client, "secretariat")
    assertContains(client.get(first_response.url), "Second step")
    between = client.get("/admin/").status_code

    answer = client.post(CODE, {"code": code_for("secretariat")})

    assert first_response.url == CODE
    assert between == 302
    assertRedirects(answer, "/admin/")


def test_where_one_wanted_to_go_survives_the_code(client, secretariat):
    wanted = "/admin/agencies/agency/"

    assertRedirects(sign_in_with_code(client, "secretariat", next=wanted), wanted)


@pytest.mark.parametrize(
    "who",
    [
        lambda: UserFactory(username="owing", is_superuser=True, second_step=False),
        lambda: in_group(UserFactory(username="owing"), "secretariat", second_step=False),
    ],
    ids=["administrator", "secretariat"],
)
def test_password_alone_opens_the_setting_up_and_nothing_else(who, client, db):
    who()

    answer = sign_in(client, "owing")

    assertRedirects(answer, SET_UP)
    assertContains(client.get(SET_UP), "Your account needs a second step")
    for address in ["/admin/", "/admin/accounts/user/", "/accounts/", "/accounts/password/", "/accounts/sessions/"]:
        assert client.get(address, follow=True).redirect_chain[-1][0] == SET_UP, address
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_focal_point_needs_none_unless_everybody_does(client, ilo_focal_point, settings):
    sign_in(client, "ilo_focal_point")
    before = client.get("/admin/").status_code

    settings.MFA_REQUIRED = "everyone"

    assert (before, client.get("/admin/").status_code) == (200, 302)
    assertRedirects(sign_in(Client(), "ilo_focal_point"), SET_UP, fetch_redirect_response=False)


def names_of(patterns, space=""):
    """Return the names of all views, as the middleware sees them."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names_of(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}"


def test_only_setup_pages_know_a_user_without_a_required_second_step(secretariat_without_second_step, rf):
    """Checks every view of the site."""
    strangers = set()
    for name in set(names_of(get_resolver().url_patterns)):
        request = rf.get("/")
        request.session = SessionStore()
        request.session["_auth_user_id"] = str(secretariat_without_second_step.pk)
        request.session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[-1]
        request.session["_auth_user_hash"] = secretariat_without_second_step.get_session_auth_hash()
        request.user = secretariat_without_second_step
        request.resolver_match = SimpleNamespace(view_name=name)
        SecondStepMiddleware(lambda request: None).process_view(request, None, [], {})
        if not request.user.is_authenticated:
            strangers.add(name)

    known = set(names_of(get_resolver().url_patterns)) - strangers
    assert known == {
        "accounts:login",
        "accounts:logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    }


def test_role_that_is_given_asks_for_a_second_step_at_the_next_request(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    before = client.get("/admin/").status_code

    in_group(ilo_focal_point, "secretariat", second_step=False)

    assert (before, client.get("/admin/").status_code) == (200, 302)


# Setting up


def test_app_is_set_up_and_everything_opens(client, secretariat_without_second_step, set_up_app):
    sign_in(client, "owing")

    page = client.get(APP)
    wrong = client.post(APP, {"code": "000000"})
    answer = set_up_app(client)
    shown = client.get(answer.url)

    assertContains(page, "data:image/svg+xml")
    assertContains(wrong, "This code is not right")
    assert answer.url == "/accounts/second-step/recovery-codes/"
    assertContains(
        shown,
        Authenticator.objects.get(user=secretariat_without_second_step, type="recovery_codes")
        .wrap()
        .get_unused_codes()[9],
    )
    assert client.get("/admin/").status_code == 200


def test_sessions_opened_by_password_alone_end_with_the_setting_up(client, secretariat_without_second_step, set_up_app):
    elsewhere = Client()
    sign_in(elsewhere, "owing")
    sign_in(client, "owing")

    set_up_app(client)

    assert elsewhere.get(SET_UP).status_code == 302
    assert "_auth_user_id" not in elsewhere.session
    assert (elsewhere.get("/admin/").status_code, client.get("/admin/").status_code) == (302, 200)


def test_password_is_asked_again_before_a_second_step_is_set_up_in_an_old_session(
    client, ilo_focal_point, time_machine
):
    time_machine.move_to("2026-11-23T12:00:00Z", tick=False)
    sign_in(client, "ilo_focal_point")
    fresh = client.get(APP).status_code

    time_machine.move_to("2026-11-23T12:10:00Z", tick=False)
    first_response = client.get(APP)
    wrong = client.post(first_response.url, {"password": "not this one"})
    answer = client.post(first_response.url, {"password": PASSWORD})

    assert fresh == 200
    assert first_response.url.startswith("/accounts/again/")
    assertContains(wrong, "This is not your password.")
    assertRedirects(answer, APP)


def test_secret_is_shown_once_and_never_again(client, secretariat_without_second_step, administrator, set_up_app):
    sign_in(client, "owing")
    set_up_app(client)
    secret = decrypt(Authenticator.objects.get(user=secretariat_without_second_step, type="totp").data["secret"])

    pages = [client.get(address) for address in ("/accounts/", SET_UP, "/accounts/second-step/app/remove/")]
    client.force_login(administrator)
    pages += [
        client.get(reverse("admin:accounts_user_change", args=[secretariat_without_second_step.pk])),
        client.get(reverse("admin:accounts_user_history", args=[secretariat_without_second_step.pk])),
    ]

    assert [page.status_code for page in pages] == [200] * 5
    for page in pages:
        assertNotContains(page, secret)


def test_tables_of_the_libraries_are_on_no_page():
    theirs = {model._meta.label for model in admin.site._registry if model._meta.app_label not in {"auth"}}

    assert {label for label in theirs if label.split(".")[0] in {"account", "mfa", "usersessions", "axes"}} == {
        "axes.AccessAttempt"
    }


# Removing


def test_last_second_step_is_kept_where_one_is_required(client, secretariat):
    sign_in_with_code(client, "secretariat")
    remove = "/accounts/second-step/app/remove/"

    page = client.get(remove)
    client.post(remove)

    assertContains(page, "This is your only second step")
    assert Authenticator.objects.filter(user=secretariat, type="totp").exists()


def test_second_step_can_be_removed_where_none_is_required(client, ilo_focal_point):
    with_second_step(ilo_focal_point)
    sign_in_with_code(client, "ilo_focal_point")

    client.post("/accounts/second-step/app/remove/")

    assert not Authenticator.objects.filter(user=ilo_focal_point).exists()


def key_of(user, name="Blue key"):
    return Authenticator.objects.create(user=user, type="webauthn", data={"name": name, "credential": {}})


def test_last_key_is_kept_where_a_second_step_is_required(client, secretariat):
    sign_in_with_code(client, "secretariat")
    key = key_of(secretariat)
    remove = f"/accounts/second-step/keys/{key.pk}/remove/"
    Authenticator.objects.filter(user=secretariat, type="totp").delete()

    page = client.get(remove)
    refused = client.post(remove)
    with_second_step(secretariat)
    client.post(remove)

    assertContains(page, "This is your only second step")
    assert refused.status_code == 403
    assert [step.type for step in Authenticator.objects.filter(user=secretariat)] == ["totp"]


def test_key_of_another_is_out_of_reach(client, secretariat, administrator):
    sign_in_with_code(client, "secretariat")
    key = key_of(administrator)

    for page in ("remove", "edit"):
        assert client.post(f"/accounts/second-step/keys/{key.pk}/{page}/", {"name": "Mine"}).status_code == 404

    key.refresh_from_db()
    assert key.data["name"] == "Blue key"


def test_recovery_codes_alone_are_no_second_step(client, secretariat_without_second_step):
    Authenticator.objects.create(
        user=secretariat_without_second_step, type="recovery_codes", data={"seed": encrypt("ab" * 20), "used_mask": 0}
    )

    assertRedirects(sign_in(client, "owing"), SET_UP)


def test_administrator_takes_a_lost_second_step_away(client, administrator, secretariat):
    elsewhere = Client()
    sign_in_with_code(elsewhere, "secretariat")
    client.force_login(administrator)
    person = reverse("admin:accounts_user_change", args=[secretariat.pk])
    press = reverse("admin:accounts_user_press", args=[secretariat.pk, "no_second_step"])

    offered = client.get(person)
    result = client.post(press, follow=True)

    assertContains(offered, "Take the second step away")
    assertContains(result, "has no second step any more")
    assertNotContains(result, "Take the second step away")
    assert not Authenticator.objects.filter(user=secretariat).exists()
    assert elsewhere.get("/accounts/").status_code == 302
    assertRedirects(sign_in(elsewhere, "secretariat"), SET_UP)


def test_only_administrators_take_a_second_step_away(client, secretariat, ilo_focal_point, administrator):
    press = reverse("admin:accounts_user_press", args=[administrator.pk, "no_second_step"])
    for person in (secretariat, ilo_focal_point):
        client.force_login(person)

        assert client.post(press).status_code == 403

    client.force_login(administrator)
    assert client.get(press).status_code == 405
    assert Authenticator.objects.filter(user=administrator).exists()


# Codes


def test_code_works_once_in_all_web_processes(client, secretariat):
    code = code_for("secretariat")
    sign_in(client, "secretariat")
    client.post(CODE, {"code": code})
    cache.clear()  # another process remembers nothing of it
    elsewhere = Client()

    sign_in(elsewhere, "secretariat")
    again = elsewhere.post(CODE, {"code": code})

    assertContains(again, "it was used already")
    assert "_auth_user_id" in client.session
    assert "_auth_user_id" not in elsewhere.session


def test_recovery_code_works_once(client, secretariat_without_second_step, set_up_app):
    sign_in(client, "owing")
    set_up_app(client)
    code = (
        Authenticator.objects.get(user=secretariat_without_second_step, type="recovery_codes")
        .wrap()
        .get_unused_codes()[0]
    )
    once, twice = Client(), Client()

    for there in (once, twice):
        sign_in(there, "owing")
        there.post(CODE, {"code": code})

    assert "_auth_user_id" in once.session
    assert "_auth_user_id" not in twice.session


def test_recovery_codes_are_shown_and_handed_out_to_their_owner_after_asking_again(client, secretariat, time_machine):
    time_machine.move_to("2026-11-23T12:00:00Z", tick=False)
    sign_in_with_code(client, "secretariat")
    client.post("/accounts/second-step/recovery-codes/new/")
    codes = Authenticator.objects.get(user=secretariat, type="recovery_codes").wrap().get_unused_codes()

    shown = client.get("/accounts/second-step/recovery-codes/")
    handed_out = client.get("/accounts/second-step/recovery-codes/file/")
    time_machine.move_to("2026-11-23T12:10:00Z", tick=False)
    later = client.get("/accounts/second-step/recovery-codes/")

    assertContains(shown, codes[0])
    assert handed_out.content.decode().split() == codes
    assert later.url.startswith("/accounts/again/")


def test_second_step_of_an_account_that_was_closed_between_opens_nothing(client, secretariat):
    sign_in(client, "secretariat")
    code = code_for("secretariat")
    type(secretariat).objects.filter(pk=secretariat.pk).update(is_active=False)

    client.post(CODE, {"code": code})

    assert client.get("/admin/").status_code == 302
    assert client.get("/accounts/").status_code == 302


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "{}",
        "[]",
        "1",
        '"a"',
        "null",
        "{",
        '{"response": 1}',
        '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    ],
)
def test_odd_answer_of_a_key_is_refused_without_an_error(credential, client, secretariat, ilo_focal_point):
    sign_in(client, "secretariat")
    at_code = client.post(CODE, {"credential": credential})
    alone = Client().post("/accounts/second-step/keys/login/", {"credential": credential})
    sign_in(client, "ilo_focal_point")
    signed_in = Client()
    sign_in(signed_in, "ilo_focal_point")
    adding = signed_in.post("/accounts/second-step/keys/add/", {"name": "Key", "credential": credential})

    assertContains(at_code, "The key did not answer as it should.")
    assertRedirects(alone, "/accounts/login/", fetch_redirect_response=False)
    assert adding.status_code == 200
    assert not Authenticator.objects.filter(user=ilo_focal_point).exists()
