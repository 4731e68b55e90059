"""The list of a person's sessions, which only they see and end."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.sessions.devices import describe_device
from tests.accounts.signing_in import sign_in

SESSIONS = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
    " Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    " Edg/140.0.0.0"
)


@pytest.fixture
def first_session(ilo_focal_point):
    client = Client(headers={"user-agent": FIREFOX})
    sign_in(client, "ilo_focal_point")
    return client


@pytest.fixture
def second_session(first_session):
    client = Client(headers={"user-agent": SAFARI}, REMOTE_ADDR="192.0.2.7")
    sign_in(client, "ilo_focal_point")
    return client


def number_of(client):
    return UserSession.objects.get(session_key=client.session.session_key).pk


def test_page_lists_ones_own_sessions(first_session, second_session, outsider):
    stranger = Client(REMOTE_ADDR="198.51.100.1")
    sign_in(stranger, "outsider")

    page = first_session.get(SESSIONS)

    assertContains(page, "Firefox on Linux")
    assertContains(page, "Safari on iPhone")
    assertContains(page, "192.0.2.7")
    assertContains(page, "this one", count=1)
    assertNotContains(page, "198.51.100.1")


def test_one_session_is_ended(first_session, second_session):
    answer = first_session.post(SESSIONS, {"end": number_of(second_session)}, follow=True)

    assertContains(answer, "You are signed out there.")
    assertNotContains(answer, "Safari on iPhone")
    assert second_session.get("/accounts/").status_code == 302
    assert first_session.get("/accounts/").status_code == 200


def test_all_others_are_ended(first_session, second_session):
    third = Client()
    sign_in(third, "ilo_focal_point")

    first_session.post(SESSIONS, {"end": "others"})

    assert [client.get("/accounts/").status_code for client in (first_session, second_session, third)] == [
        200,
        302,
        302,
    ]


def test_ending_this_one_is_signing_out(first_session, second_session):
    assertRedirects(first_session.post(SESSIONS, {"end": number_of(first_session)}), "/")

    assert [client.get("/accounts/").status_code for client in (first_session, second_session)] == [302, 200]


@pytest.mark.parametrize("end", ["", "all", "-1", "99999999999999999999", "1 OR 1"])
def test_unknown_session_gets_a_message(end, first_session, second_session):
    answer = first_session.post(SESSIONS, {"end": end}, follow=True)

    assertContains(answer, "That session had ended already.")
    assert second_session.get("/accounts/").status_code == 200


def test_nobody_ends_a_session_of_another(first_session, outsider):
    stranger = Client()
    sign_in(stranger, "outsider")

    stranger.post(SESSIONS, {"end": number_of(first_session)})

    assert first_session.get("/accounts/").status_code == 200


def test_visit_is_noted_on_ones_own_pages_alone(first_session):
    before = UserSession.objects.get()

    first_session.get("/", REMOTE_ADDR="192.0.2.9")
    public = UserSession.objects.get()
    first_session.get("/admin/", REMOTE_ADDR="192.0.2.9")
    own = UserSession.objects.get()

    assert (public.ip, public.last_seen_at) == (before.ip, before.last_seen_at)
    assert own.ip == "192.0.2.9"
    assert own.last_seen_at > before.last_seen_at


def test_visit_is_noted_once_in_five_minutes(first_session, time_machine):
    first_session.get(SESSIONS)
    first = UserSession.objects.get()

    first_session.get(SESSIONS, REMOTE_ADDR="192.0.2.9")
    soon = UserSession.objects.get()
    time_machine.move_to(first.last_seen_at + timedelta(minutes=6), tick=False)
    first_session.get(SESSIONS, REMOTE_ADDR="192.0.2.9")
    later = UserSession.objects.get()

    assert (soon.ip, later.ip) == ("127.0.0.1", "192.0.2.9")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8", "Another program on another system"),
        ("", "Another program on another system"),
    ],
)
def test_device_is_called_by_its_names(user_agent, name):
    assert describe_device(user_agent) == name
