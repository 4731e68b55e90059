"""Sign the people of the cast in and out of the portal in a browser."""

import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from tests.support.factories import PASSWORD


def sign_in(page, portal, username):
    """Open the dashboard, and sign in on the way to it, with a code where one is asked for."""
    page.goto(f"{portal}/admin/")
    enter(page, username)
    if "/second-step/code/" in page.url:
        page.get_by_label("Code").fill(code_for(username))
        page.get_by_role("button", name="Sign in", exact=True).click()


def admit(page, portal, username):
    """Go to the dashboard with a session that was made in the database, where signing in is not what is tested."""
    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": portal}])
    page.goto(f"{portal}/admin/")


def enter(page, username, password=PASSWORD):
    """Fill in and send the page that asks who one is."""
    page.get_by_label("User name or mail address").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def code_for(username):
    """Return the code that the person's app shows now, even if it was used a moment ago: a test does not wait."""
    app = Authenticator.objects.get(user__username=username, type=Authenticator.Type.TOTP)
    app.data.pop("used_until", None)
    app.save()
    cache.clear()
    return code_of(decrypt(app.data["secret"]))


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD))


def sign_out(page, portal):
    page.goto(f"{portal}/accounts/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
