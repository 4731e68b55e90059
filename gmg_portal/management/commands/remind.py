"""`manage.py remind`, for cron or a timer: may run as often as it likes, and on as many machines."""

from dataclasses import dataclass

from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import idempotent_forms
from agencies.actions import revoke_orphaned_tokens
from commitments import corrections
from commitments.notifications import digests, events
from foundation.mail import backend
from gmg_portal.accounts.attempts import clear_old_attempts
from gmg_portal.accounts.owner_warnings import clear_old_warnings
from gmg_portal.accounts.session_store import SessionStore
from gmg_portal.accounts.sessions import forget_ended_sessions
from gmg_portal.api.drafts.keeping import sweep

NOWHERE = "django.core.mail.backends.dummy.EmailBackend"


@dataclass
class Round:
    """All that one run came to."""

    noted: int
    told: digests.SendResult
    delivery: backend.Delivery
    forgotten: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.told.failed or self.delivery.given_up)

    def __str__(self) -> str:
        return _(
            "Reminded: %(noted)s new of due days; mails written: %(digests)s digests, %(alone)s by themselves; "
            "sent: %(sent)s; put off: %(put_off)s; given up: %(given_up)s; people not reached: %(failed)s; "
            "old mails and addresses forgotten: %(forgotten)s."
        ) % {
            "noted": self.noted,
            "digests": len(self.told.digests),
            "alone": len(self.told.single),
            "sent": self.delivery.sent,
            "put_off": self.delivery.put_off,
            "given_up": self.delivery.given_up,
            "failed": len(self.told.failed),
            "forgotten": self.forgotten,
        }


class Command(BaseCommand):
    help = "Tell people by mail what is due and what happened, send what is queued, and forget old mails."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Say what would be written, and do nothing.")

    def handle(self, *, dry_run, **options):
        if dry_run:
            return self.rehearse()
        with backend.by_hand():
            with transaction.atomic():
                noted = events.notify_due_cycles()
            done = Round(noted, digests.send_all(), backend.send_queued(), forget())
        if done.failed:
            raise CommandError(str(done))
        self.stdout.write(str(done))
        return None

    def rehearse(self):
        """Do it, and undo it before anybody can see it."""
        with transaction.atomic():
            noted = events.notify_due_cycles()
            told = digests.send_all(get_connection(NOWHERE))
            transaction.set_rollback(True)
        for person, subject in [*told.single, *told.digests]:
            self.stdout.write(_("To %(address)s: %(subject)s") % {"address": person.email, "subject": subject})
        waiting = backend.waiting().count()
        self.stdout.write(
            _("Nothing was done. New of due days: %(noted)s; mails to write: %(mails)s; in the queue: %(waiting)s.")
            % {"noted": noted, "mails": len(told.single) + len(told.digests), "waiting": waiting}
        )


def forget() -> int:
    now = timezone.now()
    corrections.forget_senders(now)
    sweep(now)
    SessionStore.clear_expired()
    forget_ended_sessions()
    clear_old_attempts(now)
    clear_old_warnings(now)
    idempotent_forms.clear_old(now)
    revoke_orphaned_tokens()
    return backend.clear_old(now) + corrections.forget_addresses(now)
