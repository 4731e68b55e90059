"""Wrong passwords and codes delay the next attempt, and never lock an account."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from post_office.models import Email
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.attempts import rate_limits
from accounts.attempts.attempt_limits import MAX_CODE_DELAY, MAX_DELAY, delay_after
from accounts.attempts.usernames import attempt_username
from accounts.models import KnownAddress, SignInWarning
from tests.accounts.signing_in import CODE, LOGIN, sign_in, sign_in_with_code
from tests.browser.signing_in import code_for
from tests.support.factories import PASSWORD, UserFactory

WAIT = "Wait before you try again"
MIDDAY = "2026-11-23T12:05:00Z"


@pytest.fixture(autouse=True)
def other_processes(monkeypatch):
    """Clear the process's cache before each request, so that only the database counts."""
    before = Client.post

    def post(self, *args, **kwargs):
        cache.clear()
        return before(self, *args, **kwargs)

    monkeypatch.setattr(Client, "post", post)


@pytest.fixture
def clock(time_machine):
    """Return a clock that stops until it is moved."""
    time_machine.move_to(MIDDAY, tick=False)
    return time_machine


def send_wrong_passwords(client, times, username="ilo_focal_point", **more):
    return [client.post(LOGIN, {"login": username, "password": "wrong"}, **more) for _ in range(times)]


def statuses(answers):
    return [answer.status_code for answer in answers]


def send_from_many_addresses(clock, attempts, username="ilo_focal_point"):
    """Send wrong passwords from different addresses, each after the delay before it."""
    answers = []
    for number in range(attempts):
        answers += send_wrong_passwords(Client(REMOTE_ADDR=f"198.51.100.{number}"), 1, username)
        clock.shift(timedelta(seconds=int(answers[-1].get("Retry-After", 0))))
    return answers


# Waiting


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (4000, 900)]
)
def test_delay_grows_to_a_longest(failures, seconds):
    assert delay_after(failures) == timedelta(seconds=seconds)


def test_fifth_wrong_password_asks_to_wait_and_says_how_long(client, ilo_focal_point, clock):
    answers = send_wrong_passwords(client, 5)
    right = sign_in(client, "ilo_focal_point")

    assert statuses(answers) == [200] * 4 + [429]
    for answer in (answers[-1], right):
        assertContains(answer, WAIT, status_code=429)
        assertContains(answer, "Your account is not locked", status_code=429)
        assertContains(answer, "checked after 12:05:30 UTC", status_code=429)
        assertContains(answer, "That is in 31 seconds.", status_code=429)
        assert answer["Retry-After"] == "31"
        assert "no-store" in answer["Cache-Control"]
    assert "_auth_user_id" not in client.session


def test_each_further_wrong_password_makes_the_wait_longer(client, ilo_focal_point, clock):
    send_wrong_passwords(client, 4)
    waits = []
    for _ in range(7):
        answer = send_wrong_passwords(client, 1)[0]
        waits.append(int(answer["Retry-After"]) - 1)
        clock.shift(timedelta(seconds=waits[-1] + 1))

    assert waits == [30, 60, 120, 240, 480, 900, 900]
    assertRedirects(sign_in(client, "ilo_focal_point"), "/admin/")


def test_try_that_comes_too_early_is_not_counted(client, ilo_focal_point, clock):
    send_wrong_passwords(client, 5)

    early = send_wrong_passwords(client, 3)

    assert statuses(early) == [429] * 3
    assert AccessAttempt.objects.get().failures_since_start == 5


def test_wrong_password_counts_for_a_day(client, ilo_focal_point, clock):
    send_wrong_passwords(client, 4)
    clock.shift(timedelta(hours=24, seconds=1))

    assert statuses(send_wrong_passwords(client, 5)) == [200] * 4 + [429]


def test_unknown_account_is_answered_alike(client, db):
    assert statuses(send_wrong_passwords(client, 5, "nobody")) == [200] * 4 + [429]


