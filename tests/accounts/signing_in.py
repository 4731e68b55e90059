"""Helpers to sign in as a browser does."""

from tests.browser.signing_in import code_for
from tests.support.factories import PASSWORD

LOGIN, CODE = "/accounts/login/", "/accounts/second-step/code/"


def sign_in(client, username, password=PASSWORD, **more):
    """Send user name and password, and return the response."""
    return client.post(LOGIN, {"login": username, "password": password, **more})


def sign_in_with_code(client, username, **more):
    """Send the code of the second step, and return the response."""
    sign_in(client, username, **more)
    return client.post(CODE, {"code": code_for(username)})
