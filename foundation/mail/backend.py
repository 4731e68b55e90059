"""The mail queue. Each mail is written into the database, in the transaction of the change that causes it.

From there mails are delivered row by row. A row is locked during its delivery, so several processes and machines can
deliver at the same time without sending a mail twice. A mail that was not delivered is tried again later.
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

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from post_office.backends import EmailBackend
from post_office.connections import connections as post_office_connections
from post_office.models import STATUS, Email
from post_office.settings import get_max_retries, get_retry_timedelta
from post_office.utils import cleanup_expired_mails

from foundation.http.logs import redact_secrets

# Long enough to look into a complaint. Secret links are redacted after delivery.
KEEP_SENT = timedelta(days=7)
KEEP_UNSENT = timedelta(days=30)
MAX_CONSECUTIVE_FAILURES = 3
WAITING_STATUSES = (STATUS.queued, STATUS.requeued)
TEMPLATE_TAG_START = re.compile(r"\{(?=[{%#])")

log = logging.getLogger(__name__)


class QueueBackend(EmailBackend):
    """An e-mail backend that queues mails. Template tags in them are escaped, as the queue would render them."""

    def send_messages(self, email_messages):
        queued = super().send_messages([_escape_message(message) for message in email_messages])
        if email_messages:
            transaction.on_commit(start_background_delivery, robust=True)
        return len(email_messages) if queued is not None else 0


def _escape_message(message: EmailMessage) -> EmailMessage:
    """Return a copy whose texts stay the same when the queue renders them as templates."""
    message = copy.copy(message)
    message.subject, message.body = _escape_tags(str(message.subject)), _escape_tags(str(message.body))
    if getattr(message, "alternatives", None):
        message.alternatives = [(_escape_tags(str(content)), kind) for content, kind in message.alternatives]
    return message


def _escape_tags(text: str) -> str:
    return TEMPLATE_TAG_START.sub("{% templatetag openbrace %}", text)


class FileBackend(BaseEmailBackend):
    """An e-mail backend that writes each mail into a file of mode 0600."""

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
    """Counts of a delivery of the queue."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    consecutive_failures: int = 0


def due_mails() -> QuerySet[Email]:
    """Return the mails that can be delivered now."""
    now = timezone.now()
    due = Q(scheduled_time__lte=now) | Q(scheduled_time=None)
    return Email.objects.filter(due, Q(expires_at__gt=now) | Q(expires_at=None), status__in=WAITING_STATUSES)


def send_queued() -> Delivery:
    """Deliver all due mails, the oldest first, each in its own transaction.

    Stops after `MAX_CONSECUTIVE_FAILURES`, so that the other mails do not use up their attempts.
    """
    delivery = Delivery()
    try:
        while delivery.consecutive_failures < MAX_CONSECUTIVE_FAILURES and _send_next(delivery):
            pass
    finally:
        post_office_connections.close()
    return delivery


def _send_next(delivery: Delivery) -> bool:
    with transaction.atomic():
        email = due_mails().select_for_update(skip_locked=True, of=("self",)).order_by("-priority", "pk").first()
        if email is None:
            return False
        try:
            email.dispatch(commit=False, disconnect_after_delivery=False)
        except Exception as error:  # mail servers and their libraries raise many kinds of errors
            _defer(email, error, delivery)
        else:
            _set_status(email, STATUS.sent, **_redacted_texts(email))
            delivery.sent += 1
            delivery.consecutive_failures = 0
    return True


def _redacted_texts(email: Email) -> dict[str, str]:
    """Return the texts of a delivered mail without secret links, which would let readers of the table sign in."""
    return {name: redact_secrets(getattr(email, name)) for name in ("message", "html_message")}


def _defer(email: Email, error: Exception, delivery: Delivery) -> None:
    """Schedule the next attempt, each after double the time; after the last mark the mail as failed. Log the error."""
    post_office_connections.close()
    delivery.consecutive_failures += 1
    attempts = (email.number_of_retries or 0) + 1
    email.logs.create(status=STATUS.failed, message=str(error), exception_type=type(error).__name__)
    log.warning("Mail %s was not taken: %s.", email.pk, type(error).__name__)
    if attempts > get_max_retries():
        _set_status(email, STATUS.failed)
        delivery.failed += 1
    else:
        next_try = timezone.now() + get_retry_timedelta() * 2 ** (attempts - 1)
        _set_status(email, STATUS.requeued, number_of_retries=attempts, scheduled_time=next_try)
        delivery.deferred += 1


def _set_status(email: Email, status: int, **columns: object) -> None:
    Email.objects.filter(pk=email.pk).update(status=status, last_updated=timezone.now(), **columns)


def delete_old_mails(now: datetime) -> int:
    """Delete old mails, delivered ones earlier than others. Returns their number."""
    sent = Email.objects.filter(status=STATUS.sent, last_updated__lt=now - KEEP_SENT)
    count = sent.count()
    sent.delete()
    return count + cleanup_expired_mails(now - KEEP_UNSENT)[0]


# Background delivery: a thread of the process that queued the mail delivers at once, so no request waits for a mail
# server. What fails or is interrupted stays in the queue for `manage.py remind`.
_delivery_requested, _delivery_lock, _background = Event(), Lock(), local()


@contextmanager
def without_background_delivery() -> Iterator[None]:
    """Disable background delivery in this thread, for commands that queue mails and then deliver them."""
    _background.disabled = True
    try:
        yield
    finally:
        _background.disabled = False


def start_background_delivery() -> None:
    """Start the delivery thread unless it runs. It is no daemon: an interrupted delivery would be sent twice."""
    if getattr(_background, "disabled", False):
        return
    _delivery_requested.set()
    if _delivery_lock.acquire(blocking=False):
        Thread(target=_deliver_in_background, name="mail", daemon=False).start()


def _deliver_in_background() -> None:
    try:
        while _delivery_requested.is_set():
            _delivery_requested.clear()
            send_queued()
    except Exception:
        log.exception("The mail queue could not be delivered: `manage.py remind` tries again.")
    finally:
        connections.close_all()
        _delivery_lock.release()
    if _delivery_requested.is_set():
        start_background_delivery()
