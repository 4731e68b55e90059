"""Signing in with an app and with a key, and every page of an account: no barrier, nothing cut off."""

import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.test.signals import template_rendered
from django.urls import reverse
from playwright.sync_api import expect

from accounts.actions import invitations
from accounts.models import User
from accounts.profile.preferences_tokens import preferences_token
from agencies.models import Agency
from tests.browser.accessibility import dim, violations
from tests.browser.conftest import BOTH_DIRECTIONS
from tests.browser.public.test_pages import LANGUAGES, what_does_not_fit
from tests.browser.signing_in import code_for, code_of, sign_in, sign_out
from tests.support.factories import PASSWORD, InvitationFactory, UserFactory, in_group

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "what-only-the-mail-knows"
SECOND_STEP = "/accounts/second-step/"
ANONYMOUS = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/closed/",
    "/accounts/password/lost/",
    "/accounts/password/lost/sent/",
    "/accounts/password/lost/1-nonsense/",
    "/accounts/password/changed/",
    f"/accounts/invitation/{TOKEN}/",
    "/accounts/invitation/nonsense/",
]
SIGNED_IN = [
    "/accounts/",
    "/accounts/password/",
    "/accounts/sessions/",
    "/accounts/again/",
    SECOND_STEP,
    f"{SECOND_STEP}again/",
    f"{SECOND_STEP}app/remove/",
    f"{SECOND_STEP}recovery-codes/",
    f"{SECOND_STEP}recovery-codes/new/",
    f"{SECOND_STEP}keys/",
    f"{SECOND_STEP}keys/add/",
    f"{SECOND_STEP}keys/again/",
    f"/accounts/invitation/{TOKEN}/",
]
NOT_FOUND = "404 (Not Found)"


@pytest.fixture
def portal(live_server, transactional_db, settings):
    """The address of a portal with one agency and one of the secretariat."""
    settings.ALLOWED_HOSTS = ["localhost"]
    agency = Agency.objects.create(code="ilo", acronym="ILO", name="International Labour Organization")
    in_group(UserFactory(username="secretariat"), "secretariat")
    InvitationFactory(email="ada@example.org", first_name="Ada", agency=agency, digest=invitations.token_digest(TOKEN))
    return live_server.url


@pytest.fixture
def add_key(chromium):
    """Plug a key into a page, as a browser's automation can: it answers by itself, PIN and all."""

    def add_key(page):
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    return add_key


def test_invited_to_the_secretariat_one_sets_up_an_app_and_signs_in_with_it(page, portal, complaints):
    InvitationFactory(
        email="grace@example.org", role="secretariat", agency=None, digest=invitations.token_digest("second")
    )

    page.goto(f"{portal}/accounts/invitation/second/")
    page.get_by_label("User name").fill("grace")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Open my account").click()
    assert "Your account needs a second step" in page.get_by_role("main").inner_text()
    page.goto(f"{portal}/admin/")
    assert page.get_by_role("heading", level=1).inner_text() == "Your second step"
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Set up the app").click()
    assert "Your authenticator app is set up." in page.get_by_role("main").inner_text()
    recovery = page.locator(".recovery-codes li").first.inner_text()
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("link", name="Your dashboard in the editor area").click()
    page.wait_for_url(f"{portal}/admin/")
    sign_out(page, portal)

    sign_in(page, portal, "grace")
    page.wait_for_url(f"{portal}/admin/")
    sign_out(page, portal)

    page.goto(f"{portal}/accounts/login/")
    page.get_by_label("User name or mail address").fill("grace@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{portal}/admin/")

    assert complaints == []


def test_key_is_set_up_used_after_the_password_and_alone(page, portal, complaints, add_key):
    UserFactory(username="keeper", is_superuser=True, second_step=False)
    add_key(page)

    sign_in(page, portal, "keeper")
    page.get_by_role("link", name="Set up a key").click()
    page.get_by_label("Name of the key").fill("Blue key")
    page.get_by_label("Sign in with this key alone").check()
    page.get_by_role("button", name="Set up this key").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto(f"{portal}{SECOND_STEP}keys/")
    assert page.get_by_role("row", name=re.compile("Blue key")).inner_text().split("\t")[1].strip() == "alone"
    sign_out(page, portal)

    page.goto(f"{portal}/admin/agencies/agency/")
    page.get_by_label("User name or mail address").fill("keeper")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a key").click()
    page.wait_for_url(f"{portal}/admin/agencies/agency/")
    sign_out(page, portal)

    page.goto(f"{portal}/admin/agencies/agency/")
    page.get_by_role("button", name="Sign in with a key alone").click()
    page.wait_for_url(f"{portal}/admin/agencies/agency/")
    page.goto(f"{portal}{SECOND_STEP}keys/")
    page.get_by_role("link", name="Remove Blue key").click()
    assert "This is your only second step" in page.get_by_role("main").inner_text()
    page.goto(f"{portal}{SECOND_STEP}keys/")
    page.get_by_role("link", name="Rename Blue key").click()
    page.get_by_label("Name of the key").fill("Old key")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("row", name=re.compile("Old key")).is_visible()
    assert complaints == []


