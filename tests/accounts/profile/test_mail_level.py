"""The choice of mails, on the profile page and by the link in mails."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.profile.preferences_tokens import preferences_token
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return UserFactory(username="ada", email="ada@example.org")


def link_of(user):
    return reverse("mail:fewer", args=[preferences_token(user)])


def level_of(user):
    return User.objects.get(pk=user.pk).mail_level


def test_opening_the_link_changes_nothing_and_names_the_next_fewer(client, ada):
    page = client.get(link_of(ada))

    html = page.content.decode()
    assert level_of(ada) == "all"
    assert "Today you get: Everything that concerns me." in html
    assert re.search(r'value="essential"[^>]*checked', html)
    assert html.split("<main")[1].count('type="submit"') == 1
    assert "no-store" in page["Cache-Control"] and "public" not in page["Cache-Control"]
    assert "ada@example.org" not in html


def test_level_is_chosen_without_signing_in_and_there_is_a_way_back(client, ada):
    chosen = client.post(link_of(ada), {"mail_level": "none"})
    assert (level_of(ada), chosen.status_code) == ("none", 200)
    assert "From now on you get by mail: Nothing." in chosen.content.decode()

    client.post(link_of(ada), {"mail_level": "all"})
    assert level_of(ada) == "all"


def test_mail_program_unsubscribes_in_one_click(ada):
    stranger = Client(enforce_csrf_checks=True)

    answer = stranger.post(link_of(ada), {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, level_of(ada)) == (200, "none")
    assert "sessionid" not in stranger.cookies


def test_unknown_level_is_refused(client, ada):
    refused = client.post(link_of(ada), {"mail_level": "hourly"})

    assert (refused.status_code, level_of(ada)) == (400, "all")
    assert "Choose one of the three." in refused.content.decode()


def test_link_that_was_tampered_with_opens_nothing(client, ada):
    other = UserFactory()
    token = preferences_token(ada)
    closed = UserFactory(is_active=False)

    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), f"{other.pk}:{token.split(':', 1)[1]}", "1"):
        answer = client.post(reverse("mail:fewer", args=[forged]), {"mail_level": "none"})
        assert answer.status_code == 404
        assert "This link does not say whose mails are meant" in answer.content.decode()
    assert client.post(link_of(closed), {"mail_level": "none"}).status_code == 404
    assert set(User.objects.values_list("mail_level", flat=True)) == {"all"}


def test_level_is_chosen_on_the_own_account(client, ada):
    client.force_login(ada)

    page = client.get("/accounts/")
    saved = client.post("/accounts/mail/", {"mail_level": "essential"}, follow=True)
    refused = client.post("/accounts/mail/", {"mail_level": "hourly"}, follow=True)

    assert re.search(r'value="all"[^>]*checked', page.content.decode())
    assert "Only what I must act on: sent back, due, overdue." in saved.content.decode()
    assert "Choose one of the three. Nothing was changed." in refused.content.decode()
    assert level_of(ada) == "essential"
    assert ada.history.latest().mail_level == "essential"


def test_own_level_asks_for_a_session_and_a_token(client, ada):
    assert client.post("/accounts/mail/", {"mail_level": "none"}).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)

    assert strict.post("/accounts/mail/", {"mail_level": "none"}).status_code == 403
    assert level_of(ada) == "all"
