"""Signing in as a browser does, for tests of what a session may."""

from tests.browser.people import code_for
from tests.factories import PASSWORD

LOGIN, CODE = "/accounts/login/", "/accounts/second-step/code/"


def sign_in(client, username, password=PASSWORD, **more):
    """The answer to user name and password."""
    return client.post(LOGIN, {"login": username, "password": password, **more})


def sign_in_with_code(client, username, **more):
    """The answer to the code after them."""
    sign_in(client, username, **more)
    return client.post(CODE, {"code": code_for(username)})
