"""A few wrong passwords or codes lock an account or an address for an hour, and no secret is kept of them."""

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tests.browser.people import code_for
from tests.factories import PASSWORD, UserFactory
from tests.gmg_portal.signing_in import CODE, LOGIN, sign_in

LOCKED = "Signing in is locked until"


@pytest.fixture(autouse=True)
def other_processes(monkeypatch):
    """Every attempt meets a process that knows of none: what counts here is the database."""
    before = Client.post

    def post(self, *args, **kwargs):
        cache.clear()
        return before(self, *args, **kwargs)

    monkeypatch.setattr(Client, "post", post)


def fail(client, times, username="ilo_focal_point", **more):
    return [client.post(LOGIN, {"login": username, "password": "wrong"}, **more) for _ in range(times)]


def test_fifth_wrong_password_locks_and_says_until_when(client, ilo_focal_point, time_machine):
    time_machine.move_to("2026-11-23T12:00:00Z", tick=False)

    answers = fail(client, 5)
    right = sign_in(client, "ilo_focal_point")

    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    for answer in (answers[-1], right):
        assertContains(answer, f"{LOCKED} Nov. 23, 2026, 1 p.m. UTC", status_code=429)
        assertContains(answer, "an administrator of the portal can lift the lock", status_code=429)
        assert answer["Retry-After"] == "3600"
    assert "_auth_user_id" not in client.session


def test_lock_ends_after_an_hour_however_often_it_is_tried(client, ilo_focal_point, time_machine):
    time_machine.move_to("2026-11-23T12:00:00Z", tick=False)
    fail(client, 5)
    time_machine.move_to("2026-11-23T12:59:00Z", tick=False)
    tried = fail(client, 1)[0].status_code

    time_machine.move_to("2026-11-23T13:00:01Z", tick=False)

    assert tried == 429
    assertRedirects(sign_in(client, "ilo_focal_point"), "/admin/")


def test_unknown_account_is_locked_alike(client, db):
    answers = fail(client, 5, "nobody")

    assert [answer.status_code for answer in answers] == [200] * 4 + [429]


def test_all_names_of_an_account_count_together(client, ilo_focal_point):
    fail(client, 2, "ilo_focal_point")
    fail(client, 2, " ILO_Focal_Point")

    assert fail(client, 1, "ilo_focal_point@example.org")[0].status_code == 429


def test_lock_is_for_an_account_at_an_address(client, ilo_focal_point, iom_focal_point):
    fail(client, 5)

    assertRedirects(sign_in(client, "iom_focal_point"), "/admin/")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assertRedirects(sign_in(elsewhere, "ilo_focal_point"), "/admin/")


def test_address_that_guesses_at_many_accounts_is_locked_for_all(client, ilo_focal_point):
    for number in range(12):
        fail(client, 4, f"person-{number}")
    open_still = fail(client, 1, "another")[0].status_code
    locked = fail(client, 1, "one-more")[0].status_code

    assert (open_still, locked) == (200, 429)
    assert sign_in(client, "ilo_focal_point").status_code == 429


def test_getting_in_forgives_ones_own_mistakes_alone(client, ilo_focal_point, iom_focal_point):
    fail(client, 4)
    fail(client, 4, "iom_focal_point")

    sign_in(client, "ilo_focal_point")

    assert [row.username for row in AccessAttempt.objects.all()] == ["iom_focal_point"]


def test_forged_address_is_not_believed(client, ilo_focal_point):
    for number in range(5):
        answer = fail(client, 1, headers={"x-forwarded-for": f"192.0.2.{number}"})[0]

    assert answer.status_code == 429


def test_addresses_of_one_home_fail_together(ilo_focal_point):
    home = [Client(REMOTE_ADDR=f"2001:db8::{number}") for number in range(1, 7)]

    codes = [fail(member, 1)[0].status_code for member in home]

    assert (codes[:4], codes[5]) == ([200] * 4, 429)
    assert fail(Client(REMOTE_ADDR="2001:db8:0:1::1"), 1)[0].status_code == 200