def test_all_names_of_an_account_count_together(client, ilo_focal_point):
    send_wrong_passwords(client, 2, "ilo_focal_point")
    send_wrong_passwords(client, 2, " ILO_Focal_Point")

    assert statuses(send_wrong_passwords(client, 1, "ilo_focal_point@example.org")) == [429]


@pytest.mark.parametrize("name", ["ſecretariat", "ſecretariat@example.org", "SECRETARIAT@EXAMPLE.ORG", "ｓecretariat"])
def test_name_in_letters_that_look_alike_counts_for_the_account(rf, secretariat, name):
    """All spellings by which the account is found share one count."""
    assert attempt_username(rf.get("/"), {"username": name}) == "secretariat"
    assert attempt_username(rf.get("/"), {"email": name}) == "secretariat"


def test_empty_user_name_is_not_counted(rf, secretariat):
    UserFactory(email="")

    assert attempt_username(rf.get("/"), {"username": " "}).startswith("unknown ")


# One count for all addresses and processes


def test_wrong_passwords_from_many_addresses_count_together(ilo_focal_point, clock):
    answers = send_from_many_addresses(clock, 12)
    at_once = [send_wrong_passwords(Client(REMOTE_ADDR=f"203.0.113.{number}"), 1)[0] for number in range(20)]

    assert statuses(answers) == [200] * 4 + [429] * 8
    assert statuses(at_once)[1:] == [429] * 19
    assert AccessAttempt.objects.filter(username="ilo_focal_point").count() == 13


def test_account_at_an_address_it_was_used_from_is_not_slowed_by_others(ilo_focal_point, clock):
    sign_in(Client(REMOTE_ADDR="192.0.2.7"), "ilo_focal_point")
    send_from_many_addresses(clock, 12)
    send_wrong_passwords(Client(REMOTE_ADDR="203.0.113.1"), 1)

    elsewhere = sign_in(Client(REMOTE_ADDR="192.0.2.99"), "ilo_focal_point")
    at_home = sign_in(Client(REMOTE_ADDR="192.0.2.7"), "ilo_focal_point")

    assert elsewhere.status_code == 429
    assertRedirects(at_home, "/admin/", fetch_redirect_response=False)


def test_guessing_from_the_owners_own_address_is_slowed_too(ilo_focal_point, clock):
    sign_in(Client(), "ilo_focal_point")

    assert statuses(send_wrong_passwords(Client(), 6)) == [200] * 4 + [429] * 2


