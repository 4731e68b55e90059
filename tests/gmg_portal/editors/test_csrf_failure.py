"""Forms that fail the CSRF check: nothing is saved, and a page shows the text that was typed."""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from agencies.models import Agency
from commitments.models import Commitment
from tests.accounts.signing_in import LOGIN
from tests.support.factories import PASSWORD
from tests.support.form_filling import filled

ADD = reverse("admin:commitments_commitment_add")
HERE = {"origin": "http://testserver"}
WORDS = "Words <script>alert(1)</script> that took an hour"


@pytest.fixture
def browser(ilo_focal_point):
    """Return a client whose CSRF tokens are checked, as those of browsers are."""
    client = Client(enforce_csrf_checks=True, headers=HERE)
    client.force_login(ilo_focal_point)
    return client


def form_of(browser, **typed):
    page = browser.get(ADD)
    token = str(page.context["csrf_token"])
    words = {
        "title": "Skills",
        "summary": WORDS,
        "kind": "programme",
        "source_title": "A report",
        "source_location": "A/RES/68/4",
        "csrfmiddlewaretoken": token,
    }
    return filled(page, lead_agency=str(Agency.objects.get(code="ilo").pk), **words | typed)


def hidden_fields(answer):
    return {field.name: field.value for field in answer.context["hidden"]}


def sign_in_anew(browser):
    """Sign in as in another tab, which makes the CSRF tokens of open pages invalid."""
    page = browser.get(LOGIN)
    token = str(page.context["csrf_token"])
    browser.post(LOGIN, {"login": "ilo_focal_point", "password": PASSWORD, "csrfmiddlewaretoken": token})


def test_form_of_an_earlier_session_is_shown_and_can_be_sent_again(browser):
    data = form_of(browser)
    browser.cookies.clear()
    sign_in_anew(browser)

    refused = browser.post(ADD, data)
    before = Commitment.objects.count()
    token = str(refused.context["csrf_token"])
    taken = browser.post(ADD, hidden_fields(refused) | {"csrfmiddlewaretoken": token})

    assert refused.status_code == 403
    assert refused["Cache-Control"] == "private, no-store"
    assertContains(refused, "Your form was not saved", status_code=403)
    assertContains(refused, "You are signed in as <b>ilo_focal_point</b> now.", status_code=403, html=True)
    assertContains(refused, "Words &lt;script&gt;alert(1)&lt;/script&gt; that took an hour", status_code=403)
    assertNotContains(refused, "<script>alert", status_code=403)
    assert before == 0
    assert taken.status_code == 302
    assert Commitment.objects.get().summary == WORDS


def test_form_without_any_cookies_can_be_sent_after_signing_in(browser):
    data = form_of(browser)
    browser.cookies.clear()

    first = browser.post(ADD, data)
    sign_in_anew(browser)
    again = browser.post(ADD, hidden_fields(first) | {"csrfmiddlewaretoken": str(first.context["csrf_token"])})
    token = str(again.context["csrf_token"])
    taken = browser.post(ADD, hidden_fields(again) | {"csrfmiddlewaretoken": token})

    assertContains(first, "You are not signed in now.", status_code=403)
    assert again.status_code == 403
    assert taken.status_code == 302
    assert Commitment.objects.get().summary == WORDS


BROWSER = {"accept": "text/html,application/xhtml+xml"}


def test_form_sent_after_signing_out_in_another_tab_is_shown_and_sent_again(browser, ilo_focal_point):
    data = form_of(browser)
    browser.post(reverse("accounts:logout"), {"csrfmiddlewaretoken": data["csrfmiddlewaretoken"]})

    refused = browser.post(ADD, data, headers=BROWSER)
    before = Commitment.objects.count()
    sign_in_anew(browser)
    again = browser.post(ADD, hidden_fields(refused) | {"csrfmiddlewaretoken": str(refused.context["csrf_token"])})
    taken = browser.post(ADD, hidden_fields(again) | {"csrfmiddlewaretoken": str(again.context["csrf_token"])})

    assertContains(refused, "You are not signed in now.", status_code=403)
    assertContains(refused, "Words &lt;script&gt;alert(1)&lt;/script&gt; that took an hour", status_code=403)
    assert refused["Cache-Control"] == "private, no-store"
    assert before == 0
    assert taken.status_code == 302
    assert Commitment.objects.get().summary == WORDS


@pytest.mark.parametrize(
    ("headers", "typed"),
    [
        ({"accept": "*/*"}, {"title": "Skills"}),  # a script, which knows by the redirect that the sign-in is over
        (BROWSER, {"_save": "Save"}),  # nothing is lost
        (BROWSER | {"origin": "https://evil.example"}, {"title": "Skills"}),
    ],
)
def test_other_form_without_sign_in_leads_to_the_sign_in_page(headers, typed, db):
    answer = Client(headers=HERE | headers).post(ADD, typed)

    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{reverse('admin:login')}?{urlencode({'next': ADD}, safe='/')}",
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site", "origin": ""},
    ],
)
def test_form_of_another_site_is_neither_shown_nor_offered(headers, browser, ilo_focal_point):
    other = Client(enforce_csrf_checks=True, headers=headers)
    other.force_login(ilo_focal_point)

    refused = other.post(ADD, {"title": "Laid before the reader"})

    assertContains(refused, "could not see that this form was sent from one of its own pages", status_code=403)
    assertNotContains(refused, "Laid before the reader", status_code=403)
    assertNotContains(refused, "Send it again", status_code=403)


@pytest.mark.parametrize("path", [LOGIN, "/accounts/password/", "/accounts/second-step/code/", "/accounts/again/"])
def test_nothing_typed_into_a_page_of_accounts_is_shown(path, browser):
    typed = {"login": "ada", "password": "my secret", "code": "123456", "oldpassword": "my secret"}

    refused = browser.post(path, typed)

    assert refused.status_code == 403
    for word in ("my secret", "123456", 'value="ada"', ">ada<"):
        assertNotContains(refused, word, status_code=403)


def test_secrets_and_contents_of_files_are_not_shown(browser):
    file = SimpleUploadedFile("proof.pdf", b"%PDF-1.4 inside the file")
    typed = {"title": "Skills", "password1": "my secret", "api_token": "my token", "evidence-0-file": file}

    refused = browser.post(ADD, typed)

    assertContains(refused, "Skills", status_code=403)
    assertContains(refused, "proof.pdf", status_code=403)
    for word in ("my secret", "my token", "inside the file"):
        assertNotContains(refused, word, status_code=403)
    assert set(hidden_fields(refused)) == {"title"}


def test_internal_fields_are_sent_again_and_not_shown(browser):
    own = {"version": "1:signed", "evidence-TOTAL_FORMS": "1", "initial-places": "old"}
    of_row = {f"evidence-0-{name}": "mark-of-the-page" for name in ("id", "version", "opened", "report")}

    refused = browser.post(ADD, own | of_row | {"evidence-0-title": "Course report"})

    assert [(line.label, line.value) for line in refused.context["lines"]] == [("evidence 0 title", "Course report")]
    assert set(hidden_fields(refused)) == {"evidence-0-title", *own, *of_row}


def test_several_values_of_one_field_survive(browser):
    refused = browser.post(ADD, {"points": ["1", "2"], "title": "Skills"})

    assert [(field.name, field.value) for field in refused.context["hidden"]] == [
        ("points", "1"),
        ("points", "2"),
        ("title", "Skills"),
    ]


def test_request_that_is_too_large_or_unreadable_is_answered(browser, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3

    answer = browser.post(ADD, {f"field-{number}": "x" for number in range(9)})

    assert answer.status_code == 400