def test_own_proxy_is_believed_on_the_address(client, ilo_focal_point, settings):
    settings.BEHIND_PROXY = True
    fail(client, 5, headers={"x-forwarded-for": "198.51.100.1, 192.0.2.1"})

    same = fail(client, 1, headers={"x-forwarded-for": "203.0.113.9, 192.0.2.1"})[0]
    other = fail(client, 1, headers={"x-forwarded-for": "198.51.100.1, 192.0.2.2"})[0]

    assert (same.status_code, other.status_code) == (429, 200)


def test_asking_again_for_the_password_counts_too(client, ilo_focal_point):
    client.force_login(ilo_focal_point)

    answers = [client.post("/accounts/again/", {"password": "wrong"}) for _ in range(5)]

    assert answers[-1].status_code == 429


# Codes


def guess_codes(client, times, username="secretariat"):
    sign_in(client, username)
    right = code_for(username)
    wrong = [f"{(int(right) + 1 + number) % 1000000:06}" for number in range(times + 6)]
    # Codes of the moments around this one are right as well.
    return [client.post(CODE, {"code": code}) for code in wrong[:times]]


def test_fifth_wrong_code_locks_the_second_step_from_everywhere(client, secretariat):
    answers = guess_codes(client, 5)
    right = client.post(CODE, {"code": code_for("secretariat")})
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(elsewhere, "secretariat")
    far = elsewhere.post(CODE, {"code": code_for("secretariat")})

    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assertContains(right, LOCKED, status_code=429)
    assertContains(far, LOCKED, status_code=429)
    assert "_auth_user_id" not in client.session
    assert "_auth_user_id" not in elsewhere.session


def test_starting_anew_gives_no_new_guesses(secretariat):
    answers = [guess_codes(Client(), 1)[0] for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 4 + [429]


def test_nobody_locks_anothers_second_step_without_the_password(client, secretariat):
    for name in ("secretariat (second step)", "secretariat", "secretariat@example.org"):
        fail(Client(REMOTE_ADDR="192.0.2.7"), 6, name)

    sign_in(client, "secretariat")
    client.post(CODE, {"code": code_for("secretariat")})

    assert "_auth_user_id" in client.session


# What is kept of it


def test_nothing_typed_is_kept_or_logged(client, ilo_focal_point, secretariat, caplog):
    caplog.set_level("DEBUG")
    client.post(LOGIN, {"login": "my own password in the wrong field", "password": "wrong one"})
    client.post(LOGIN, {"login": "ilo_focal_point", "password": "wrong two"})
    guess_codes(client, 1)

    kept = " ".join(str(value) for row in AccessAttempt.objects.values() for value in row.values()) + caplog.text

    assert "ilo_focal_point" in kept
    for secret in ("my own password", "wrong one", "wrong two", PASSWORD):
        assert secret not in kept
    assert "code=********************" in kept


def test_administrator_lifts_a_lock(client, ilo_focal_point, administrator):
    fail(Client(), 5)
    client.force_login(administrator)
    table = reverse("admin:axes_accessattempt_changelist")
    row = AccessAttempt.objects.get()

    listed = client.get(table)
    page = client.get(reverse("admin:axes_accessattempt_change", args=[row.pk]))
    client.post(table, {"action": "lift", "_selected_action": row.pk})

    assertContains(listed, "ilo_focal_point")
    assertContains(page, "127.0.0.1")
    assertNotContains(page, "csrfmiddlewaretoken=")
    assertRedirects(sign_in(Client(), "ilo_focal_point"), "/admin/")


def test_lockouts_are_for_administrators_alone(client, secretariat, ilo_focal_point, administrator):
    fail(Client(), 1)
    row = AccessAttempt.objects.get()
    pages = [
        reverse("admin:axes_accessattempt_changelist"),
        reverse("admin:axes_accessattempt_change", args=[row.pk]),
        reverse("admin:axes_accessattempt_delete", args=[row.pk]),
    ]

    for person, status in ((secretariat, 403), (ilo_focal_point, 403), (administrator, 200)):
        client.force_login(person)
        assert [client.get(page).status_code for page in pages] == [status] * 3, person
    assert "ip_address" not in client.get(pages[1]).context["adminform"].form.fields


def test_name_with_a_sign_that_no_database_takes_is_refused_in_a_sentence(client, db):
    UserFactory(username="ada")

    answer = client.post(LOGIN, {"login": "ada\0", "password": "wrong"})

    assert answer.status_code == 200
