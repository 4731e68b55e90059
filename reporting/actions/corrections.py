"""Mistakes that readers report without an account: reporting, answering, closing, and deleting personal data."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import AnyUser, User
from commitments.models import Commitment
from foundation.http.client_ip import throttle_key
from foundation.mail.messages import AUTO_GENERATED, absolute_url, build_message
from foundation.row_versions import check_version
from reporting.choices import NotificationKind
from reporting.models import Correction
from reporting.notifications import events
from reporting.notifications.recipients import has_access

State = Correction.State
# The limits: reports from one sender in an hour, and reports in total in a day.
PER_SENDER, HOUR = 5, timedelta(hours=1)
PER_DAY, DAY = 200, timedelta(days=1)
KEEP_ADDRESS = timedelta(days=90)
LOCK_KEY = 0x6D697374  # of the advisory lock in the database that serializes reports


class TooManyReports(Exception):
    """Too many reports within a time limit; the message is shown to the reader, `wait` is in seconds."""

    def __init__(self, message: str, wait: timedelta):
        super().__init__(message)
        self.wait = int(wait.total_seconds())


def hash_sender(request: HttpRequest) -> str:
    """Return a keyed hash of the client's throttle key, which does not reveal the client IP."""
    return salted_hmac("reporting.corrections", throttle_key(request), algorithm="sha256").hexdigest()


@transaction.atomic
def report(
    commitment: Commitment, *, text: str, address: str = "", sender: str, by: AnyUser | None = None
) -> Correction:
    """Store a mistake that a reader reports, and notify the reviewers; raise TooManyReports beyond the limits.

    Users who write for the lead (`by`) have no hourly limit, and their `sender` is not stored.
    """
    if by is not None and by.is_authenticated and has_access(Commitment.objects.handled_by, by, commitment):
        sender = ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
    now = timezone.now()
    forget_senders(now)
    if sender and Correction.objects.filter(sender=sender).count() >= PER_SENDER:
        raise TooManyReports(
            _("You have reported several mistakes in this hour. Send this one in an hour’s time."), HOUR
        )
    if Correction.objects.filter(reported_at__gt=now - DAY).count() >= PER_DAY:
        raise TooManyReports(_("Very many mistakes were reported today. Send this one tomorrow."), DAY)
    mistake = Correction(commitment=commitment, text=text, address=address, sender=sender)
    mistake._change_reason = "report"
    mistake._history_user = None
    mistake.save()
    events.notify(NotificationKind.CORRECTION_REQUESTED, mistake, by=None)
    return mistake


@transaction.atomic
def answer(mistake: Correction, *, text: str, by: User, seen: int | None = None) -> Correction:
    """Answer a mistake; the answer is mailed to the reader if they left an address."""
    if not text.strip():
        raise ValidationError({"words": _("Write the answer.")})
    mistake, address = _settle(mistake, State.ANSWERED, text, by, seen)
    if address:
        _mail(mistake, address)
    return mistake


@transaction.atomic
def close(mistake: Correction, *, text: str, by: User, seen: int | None = None) -> Correction:
    """Close a mistake without an answer; the reason is visible to reviewers only."""
    if not text.strip():
        raise ValidationError({"words": _("Say why it is closed without an answer.")})
    return _settle(mistake, State.CLOSED, text, by, seen)[0]


def _settle(mistake: Correction, state: str, text: str, by: User, seen: int | None) -> tuple[Correction, str]:
    mistake = Correction.objects.select_for_update(of=("self",)).select_related("commitment").get(pk=mistake.pk)
    check_version(mistake, seen)
    if mistake.state != State.OPEN:
        raise ValidationError(_("This is settled already."))
    if not has_access(Correction.objects.answerable_by, by, mistake):
        raise PermissionDenied(_("You may not do this here."))
    address, mistake.address, mistake.sender = mistake.address, "", ""
    mistake.state, mistake.answer = state, text.strip()
    mistake.settled_by, mistake.settled_at = by, timezone.now()
    mistake._change_reason, mistake._history_user = str(state), by
    mistake.save()
    return mistake, address


def _mail(mistake: Correction, address: str) -> None:
    commitment = mistake.commitment
    with translation.override(settings.LANGUAGE_CODE):
        build_message(
            "answer",
            to=address,
            subject=_("Your note on %(reference)s") % {"reference": commitment.reference},
            headers=AUTO_GENERATED,
            commitment=commitment,
            answer=mistake.answer,
            text=mistake.text,
            page=absolute_url(commitment.get_absolute_url()),
        ).send()


def forget_senders(now: datetime) -> int:
    """Delete the hashed senders after the hour in which they count, and return how many rows changed."""
    return Correction.objects.filter(reported_at__lte=now - HOUR).exclude(sender="").update(sender="")


def forget_addresses(now: datetime) -> int:
    """Delete the mail addresses of mistakes not answered in time, and return how many rows changed."""
    return Correction.objects.filter(reported_at__lte=now - KEEP_ADDRESS).exclude(address="").update(address="")
