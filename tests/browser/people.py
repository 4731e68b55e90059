"""How the people of the cast sign in and out of the portal in a browser."""

from tests.factories import PASSWORD


def sign_in(page, portal, username):
    """Ask for the desk, and sign in on the way to it."""
    page.goto(f"{portal}/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page, portal):
    page.goto(f"{portal}/accounts/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
