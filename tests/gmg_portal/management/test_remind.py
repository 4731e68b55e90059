"""Test `manage.py remind`, run repeatedly and on several machines."""

import os
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier, Thread

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import User
from foundation.clock import today
from reporting.choices import NotificationKind
from reporting.models import Correction, Digest, Notification
from reporting.notifications import digests, events
from tests.foundation.mail.test_backend import Broken, mails, queue
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    CorrectionFactory,
    NotificationFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    focal_point,
)
from tests.support.locks import waiting_for_locks
from tests.support.processes import forked, kill_all, start, wait_until

__all__ = ["Broken", "queue"]
LATE = datetime(2014, 9, 1, 9, tzinfo=UTC)
NOTHING = (
    "Reminded: 0 new deadlines; mails written: 0 digests, 0 by themselves; sent: 0; put off: 0; given up: 0; "
    "people not reached: 0; old mails and addresses forgotten: 0.\n"
)


@pytest.fixture
def overdue(ilo_focal_point, commitment, cycle, time_machine):
    """Create a report of ILO that was due yesterday."""
    time_machine.move_to(LATE)
    return ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)


def run_command(capsys, *arguments):
    call_command("remind", *arguments)
    return capsys.readouterr().out


@pytest.mark.django_db
def test_second_run_does_nothing(queue, capsys, overdue, ilo_alternate):
    first, second = run_command(capsys), run_command(capsys)

    assert first == NOTHING.replace("0 new", "2 new").replace("0 digests", "2 digests").replace("sent: 0", "sent: 2")
    assert second == NOTHING
    assert sorted(mail["To"] for mail in mails(queue)) == [
        "ilo_alternate@example.org",
        "ilo_focal_point@example.org",
    ]
    assert {mail["Subject"] for mail in mails(queue)} == {"Overdue: reports for Second half of 2014"}


@pytest.mark.django_db
def test_dry_run_says_what_it_would_do_and_does_nothing(queue, capsys, overdue):
    NotificationFactory(recipient=overdue.commitment.lead_agency.memberships.get().user, commitment=overdue.commitment)

    rehearsed = run_command(capsys, "--dry-run")

    assert rehearsed == (
        "To ilo_focal_point@example.org: Overdue: reports for Second half of 2014, and one thing more\n"
        "Nothing was done. New deadlines: 1; mails to write: 1; in the queue: 0.\n"
    )
    assert Notification.objects.count() == Notification.objects.waiting().count() == 1
    assert not Digest.objects.exists() and not Email.objects.exists()
    assert mails(queue) == []


@pytest.mark.django_db
def test_unsent_immediate_notification_is_sent_later_in_its_own_mail(
    queue, capsys, ilo_focal_point, commitment, secretariat
):
    report = ProgressReportFactory(sent_back=True, commitment=commitment, author=ilo_focal_point)
    events.notify(NotificationKind.SENT_BACK, report, by=secretariat)
    NotificationFactory(recipient=ilo_focal_point, commitment=commitment)

    assert "1 digests, 1 by themselves" in run_command(capsys)
    assert len(mails(queue)) == 2


@pytest.mark.django_db
def test_mail_that_is_given_up_is_an_error_for_monitoring(queue, settings, overdue, time_machine):
    settings.POST_OFFICE = settings.POST_OFFICE | {
        "BACKENDS": {"default": "tests.foundation.mail.test_backend.Broken"},
        "MAX_RETRIES": 0,
    }

    with pytest.raises(CommandError, match="sent: 0; put off: 0; given up: 1;"):
        call_command("remind")


@pytest.mark.django_db
def test_unreachable_person_is_an_error_for_monitoring(queue, overdue, ilo_focal_point):
    User.objects.filter(pk=ilo_focal_point.pk).update(email="no address")

    with pytest.raises(CommandError, match="people not reached: 1"):
        call_command("remind")

    assert Notification.objects.waiting().count() == 1
    assert not Digest.objects.exists() and not Email.objects.exists()


