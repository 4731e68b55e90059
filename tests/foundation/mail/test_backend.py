"""The mail queue, its backends, and the mail level of people."""

import email
from datetime import timedelta
from email import policy
from threading import Barrier, Thread

import pytest
from django.contrib import admin
from django.core import mail as django_mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.db import connection, transaction
from django.utils import timezone
from post_office.models import STATUS, Email

from foundation.mail import backend
from foundation.mail.checks import check_mail_backend
from foundation.mail.settings import delivery_settings, public_url, sender_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(settings, tmp_path, monkeypatch):
    """Use the portal's queue instead of the outbox, and return the folder of delivered mails."""
    settings.EMAIL_BACKEND = "foundation.mail.backend.QueueBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": "foundation.mail.backend.FileBackend"}}
    monkeypatch.setattr(backend, "start_background_delivery", lambda: None)
    return tmp_path / "mail"


def mails(folder):
    """Return the mails in a folder."""
    files = sorted(folder.glob("*.eml")) if folder.exists() else []
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


def send(subject="Hello", body="Plain words.", html="<p>Plain words.</p>", **more):
    message = django_mail.EmailMultiAlternatives(subject, body, to=["ada@example.org"], **more)
    message.attach_alternative(html, "text/html")
    return message.send()


class Broken(django_mail.backends.base.BaseEmailBackend):
    """A mail server that refuses every mail."""

    def send_messages(self, email_messages):
        raise OSError("The mail server is on holiday.")


# The queue


def test_mail_waits_in_the_database_and_leaves_once(queue):
    assert send(headers={"List-Unsubscribe": "<https://example.org/>"}) == 1
    assert mails(queue) == []

    counts = [backend.send_queued().sent, backend.send_queued().sent]

    (mail,) = mails(queue)
    assert counts == [1, 0]
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "Hello")
    assert mail["List-Unsubscribe"] == "<https://example.org/>"
    assert mail["Message-ID"].endswith("@localhost>")
    assert mail.get_body(("plain",)).get_content() == "Plain words."
    assert mail.get_body(("html",)).get_content() == "<p>Plain words.</p>"
    assert {path.stat().st_mode & 0o777 for path in queue.iterdir()} == {0o600}


@pytest.mark.parametrize("path", ["/accounts/invitation/", "/accounts/password/lost/"])
def test_delivered_mail_keeps_no_link_that_lets_its_reader_in(queue, path):
    """Otherwise readers of the table or a backup could use the link of an unopened mail."""
    link = f"https://portal.example.org{path}1-live-link/"
    send(body=f"Open {link} soon.", html=f'<p>Open <a href="{link}">this</a> soon.</p>')

    backend.send_queued()

    row = Email.objects.get()
    (mail,) = mails(queue)
    assert link in mail.get_body(("plain",)).get_content()
    assert f'href="{link}"' in mail.get_body(("html",)).get_content()
    assert row.message == f"Open https://portal.example.org{path}… soon."
    assert "live-link" not in "".join(str(value) for value in vars(row).values())


def test_mail_of_an_act_that_fails_is_never_queued(queue):
    with pytest.raises(RuntimeError), transaction.atomic():
        send()
        raise RuntimeError

    assert not Email.objects.exists()


@pytest.mark.parametrize(
    "words",
    ["{{ settings.SECRET_KEY }}", "{% load static %}", "{% nonsense", "{# gone #}", "{{{%{", "a { b } c", "%} }} #}"],
)
def test_words_of_a_mail_are_never_run_as_a_template(queue, words):
    send(subject=words, body=words, html=f"<p>{words}</p>")
    backend.send_queued()

    (mail,) = mails(queue)
    assert mail["Subject"] == words
    assert mail.get_body(("plain",)).get_content() == words
    assert mail.get_body(("html",)).get_content() == f"<p>{words}</p>"


def test_mail_that_is_refused_is_tried_again_ever_later_and_given_up_at_last(queue, settings, time_machine):
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": f"{__name__}.Broken"}, "MAX_RETRIES": 2}
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    send()
    outcomes = []

    for minutes in (0, 4, 5, 14, 15, 99):
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)
        done = backend.send_queued()
        outcomes.append((done.sent, done.deferred, done.failed))

    row = Email.objects.get()
    assert outcomes == [(0, 1, 0), (0, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 1), (0, 0, 0)]
    assert row.status == STATUS.failed
    assert {log.message for log in row.logs.all()} == {"The mail server is on holiday."}


def test_server_that_takes_nothing_is_left_in_peace(queue, settings):
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": f"{__name__}.Broken"}}
    for number in range(backend.MAX_CONSECUTIVE_FAILURES + 2):
        send(subject=str(number))

    done = backend.send_queued()

    assert done.deferred == backend.MAX_CONSECUTIVE_FAILURES
    assert Email.objects.filter(status=STATUS.queued, number_of_retries=None).count() == 2


def test_one_refused_mail_holds_up_no_other(queue, monkeypatch):
    for number in range(3):
        send(subject=str(number))
    dispatch = Email.dispatch

    def picky(email, **options):
        if email.subject == "1":
            raise OSError("No such mailbox.")
        return dispatch(email, **options)

    monkeypatch.setattr(Email, "dispatch", picky)

    done = backend.send_queued()

    assert (done.sent, done.deferred) == (2, 1)
    assert {mail["Subject"] for mail in mails(queue)} == {"0", "2"}