def test_known_address_is_kept_as_a_digest(client, ilo_focal_point):
    sign_in(Client(REMOTE_ADDR="192.0.2.7"), "ilo_focal_point")

    assert "192.0.2" not in str(KnownAddress.objects.values().get())


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_share_one_count():
    """Twelve threads with their own connections represent the workers of two processes."""
    UserFactory(username="ada")
    codes, together = [], Barrier(12)

    def guess(number):
        try:
            together.wait()
            codes.extend(statuses(send_wrong_passwords(Client(REMOTE_ADDR=f"192.0.2.{number}"), 1, "ada")))
        finally:
            connection.close()

    threads = [Thread(target=guess, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    rows = AccessAttempt.objects.filter(username="ada")
    assert len(codes) == 12
    assert sum(row.failures_since_start for row in rows) == 5


# Addresses


def test_address_that_guesses_at_many_accounts_is_slowed_for_all(client, ilo_focal_point, clock):
    for number in range(12):
        send_wrong_passwords(client, 4, f"person-{number}")
        clock.shift(timedelta(seconds=10))
    free = send_wrong_passwords(client, 1, "another")[0].status_code
    slowed = send_wrong_passwords(client, 1, "one-more")[0].status_code

    assert (free, slowed) == (200, 429)
    assert sign_in(client, "ilo_focal_point").status_code == 429


def test_delay_at_an_address_is_for_one_account(client, ilo_focal_point, iom_focal_point):
    send_wrong_passwords(client, 5)

    assertRedirects(sign_in(client, "iom_focal_point"), "/admin/")


def test_forged_address_is_not_believed(client, ilo_focal_point):
    for number in range(5):
        answer = send_wrong_passwords(client, 1, headers={"x-forwarded-for": f"192.0.2.{number}"})[0]

    assert answer.status_code == 429
    assert [row.ip_address for row in AccessAttempt.objects.all()] == ["127.0.0.1"]


def test_addresses_of_one_home_are_one_address(ilo_focal_point):
    for number in range(1, 4):
        send_wrong_passwords(Client(REMOTE_ADDR=f"2001:db8::{number}"), 1)
    send_wrong_passwords(Client(REMOTE_ADDR="2001:db8:0:1::1"), 1)

    assert {row.ip_address: row.failures_since_start for row in AccessAttempt.objects.all()} == {
        "2001:db8::": 3,
        "2001:db8:0:1::": 1,
    }


def test_own_proxy_is_believed_on_the_address(client, ilo_focal_point, settings):
    settings.BEHIND_PROXY = True
    send_wrong_passwords(client, 1, headers={"x-forwarded-for": "198.51.100.1, 192.0.2.1"})

    assert AccessAttempt.objects.get().ip_address == "192.0.2.1"


def test_forms_are_sent_so_many_times_from_one_address(client, db, monkeypatch):
    monkeypatch.setattr(rate_limits, "FORM_RATE", (3, 3600))

    answers = [client.post(LOGIN, {"login": f"person-{number}"}) for number in range(4)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post(LOGIN, {"login": "person"})

    assert [*statuses(answers), elsewhere.status_code] == [200] * 3 + [429, 200]
    assertContains(answers[-1], "Wait 20 minutes, and send it again.", status_code=429)
    assert answers[-1]["Retry-After"] == "1200"


# Whoever gets in


def test_getting_in_forgives_ones_own_mistakes_alone(client, ilo_focal_point, iom_focal_point):
    send_wrong_passwords(client, 4)
    send_wrong_passwords(client, 4, "iom_focal_point")

    sign_in(client, "ilo_focal_point")

    assert [row.username for row in AccessAttempt.objects.all()] == ["iom_focal_point"]


def test_right_password_before_a_code_is_not_counted(client, secretariat):
    send_wrong_passwords(client, 2, "secretariat")
    sign_in(client, "secretariat")

    assert AccessAttempt.objects.get().failures_since_start == 2


def test_new_password_by_mail_ends_the_wait(ilo_focal_point, clock):
    send_from_many_addresses(clock, 8)
    client, new = Client(REMOTE_ADDR="192.0.2.99"), "quite another long password"
    mail.outbox.clear()
    client.post("/accounts/password/lost/", {"email": "ilo_focal_point@example.org"})
    link = next(word for word in mail.outbox[0].body.split() if word.startswith("http://testserver"))
    form = client.get(link.removeprefix("http://testserver"), follow=True)

    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    send_from_many_addresses(clock, 8)

    assertRedirects(sign_in(client, "ilo_focal_point", new), "/admin/", fetch_redirect_response=False)


# Passwords and codes that are asked for again


@pytest.mark.parametrize(
    ("address", "field", "more"),
    [
        ("/accounts/again/", "password", {}),
        ("/accounts/password/", "oldpassword", {"password1": "some new password", "password2": "some new password"}),
    ],
)
def test_password_asked_for_again_is_counted(address, field, more, client, ilo_focal_point, clock):
    client.force_login(ilo_focal_point)

    answers = [client.post(address, {field: "wrong"} | more) for _ in range(6)]
    clock.shift(timedelta(seconds=31))
    right = client.post(address, {field: PASSWORD} | more)

    assert statuses(answers) == [200] * 4 + [429] * 2
    assert right.status_code == 302


def test_attack_on_an_account_does_not_slow_signed_in_users(client, ilo_focal_point, clock):
    client.force_login(ilo_focal_point)
    send_from_many_addresses(clock, 8)
    send_wrong_passwords(Client(REMOTE_ADDR="203.0.113.1"), 1)

    assert client.post("/accounts/again/", {"password": PASSWORD}, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_session_that_is_signed_in_gains_no_guesses_by_changing_its_address(client, ilo_focal_point, clock):
    """Otherwise the holder of a stolen session with many addresses could guess the password."""
    client.force_login(ilo_focal_point)

    answers = [
        client.post("/accounts/again/", {"password": "wrong"}, REMOTE_ADDR=f"198.51.100.{number}")
        for number in range(8)
    ]

    assert statuses(answers) == [200] * 4 + [429] * 4
    assert statuses(send_wrong_passwords(Client(REMOTE_ADDR="203.0.113.1"), 1)) == [200]


def guess_codes(client, times, username="secretariat"):
    sign_in(client, username)
    right = code_for(username)
    wrong = [f"{(int(right) + 1 + number) % 1000000:06}" for number in range(times + 6)]
    # Codes of the moments around this one are right as well.
    return [client.post(CODE, {"code": code}) for code in wrong[:times]]


def test_fifth_wrong_code_slows_the_second_step_from_everywhere(client, secretariat, clock):
    answers = guess_codes(client, 5)
    right = client.post(CODE, {"code": code_for("secretariat")})
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(elsewhere, "secretariat")
    far = elsewhere.post(CODE, {"code": code_for("secretariat")})

    assert statuses(answers) == [200] * 4 + [429]
    assertContains(right, WAIT, status_code=429)
    assertContains(far, WAIT, status_code=429)
    assert "_auth_user_id" not in client.session
    assert "_auth_user_id" not in elsewhere.session


def test_delay_of_codes_grows_longer_than_that_of_passwords():
    assert delay_after(20, MAX_CODE_DELAY) == timedelta(hours=1) > MAX_DELAY


def test_starting_anew_gives_no_new_guesses(secretariat):
    answers = [guess_codes(Client(), 1)[0] for _ in range(5)]

    assert statuses(answers) == [200] * 4 + [429]


def test_owner_gives_the_code_where_they_gave_it_before_while_others_guess(secretariat, clock):
    sign_in_with_code(Client(), "secretariat")
    guess_codes(Client(REMOTE_ADDR="192.0.2.7"), 5)
    client = Client()

    sign_in_with_code(client, "secretariat")

    assert "_auth_user_id" in client.session


def test_nobody_slows_anothers_second_step_without_the_password(client, secretariat):
    for name in ("secretariat (second step)", "secretariat", "secretariat@example.org"):
        send_wrong_passwords(Client(REMOTE_ADDR="192.0.2.7"), 2, name)

    codes = guess_codes(client, 1)
    client.post(CODE, {"code": code_for("secretariat")})

    assert statuses(codes) == [200]
    assert "_auth_user_id" in client.session


# The owner is told


def test_owner_is_warned_once_in_a_burst(ilo_focal_point, clock):
    send_from_many_addresses(clock, 4)
    before = len(mail.outbox)
    send_from_many_addresses(clock, 8)

    (message,) = mail.outbox
    assert before == 0
    assert message.to == ["ilo_focal_point@example.org"]
    assert message.subject == "Wrong passwords for your account in the GMG HLD follow-up portal"
    assert "Nobody signed in with them" in message.body
    assert "198.51.100" not in message.body


def test_owner_is_warned_again_on_the_next_day(ilo_focal_point, clock):
    send_from_many_addresses(clock, 6)
    clock.shift(timedelta(hours=25))
    send_from_many_addresses(clock, 6)

    assert len(mail.outbox) == 2


def test_owner_is_warned_when_somebody_with_the_password_guesses_codes(client, secretariat):
    guess_codes(client, 5)

    (message,) = mail.outbox
    assert message.to == ["secretariat@example.org"]
    assert "somebody knows your password. Change it now" in message.body


def test_unknown_and_closed_accounts_get_no_mail(client, db):
    UserFactory(username="closed", is_active=False)
    send_wrong_passwords(client, 5, "nobody")
    send_wrong_passwords(client, 5, "closed")

    assert mail.outbox == []


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
    assert {(row.get_data, row.post_data) for row in AccessAttempt.objects.all()} == {("", "")}


def test_administrator_sees_and_ends_a_wait(client, ilo_focal_point, administrator, clock):
    for number in range(3):
        send_wrong_passwords(Client(REMOTE_ADDR=f"192.0.2.{number}"), 2)
    client.force_login(administrator)
    table = reverse("admin:axes_accessattempt_changelist")
    row = AccessAttempt.objects.filter(username="ilo_focal_point").first()

    listed = client.get(table)
    page = client.get(reverse("admin:axes_accessattempt_change", args=[row.pk]))
    client.post(table, {"action": "end_wait", "_selected_action": row.pk})

    assertContains(listed, "ilo_focal_point")
    assertContains(listed, "23 November 2026, 12:05 UTC")
    assertContains(page, row.ip_address)
    assertNotContains(page, "csrfmiddlewaretoken=")
    assertRedirects(sign_in(Client(), "ilo_focal_point"), "/admin/", fetch_redirect_response=False)


def test_list_of_attempts_costs_the_same_for_many_rows(client, administrator):
    client.force_login(administrator)
    table = reverse("admin:axes_accessattempt_changelist")
    client.get(table)
    costs = []
    for count in (1, 30):
        names = [f"person-{number}" for number in range(count)]
        rows = [AccessAttempt(username=name, ip_address="192.0.2.1", failures_since_start=6) for name in names]
        AccessAttempt.objects.all().delete()
        AccessAttempt.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as captured:
            client.get(table)
        costs.append(len(captured))

    assert costs[0] == costs[1]


def test_attempts_are_for_administrators_alone(client, secretariat, ilo_focal_point, administrator):
    send_wrong_passwords(Client(), 1)
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


# A lost password


def test_links_for_a_lost_password_are_counted_by_address_and_by_mail_address(db):
    client = Client()
    by_address = [client.post("/accounts/password/lost/", {"email": f"{n}@example.org"}) for n in range(21)]
    by_mail = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post("/accounts/password/lost/", {"email": "one@example.org"})
        for n in range(6)
    ]

    assert statuses(by_address) == [302] * 20 + [429]
    assert statuses(by_mail) == [302] * 5 + [429]


def test_lost_password_does_the_same_work_for_an_unknown_address(client, ilo_focal_point, settings):
    settings.EMAIL_BACKEND = "foundation.mail.backend.QueueBackend"
    writes = {}
    for email in ("ilo_focal_point@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as captured:
            client.post("/accounts/password/lost/", {"email": email})
        writes[email] = [query["sql"].split(" VALUES")[0] for query in captured if "INSERT" in query["sql"]]

    known, unknown = writes.values()
    assert [sql.split("post_office")[-1] for sql in unknown if "post_office" in sql] == [
        sql.split("post_office")[-1] for sql in known if "post_office" in sql
    ]
    assert Email.objects.values_list("to", flat=True).get() == ["ilo_focal_point@example.org"]


# Clearing


def test_remind_clears_what_is_over(client, ilo_focal_point, clock):
    sign_in(Client(), "ilo_focal_point")
    send_wrong_passwords(client, 5)
    clock.shift(timedelta(days=15))
    sign_in(Client(REMOTE_ADDR="192.0.2.7"), "ilo_focal_point")

    call_command("remind")

    assert AccessAttempt.objects.count() == 0
    assert SignInWarning.objects.count() == 0
    assert Session.objects.count() == UserSession.objects.count() == 1
    clock.shift(timedelta(days=366))
    call_command("remind")
    assert KnownAddress.objects.count() == 0
