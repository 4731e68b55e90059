"""`manage.py remind`, for cron or a timer. It may run at any interval, and on several machines at the same time."""

from dataclasses import dataclass

from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.access_tokens import revoke_orphaned_tokens
from accounts.attempts.attempt_limits import delete_old_attempts
from accounts.attempts.owner_warnings import delete_old_warnings
from accounts.forms import idempotent
from accounts.sessions.last_seen import delete_ended_sessions
from accounts.sessions.store import SessionStore
from foundation.mail import backend
from gmg_portal.api.drafts.idempotency import delete_expired_records
from reporting.actions import corrections
from reporting.notifications import digests, events

DUMMY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


@dataclass
class RunResult:
    """The counts of one run: due dates recorded, mails written and delivered, old rows deleted."""

    recorded: int
    messages: digests.SendResult
    delivery: backend.Delivery
    deleted: int = 0

    @property
    def has_failures(self) -> bool:
        return bool(self.messages.failed or self.delivery.failed)

    def __str__(self) -> str:
        return _(
            "Reminded: %(noted)s new deadlines; mails written: %(digests)s digests, %(alone)s by themselves; "
            "sent: %(sent)s; put off: %(put_off)s; given up: %(given_up)s; people not reached: %(failed)s; "
            "old mails and addresses forgotten: %(forgotten)s."
        ) % {
            "noted": self.recorded,
            "digests": len(self.messages.digests),
            "alone": len(self.messages.single),
            "sent": self.delivery.sent,
            "put_off": self.delivery.deferred,
            "given_up": self.delivery.failed,
            "failed": len(self.messages.failed),
            "forgotten": self.deleted,
        }


class Command(BaseCommand):
    """Send mails and delete what has expired. CommandError if a mail failed, so that cron reports it."""

    help = "Tell people by mail what is due and what happened, send what is queued, and forget old mails."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Say what would be written, and do nothing.")

    def handle(self, *, dry_run, **options):
        if dry_run:
            return self.print_dry_run()
        with backend.without_background_delivery():
            with transaction.atomic():
                recorded = events.notify_due()
            result = RunResult(recorded, digests.send_all(), backend.send_queued(), delete_expired())
        if result.has_failures:
            raise CommandError(str(result))
        self.stdout.write(str(result))
        return None

    def print_dry_run(self):
        """Print the mails that a run would write: write them to a dummy backend, then roll back."""
        with transaction.atomic():
            recorded = events.notify_due()
            messages = digests.send_all(get_connection(DUMMY_BACKEND))
            transaction.set_rollback(True)
        for person, subject in [*messages.single, *messages.digests]:
            self.stdout.write(_("To %(address)s: %(subject)s") % {"address": person.email, "subject": subject})
        waiting = backend.due_mails().count()
        self.stdout.write(
            _("Nothing was done. New deadlines: %(noted)s; mails to write: %(mails)s; in the queue: %(waiting)s.")
            % {"noted": recorded, "mails": len(messages.single) + len(messages.digests), "waiting": waiting}
        )


def delete_expired() -> int:
    """Delete all rows past their retention time, and return the number of mails and addresses among them."""
    now = timezone.now()
    corrections.forget_senders(now)
    delete_expired_records(now)
    SessionStore.clear_expired()
    delete_ended_sessions()
    delete_old_attempts(now)
    delete_old_warnings(now)
    idempotent.delete_old_submissions(now)
    revoke_orphaned_tokens()
    return backend.delete_old_mails(now) + corrections.forget_addresses(now)