@pytest.mark.django_db(transaction=True)
def test_many_deliver_at_once_and_each_mail_leaves_once(queue):
    for number in range(12):
        send(subject=str(number))
    barrier = Barrier(4)

    def deliver():
        barrier.wait()
        try:
            backend.send_queued()
        finally:
            connection.close()

    threads = [Thread(target=deliver) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(int(mail["Subject"]) for mail in mails(queue)) == list(range(12))
    assert set(Email.objects.values_list("status", flat=True)) == {STATUS.sent}


@pytest.mark.django_db(transaction=True)
def test_mail_leaves_by_itself_once_its_cause_has_come_to_stay(settings, tmp_path, monkeypatch):
    settings.EMAIL_BACKEND = "foundation.mail.backend.QueueBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": "foundation.mail.backend.FileBackend"}}
    threads = []

    class Noted(Thread):
        def start(self):
            threads.append(self)
            super().start()

    monkeypatch.setattr(backend, "Thread", Noted)

    with transaction.atomic():
        send()
        send()
        assert threads == []
    for thread in threads:
        thread.join()

    assert len(mails(tmp_path / "mail")) == 2


def test_librarys_own_command_is_not_the_one_that_runs(queue, capsys):
    send()

    call_command("send_queued_mail")

    assert get_commands()["send_queued_mail"] == "gmg_portal"
    assert capsys.readouterr().out == "Mails sent: 1; put off: 0; given up: 0.\n"


def test_old_mails_are_forgotten_and_those_that_wait_are_not(queue):
    now = timezone.now()
    for subject, status, days in [
        ("sent", STATUS.sent, 8),
        ("just sent", STATUS.sent, 6),
        ("waiting", STATUS.requeued, 29),
        ("failed", STATUS.failed, 29),
        ("failed long ago", STATUS.failed, 31),
    ]:
        send(subject=subject)
        then = now - timedelta(days=days)
        Email.objects.filter(subject=subject).update(status=status, created=then, last_updated=then)

    assert backend.delete_old_mails(now) == 2
    assert set(Email.objects.values_list("subject", flat=True)) == {"just sent", "waiting", "failed"}


def test_mail_queue_is_not_in_the_admin(client, administrator):
    client.force_login(administrator)
    html = client.get("/admin/").content.decode()

    assert {model for model in admin.site._registry if model._meta.app_label == "post_office"} == set()
    assert "post_office" not in html
    assert client.get("/admin/post_office/email/").status_code == 404


# The environment


def test_mail_settings_are_read_from_one_url(tmp_path):
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    assert delivery_settings("", tmp_path) == {
        "backend": "foundation.mail.backend.FileBackend",
        "settings": {"EMAIL_FILE_PATH": tmp_path},
    }
    assert delivery_settings("file:/srv/mail", tmp_path)["settings"]["EMAIL_FILE_PATH"].as_posix() == "/srv/mail"
    assert delivery_settings("console:", tmp_path)["backend"] == "django.core.mail.backends.console.EmailBackend"
    assert delivery_settings("anymail:postmark", tmp_path)["backend"] == "anymail.backends.postmark.EmailBackend"
    assert delivery_settings("smtp://u%40x:p%2Fw@mail.example.org", tmp_path) == {
        "backend": smtp,
        "settings": {
            "EMAIL_HOST": "mail.example.org",
            "EMAIL_PORT": 587,
            "EMAIL_HOST_USER": "u@x",
            "EMAIL_HOST_PASSWORD": "p/w",
            "EMAIL_USE_TLS": True,
            "EMAIL_USE_SSL": False,
        },
    }
    assert delivery_settings("smtps://mail.example.org", tmp_path)["settings"]["EMAIL_PORT"] == 465
    assert delivery_settings("smtp://localhost:25", tmp_path)["settings"]["EMAIL_USE_TLS"] is False


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "smtp://",
        "smtp://mail.example.org:never",
        "smtp://user@mail.example.org",
        "smtp://mail.example.org/inbox",
        "http://mail.example.org",
        "file:mail",
        "file://host/mail",
        "anymail:",
        "anymail:base",
        "anymail:pigeon",
        "anymail:os.path",
    ],
)
def test_wrong_way_out_is_refused_in_a_sentence(url, tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"^MAIL_URL .*\.$"):
        delivery_settings(url, tmp_path)


def test_mail_service_without_its_key_fails_at_start(settings):
    settings.POST_OFFICE = {"BACKENDS": {"default": "anymail.backends.postmark.EmailBackend"}}
    (refusal,) = check_mail_backend(None)

    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "t"}

    assert refusal.msg.startswith("Mail cannot leave by the way that MAIL_URL names: You must set")
    assert check_mail_backend(None) == []


def test_refusal_does_not_repeat_a_password(tmp_path):
    with pytest.raises(ImproperlyConfigured) as refusal:
        delivery_settings("smtp://user:secret@mail.example.org:x", tmp_path)

    assert "secret" not in str(refusal.value)


def test_public_address_is_one_of_the_web():
    assert public_url("https://portal.example.org/") == "https://portal.example.org"
    for url in ("portal.example.org", "ftp://portal.example.org", "https://", "https://x.org/?a=1"):
        with pytest.raises(ImproperlyConfigured, match="^PUBLIC_URL is"):
            public_url(url)


def test_sender_is_an_address_with_or_without_a_name():
    for written in ("portal@example.org", "The portal <portal@example.org>", "portal@localhost"):
        assert sender_address(written, "smtp://mail.example.org") == written
    for written in ("portal", "The portal portal@example.org", "A <b", "a@example.org\nBcc: b@example.org"):
        with pytest.raises(ImproperlyConfigured, match="^MAIL_FROM is"):
            sender_address(written, "")


def test_mail_that_leaves_the_machine_needs_a_sender():
    assert sender_address("", "") == sender_address("", "console:") == "portal@localhost"
    for url in ("smtp://mail.example.org", "smtps://mail.example.org", "anymail:postmark"):
        with pytest.raises(ImproperlyConfigured, match="^MAIL_FROM is not set"):
            sender_address("", url)
