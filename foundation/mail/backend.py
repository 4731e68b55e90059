"""The mail queue. Whatever sends mail here writes it into the database, in the transaction that gives cause for it.

From there it leaves row by row: each is locked while it is handed over, so any number of processes and machines may
deliver at the same time, and none sends what another sends. A mail that was not handed over waits for a later try.
"""

import copy
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread, local
from uuid import uuid4

from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone
from post_office.backends import EmailBackend
from post_office.connections import connections as ways_out
from post_office.models import STATUS, Email
from post_office.settings import get_max_retries, get_retry_timedelta
from post_office.utils import cleanup_expired_mails

from foundation.http.logs import without_secrets

# For as long as an operator may want to look into a complaint. Links that let people in are cut out once delivered.
KEEP_SENT = timedelta(days=7)
KEEP_UNSENT = timedelta(days=30)
ENOUGH = 3
WAITING = (STATUS.queued, STATUS.requeued)
TAG = re.compile(r"\{(?=[{%#])")

log = logging.getLogger(__name__)


class QueueBackend(EmailBackend):
    """Django's door to the queue. What is written in a mail is never run as a template, though the queue would."""

    def send_messages(self, email_messages):
        queued = super().send_messages([_verbatim(message) for message in email_messages])
        if email_messages:
            transaction.on_commit(deliver_soon, robust=True)
        return len(email_messages) if queued is not None else 0


def _verbatim(message):
    """A copy that reads the same once it has gone through a template engine."""
    message = copy.copy(message)
    message.subject, message.body = _escaped(str(message.subject)), _escaped(str(message.body))
    if getattr(message, "alternatives", None):
        message.alternatives = [(_escaped(str(content)), kind) for content, kind in message.alternatives]
    return message


def _escaped(text: str) -> str:
    return TAG.sub("{% templatetag openbrace %}", text)


class FileBackend(BaseEmailBackend):
    """Each mail is a file of its own, for the eyes of the portal's account alone."""

    def __init__(self, *args, file_path=None, **kwargs):
        super().__init__(*args, **kwargs)
        from django.conf import settings

        self.folder = Path(file_path or settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages):
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            path = self.folder / f"{timezone.now():%Y%m%dT%H%M%S}-{uuid4().hex[:12]}.eml"
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.message().as_bytes(linesep="\n"))
        return len(email_messages)


@dataclass
class Delivery:
    """What became of the queue."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    refused_in_a_row: int = 0


def waiting():
    """Mails that may leave now."""
    now = timezone.now()
    due = Q(scheduled_time__lte=now) | Q(scheduled_time=None)
    return Email.objects.filter(due, Q(expires_at__gt=now) | Q(expires_at=None), status__in=WAITING)


def send_queued() -> Delivery:
    """Hand over all that waits, the oldest first; each mail in a transaction of its own.

    A server that takes nothing is left in peace after a few mails: the others keep their tries.
    """
    delivery = Delivery()
    try:
        while delivery.refused_in_a_row < ENOUGH and _send_next(delivery):
            pass
    finally:
        ways_out.close()
    return delivery


def _send_next(delivery: Delivery) -> bool:
    with transaction.atomic():
        email = waiting().select_for_update(skip_locked=True, of=("self",)).order_by("-priority", "pk").first()
        if email is None:
            return False
        try:
            email.dispatch(commit=False, disconnect_after_delivery=False)
        except Exception as refusal:  # whatever a mail server or its library has to say
            _put_off(email, refusal, delivery)
        else:
            _note(email, STATUS.sent, **_texts_to_keep(email))
            delivery.sent += 1
            delivery.refused_in_a_row = 0
    return True


def _texts_to_keep(email: Email) -> dict[str, str]:
    """Return what is kept of a delivered mail: not its link, with which whoever reads the table could sign in."""
    return {name: without_secrets(getattr(email, name)) for name in ("message", "html_message")}


def _put_off(email: Email, refusal: Exception, delivery: Delivery) -> None:
    """Try again later, each time after a longer while; at last give up, and keep what the server said."""
    ways_out.close()
    delivery.refused_in_a_row += 1
    tries = (email.number_of_retries or 0) + 1
    email.logs.create(status=STATUS.failed, message=str(refusal), exception_type=type(refusal).__name__)
    log.warning("Mail %s was not taken: %s.", email.pk, type(refusal).__name__)
    if tries > get_max_retries():
        _note(email, STATUS.failed)
        delivery.given_up += 1
    else:
        next_try = timezone.now() + get_retry_timedelta() * 2 ** (tries - 1)
        _note(email, STATUS.requeued, number_of_retries=tries, scheduled_time=next_try)
        delivery.put_off += 1


def _note(email: Email, status: int, **columns) -> None:
    Email.objects.filter(pk=email.pk).update(status=status, last_updated=timezone.now(), **columns)


def clear_old(now: datetime) -> int:
    """Forget mails of the past, first of all those that were delivered. Returns how many."""
    sent = Email.objects.filter(status=STATUS.sent, last_updated__lt=now - KEEP_SENT)
    count = sent.count()
    sent.delete()
    return count + cleanup_expired_mails(now - KEEP_UNSENT)[0]


# At once, in the background of the process that queued it: nobody waits for a mail server, and what fails here, or is
# cut short, is still in the queue for `manage.py remind`.
_wanted, _busy, _by_hand = Event(), Lock(), local()


@contextmanager
def by_hand() -> Iterator[None]:
    """For whoever queues mails and then delivers them: meanwhile nothing leaves in the background."""
    _by_hand.now = True
    try:
        yield
    finally:
        _by_hand.now = False


def deliver_soon() -> None:
    """The process ends only when the mail that is being handed over is: cut short, it would go out twice."""
    if getattr(_by_hand, "now", False):
        return
    _wanted.set()
    if _busy.acquire(blocking=False):
        Thread(target=_deliver, name="mail", daemon=False).start()


def _deliver() -> None:
    try:
        while _wanted.is_set():
            _wanted.clear()
            send_queued()
    except Exception:
        log.exception("The mail queue could not be delivered: `manage.py remind` tries again.")
    finally:
        connections.close_all()
        _busy.release()
    if _wanted.is_set():
        deliver_soon()
