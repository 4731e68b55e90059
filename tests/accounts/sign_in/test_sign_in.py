"""Signing in and out by password, changing and resetting passwords, and the profile page."""

import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from tests.accounts.signing_in import sign_in
from tests.support.factories import PASSWORD, MembershipFactory, UserFactory

WRONG = "User name and password do not belong together."
NEW = "quite another long password"


def stable_content(answer):
    """Return the page without parts that differ between requests."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_right_password_leads_to_the_dashboard(client, ilo_focal_point):
    answer = sign_in(client, "ilo_focal_point")

    assertRedirects(answer, "/admin/")


@pytest.mark.parametrize(
    "name", ["Ilo_Focal_Point", " ilo_focal_point ", "ilo_focal_point@example.org", "ILO_focal_point@Example.org"]
)
def test_name_is_taken_in_any_case_and_so_is_the_mail_address(name, client, ilo_focal_point):
    assertRedirects(sign_in(client, name), "/admin/")


def test_mail_address_is_kept_in_small_letters(db):
    person = UserFactory(username="ada", email="Ada@Example.ORG")

    assert User.objects.get(pk=person.pk).email == "ada@example.org"


def test_wrong_password_is_answered_alike_for_known_and_unknown_accounts(client, ilo_focal_point):
    wrong = sign_in(client, "ilo_focal_point", "not this one")
    unknown = sign_in(client, "nobody_at_all_1", "not this one")
    by_mail = sign_in(client, "ilo_focal_point@example.org", "not this one")

    assertContains(wrong, WRONG)
    assert stable_content(wrong).replace("ilo_focal_point", "X") == stable_content(unknown).replace(
        "nobody_at_all_1", "X"
    )
    assert stable_content(wrong).replace("ilo_focal_point", "X") == stable_content(by_mail).replace(
        "ilo_focal_point@example.org", "X"
    )
    assert "_auth_user_id" not in client.session


def test_closed_account_is_named_only_after_the_right_password(client, ilo_focal_point):
    User.objects.filter(pk=ilo_focal_point.pk).update(is_active=False)

    wrong = sign_in(client, "ilo_focal_point", "not this one")
    right = client.post("/accounts/login/", {"login": "ilo_focal_point", "password": PASSWORD}, follow=True)

    assertContains(wrong, WRONG)
    assertContains(right, "This account is closed")
    assert "_auth_user_id" not in client.session


def test_session_of_before_is_not_that_of_after(client, ilo_focal_point):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.cookie_value

    sign_in(client, "ilo_focal_point")

    assert client.session.cookie_value != before
    assert Client(headers={"cookie": f"sessionid={before}"}).get("/admin/").status_code == 302


def test_admin_asks_to_sign_in_and_comes_back(client, ilo_focal_point):
    wanted = "/admin/reporting/progressreport/"

    login_page = client.get(wanted, follow=True)
    answer = sign_in(client, "ilo_focal_point", next=wanted)

    assert login_page.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2Freporting%2Fprogressreport%2F"
    assertContains(login_page, f'value="{wanted}"')
    assertRedirects(answer, wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "http://localhost/admin/",
        "https://trusted.example/",
        "http://testserver@evil.example/",
        "\thttps://evil.example/",
    ],
)
@override_settings(CSRF_TRUSTED_ORIGINS=["https://trusted.example"])
def test_next_never_leads_elsewhere(wanted, client, ilo_focal_point):
    answer = sign_in(client, "ilo_focal_point", next=wanted)
    again = client.get("/accounts/login/", {"next": wanted})
    out = client.post("/accounts/logout/", {"next": wanted})

    assertRedirects(answer, "/admin/", fetch_redirect_response=False)
    assertRedirects(again, "/admin/", fetch_redirect_response=False)
    assertRedirects(out, "/", fetch_redirect_response=False)


def test_outsider_is_led_to_the_own_page_and_kept_out_of_the_admin(client, outsider):
    answer = sign_in(client, "outsider")

    kept_out = client.get("/admin/", follow=True)

    assertRedirects(answer, "/accounts/")
    assert kept_out.redirect_chain[-1][0] == "/accounts/"
    assertContains(kept_out, "Your account acts for no agency today")
    assertNotContains(kept_out, "Your dashboard")


def test_staff_flag_opens_nothing(client, outsider):
    outsider.is_staff = True
    outsider.save()
    client.force_login(outsider)

    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/commitments/commitment/").status_code == 302


def test_membership_that_has_ended_closes_the_admin_at_once(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    before = client.get("/admin/").status_code

    ilo_focal_point.memberships.update(ends_on="2014-12-31")

    assert (before, client.get("/admin/").status_code) == (200, 302)


def test_closed_account_is_anonymous_at_the_next_request(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    before = client.get("/accounts/").status_code

    User.objects.filter(pk=ilo_focal_point.pk).update(is_active=False)

    assertRedirects(client.get("/accounts/"), "/accounts/login/?next=/accounts/")
    assert (before, client.get("/admin/").status_code) == (200, 302)


@pytest.mark.parametrize("address", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_takes_a_post(address, client, ilo_focal_point):
    client.force_login(ilo_focal_point)

    refused = client.get(address)
    answer = client.post(address)

    assert refused.status_code == 405
    assertRedirects(answer, "/", fetch_redirect_response=False)
    assert "_auth_user_id" not in client.session


def test_profile_shows_roles_and_agencies(client, ilo_focal_point, secretariat):
    assertRedirects(client.get("/accounts/"), "/accounts/login/?next=/accounts/")

    client.force_login(ilo_focal_point)
    page = client.get("/accounts/")
    client.force_login(secretariat)
    office = client.get("/accounts/")

    assertContains(page, "Focal point of International Labour Organization")
    assertContains(page, "Your agency leads Migration and Decent Work")
    assertContains(page, "None: whoever has your password is you.")
    assertContains(office, "Secretariat")
    assertContains(office, "Authenticator app")


def test_nobody_signs_up(client, db):
    page = client.get("/accounts/signup/")
    tried = client.post("/accounts/signup/", {"username": "eve", "password1": NEW, "password2": NEW})

    assertContains(page, "Accounts are given, not taken")
    assertContains(tried, "Accounts are given, not taken")
    assert User.objects.count() == 0


# Passwords


def test_password_is_changed_and_other_sessions_end(client, ilo_focal_point):
    elsewhere = Client()
    sign_in(elsewhere, "ilo_focal_point")
    sign_in(client, "ilo_focal_point")
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}

    wrong = client.post("/accounts/password/", typed | {"oldpassword": "not this one"})
    short = client.post("/accounts/password/", typed | {"password1": "short", "password2": "short"})
    answer = client.post("/accounts/password/", typed, follow=True)

    assertContains(wrong, "This is not your present password.")
    assertContains(short, "Your password is not changed yet")
    assertContains(answer, "Your password is changed.")
    assert elsewhere.get("/accounts/").status_code == 302
    assertRedirects(client.get("/admin/password_change/"), "/accounts/password/")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("seven77", "at least 15 characters"),
        ("password1", "too common"),
        ("20140220201402202014", "entirely numeric"),
        ("ada.lovelace.example", "too similar"),
    ],
)
def test_weak_password_is_refused(password, sentence, db):
    person = UserFactory.build(username="ada.lovelace", first_name="Ada", email="ada.lovelace@example.org")

    with pytest.raises(ValidationError, match=sentence):
        validate_password(password, person)


@pytest.mark.parametrize(("password", "short"), [("fourteen chars", True), ("fifteen charact", False), (None, False)])
def test_short_password_is_remembered_as_short(password, short):
    person = User(username="ada")

    person.set_password(password)

    assert person.has_short_password is short


def test_short_password_is_taken_and_asks_for_a_second_step(client, ilo_focal_point):
    sign_in(client, "ilo_focal_point")
    client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": "eight ch", "password2": "eight ch"})

    shut = client.get("/admin/")
    afresh = sign_in(Client(), "ilo_focal_point", "eight ch")

    assert shut.status_code == 302
    assertRedirects(afresh, "/accounts/second-step/", fetch_redirect_response=False)


# A lost password


def test_lost_password_is_answered_alike_for_known_and_unknown_addresses(client, ilo_focal_point):
    UserFactory(username="closed", is_active=False)
    addresses = ["ilo_focal_point@example.org", "nobody@example.org", "closed@example.org"]

    answers = [client.post("/accounts/password/lost/", {"email": email}, follow=True) for email in addresses]

    assert {(answer.status_code, answer.redirect_chain[-1][0], stable_content(answer)) for answer in answers} == {
        (200, "/accounts/password/lost/sent/", stable_content(answers[0]))
    }
    assert [message.to for message in mail.outbox] == [["ilo_focal_point@example.org"]]


def test_failed_mail_does_not_reveal_accounts(client, ilo_focal_point, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    known = client.post("/accounts/password/lost/", {"email": "ilo_focal_point@example.org"})
    unknown = client.post("/accounts/password/lost/", {"email": "nobody@example.org"})

    assert (
        (known.status_code, known.url) == (unknown.status_code, unknown.url) == (302, "/accounts/password/lost/sent/")
    )


def ask_for_link(client, email):
    client.post("/accounts/password/lost/", {"email": email})
    (message,) = mail.outbox
    return re.search(r"http://testserver(/accounts/password/lost/\S+)", message.body)[1], message


def test_lost_password_is_replaced_by_a_link_that_works_once(client, ilo_focal_point):
    signed_in = Client()
    sign_in(signed_in, "ilo_focal_point")
    link, message = ask_for_link(client, "ILO_focal_point@example.org")

    form = client.get(link, follow=True)
    answer = client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW}, follow=True)

    assert link not in form.request["PATH_INFO"]
    assertContains(answer, "Your password is changed")
    assert "ilo_focal_point" in message.body
    assert link in message.alternatives[0][0]
    assert signed_in.get("/accounts/").status_code == 302
    assert "_auth_user_id" not in client.session
    assertRedirects(sign_in(Client(), "ilo_focal_point", NEW), "/admin/")
    assertContains(Client().get(link), "This link opens nothing")


def test_link_for_a_lost_password_ends_after_a_day_and_with_the_address(client, ilo_focal_point, time_machine):
    time_machine.move_to("2026-11-23T12:00:00Z")
    link, _ = ask_for_link(client, "ilo_focal_point@example.org")
    first = client.get(link).status_code

    time_machine.move_to("2026-11-24T12:00:01Z")
    late = Client().get(link)
    time_machine.move_to("2026-11-23T13:00:00Z")
    User.objects.filter(pk=ilo_focal_point.pk).update(email="other@example.org")

    assert first == 302
    assertContains(late, "This link opens nothing")
    assertContains(Client().get(link), "This link opens nothing")


def test_address_that_was_replaced_gets_no_link(client, ilo_focal_point):
    client.post("/accounts/password/lost/", {"email": "ilo_focal_point@example.org"})
    mail.outbox.clear()
    User.objects.filter(pk=ilo_focal_point.pk).update(email="other@example.org")

    client.post("/accounts/password/lost/", {"email": "ilo_focal_point@example.org"})

    assert mail.outbox == []


def test_too_many_asked_for_links_are_refused_in_a_page(client, ilo_focal_point):
    answers = [client.post("/accounts/password/lost/", {"email": "nobody@example.org"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assertContains(answers[-1], "Too many requests", status_code=429)


@pytest.mark.parametrize(
    "address",
    ["/accounts/email/", "/accounts/confirm-email/", "/accounts/login/code/", "/accounts/3rdparty/"],
)
def test_unused_addresses_of_the_library_do_not_exist(address, client, ilo_focal_point):
    client.force_login(ilo_focal_point)

    assert client.get(address).status_code == 404


def test_public_pages_know_no_sessions(client, ilo, django_assert_num_queries):
    MembershipFactory(user=UserFactory(username="ada"), agency=ilo)
    sign_in(client, "ada")

    with django_assert_num_queries(1):
        answer = client.get("/accessibility/")

    assert "Cookie" not in answer.headers.get("Vary", "")