@pytest.mark.django_db
def test_old_mails_and_addresses_are_forgotten(queue, capsys):
    long_ago = timezone.now() - timedelta(days=91)
    Email.objects.create(from_email="a@example.org", to=["b@example.org"], status=STATUS.sent)
    Email.objects.update(created=long_ago, last_updated=long_ago)
    CorrectionFactory(sender="known")
    Correction.objects.update(reported_at=long_ago)

    assert "forgotten: 2" in run_command(capsys)
    assert Correction.objects.filter(address="", sender="").count() == 1


@pytest.mark.django_db
def test_round_costs_little_when_there_is_nothing_to_do(queue, django_assert_max_num_queries):
    for _number in range(30):
        CorrectionFactory()

    with django_assert_max_num_queries(24, info="A new @daily function may add one query: raise the limit by it."):
        call_command("remind")

    assert not Email.objects.exists()


# Concurrency


@pytest.fixture
def owing(transactional_db):
    """Create three users with reports due yesterday, one of whom has a report sent back."""
    cycle = ReportingCycleFactory(
        opened=True,
        opens_on=today() - timedelta(days=60),
        due_on=today() - timedelta(days=1),
        closes_on=today() + timedelta(days=60),
    )
    people = []
    for name in ("ada", "ben", "cleo"):
        agency = AgencyFactory(code=name)
        people.append(focal_point(agency, name))
        ProgressReportFactory(commitment=CommitmentFactory(lead_agency=agency), cycle=cycle, blank=True)
    report = ProgressReportFactory(sent_back=True, commitment=CommitmentFactory(lead_agency=agency))
    events.notify(NotificationKind.SENT_BACK, report, by=None)
    return people


EXPECTED = Counter({"ada@example.org": 1, "ben@example.org": 1, "cleo@example.org": 2})


def recipients(folder):
    return Counter(mail["To"] for mail in mails(folder))


def remote_environment(folder, **more):
    """Return the environment of a command on another machine: the same database, and mail written to a folder."""
    connection_params = connection.get_connection_params()
    database = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**{"password": "", **connection_params})
    inherited = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE", "HOME", "PATH"))}
    own = {"DATABASE_URL": database, "SECRET_KEY": "for-the-tests-only", "PORTAL_VAR": str(folder / "var")}
    return inherited | own | {"MAIL_URL": f"file:{folder / 'mail'}"} | more


@pytest.mark.processes
def test_two_processes_send_each_mail_once(owing, queue):
    events.notify_due()
    with transaction.atomic():
        list(Notification.objects.filter(kind="overdue").select_for_update())
        both = [forked(lambda: call_command("remind", stdout=StringIO())) for _number in range(2)]
        wait_until(lambda: waiting_for_locks() == 2, "both processes stand before the same rows")
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in both]

    assert statuses == [0, 0]
    assert recipients(queue) == EXPECTED
    assert Email.objects.count() == 4 == Email.objects.filter(status=STATUS.sent).count()
    assert Digest.objects.filter(day=today()).count() == 3


def test_concurrent_threads_send_each_notification_once(owing, queue):
    barrier, failures = Barrier(4), []

    def remind():
        barrier.wait()
        try:
            call_command("remind", stdout=open(os.devnull, "w"))  # noqa: SIM115
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [Thread(target=remind) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert recipients(queue) == EXPECTED
    assert Notification.objects.waiting().count() == 0


@pytest.mark.processes
def test_kill_between_queueing_and_sending_loses_and_doubles_nothing(owing, queue, capsys, tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(60)
        server = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        process = start(
            "manage.py", "remind", env=remote_environment(tmp_path, MAIL_URL=server, MAIL_FROM="portal@example.org")
        )
        accepted, _address = silent.accept()
        kill_all([psutil.Process(process.pid)])
        accepted.close()
    process.communicate()

    assert Counter(Email.objects.values_list("status", flat=True)) == {STATUS.queued: 4}
    assert "0 digests, 0 by themselves; sent: 4;" in run_command(capsys)
    assert recipients(queue) == EXPECTED


def test_digest_written_by_another_process_is_no_failure(owing, queue):
    events.notify_due()
    barrier = Barrier(2)
    sent = []

    def tell():
        barrier.wait()
        try:
            sent.append(digests.send_all())
        finally:
            connection.close()

    threads = [Thread(target=tell) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.failed for one in sent] == [[], []]
    assert sum(len(one.digests) for one in sent) == 3