def test_unknown_key_gets_a_message(page, portal, add_key):
    add_key(page)
    UserFactory(username="keeper", is_superuser=True, second_step=False)
    sign_in(page, portal, "keeper")
    page.goto(f"{portal}{SECOND_STEP}keys/add/")
    page.get_by_label("Sign in with this key alone").check()
    page.get_by_role("button", name="Set up this key").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    sign_out(page, portal)
    Authenticator.objects.all().delete()

    page.goto(f"{portal}/accounts/login/")
    page.get_by_role("button", name="Sign in with a key alone").click()

    expect(page.get_by_text("This key opens no account here.")).to_be_visible()


def test_browser_without_key_support_offers_the_other_methods(page, portal):
    page.goto(f"{portal}/accounts/login/")
    page.evaluate("() => { navigator.credentials.get = async () => { throw new Error('nothing there'); }; }")

    page.get_by_role("button", name="Sign in with a key alone").click()

    expect(page.get_by_text("The key did not answer")).to_be_visible()
    assert page.get_by_label("User name or mail address").is_visible()


def test_signing_in_works_without_scripts(open_page, portal):
    page = open_page(java_script_enabled=False)

    sign_in(page, portal, "secretariat")

    assert page.url == f"{portal}/admin/"


def test_lost_password_is_replaced_by_mail(page, portal, complaints):
    new = "quite another long password"
    page.goto(f"{portal}/accounts/login/")
    page.get_by_role("link", name="Password lost?").click()
    page.get_by_label("Mail address").fill("secretariat@example.org")
    page.get_by_role("button", name="Send me the link").click()
    page.goto(re.search(r"http://localhost\S+", mail.outbox[0].body)[0])
    page.get_by_label("New password", exact=True).or_(page.get_by_label("New password:", exact=True)).fill(new)
    page.get_by_label("New password again").fill(new)
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("User name or mail address").fill("secretariat")
    page.get_by_label("Password").fill(new)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code_for("secretariat"))
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.wait_for_url(f"{portal}/admin/")

    assert complaints == []


# Every page


def walk(page, portal, add_key, audited):
    """Visit every page of an account in all its states; return barriers and what does not fit."""
    faults = []

    def check(name):
        faults.extend((name, "light", rule) for rule in audited(page))
        page.emulate_media(color_scheme="dark")
        faults.extend((name, "dark", rule) for rule in (dim(page) if audited is violations else []))
        page.emulate_media(color_scheme="light")
        faults.extend((name, *fault) for fault in what_does_not_fit(page))

    def look(address):
        page.goto(portal + address)
        check(address)

    for address in ANONYMOUS:
        look(address)
    page.goto(f"{portal}/accounts/login/")
    page.get_by_role("main").locator("[name=login]").fill("secretariat")
    page.locator("[name=password]").fill("wrong")
    page.locator("form.form button").click()
    check("refused")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form.form button").click()
    check("code")
    page.locator("[name=code]").fill(code_for("secretariat"))
    page.locator("form.form button").click()
    page.goto(f"{portal}{SECOND_STEP}recovery-codes/new/")
    page.get_by_role("main").locator("form button").click()
    add_key(page)
    page.goto(f"{portal}{SECOND_STEP}keys/add/")
    page.locator("#key").click()
    page.wait_for_url(f"{portal}{SECOND_STEP}")
    key = Authenticator.objects.get(type="webauthn")
    for address in [*SIGNED_IN, f"{SECOND_STEP}keys/{key.pk}/remove/", f"{SECOND_STEP}keys/{key.pk}/edit/"]:
        look(address)
    Authenticator.objects.filter(user__username="secretariat").delete()
    look(SECOND_STEP)
    look(f"{SECOND_STEP}app/")
    page.context.clear_cookies()
    look(reverse("mail:fewer", args=[preferences_token(User.objects.get(username="secretariat"))]))
    for _ in range(5):
        page.goto(f"{portal}/accounts/login/")
        page.locator("[name=login]").fill("nobody")
        page.locator("[name=password]").fill("wrong")
        page.locator("form.form button").click()
    check("locked")
    return faults


@pytest.mark.parametrize(("language", "direction", "audited"), LANGUAGES)
def test_every_page_of_an_account_is_without_barrier(
    open_page, portal, complaints, add_key, language, direction, audited
):
    seen = set()

    def note(template, **_kwargs):
        seen.add(template.name)

    template_rendered.connect(note)
    try:
        with BOTH_DIRECTIONS:
            page = open_page(locale=language, reduced_motion="reduce")
            faults = walk(page, portal, add_key, audited)
    finally:
        template_rendered.disconnect(note)

    folder = Path(settings.BASE_DIR) / "templates"
    pages = {str(path.relative_to(folder)) for path in (folder / "accounts").rglob("[a-z]*.html")}
    assert page.evaluate("document.documentElement.dir") == direction
    assert faults == []
    # Shown where a stored secret cannot be read any more (`test_stored_secrets`).
    assert pages - seen == {"accounts/second_step/unavailable.html"}
    assert [text for text in complaints if NOT_FOUND not in text and "429" not in text] == []
