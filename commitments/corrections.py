"""Mistakes that readers report: from the form on a commitment's page, without an account, to an answer or a close."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from agencies.actions import check_version
from commitments.models import Commitment, Mistake
from commitments.notifications import events
from foundation.http.client_ip import throttle_key
from foundation.mail.messages import AUTO_GENERATED, absolute_url, build_message

State = Mistake.State
# So many from one address in an hour, and so many from all the world in a day.
PER_SENDER, HOUR = 5, timedelta(hours=1)
PER_DAY, DAY = 200, timedelta(days=1)
KEEP_ADDRESS = timedelta(days=90)
ONE_AT_A_TIME = 0x6D697374  # the key of a lock in the database


class TooMany(Exception):
    """Refused for now; the message is for the reader, `wait` in seconds."""

    def __init__(self, message: str, wait: timedelta):
        super().__init__(message)
        self.wait = int(wait.total_seconds())


def sender_of(request) -> str:
    """Stands for the place that a request comes from, and cannot be turned back into it without the portal's key."""
    return salted_hmac("commitments.corrections", throttle_key(request), algorithm="sha256").hexdigest()


@transaction.atomic
def report(commitment: Commitment, *, text: str, address: str = "", sender: str, by=None) -> Mistake:
    """Put a reader's word into the inbox of the reviewers, unless too many came of late.

    Whoever writes for the lead (`by`) is known, and may ask for as much as they lead: their sender is not kept.
    """
    if by is not None and by.is_authenticated and events.may(Commitment.objects.handled_by, by, commitment):
        sender = ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    now = timezone.now()
    forget_senders(now)
    if sender and Mistake.objects.filter(sender=sender).count() >= PER_SENDER:
        raise TooMany(_("You have reported several mistakes in this hour. Send this one in an hour’s time."), HOUR)
    if Mistake.objects.filter(reported_at__gt=now - DAY).count() >= PER_DAY:
        raise TooMany(_("Very many mistakes were reported today. Send this one tomorrow."), DAY)
    mistake = Mistake(commitment=commitment, text=text, address=address, sender=sender)
    mistake._change_reason = "report"
    mistake._history_user = None
    mistake.save()
    events.mistake_reported(mistake)
    return mistake


@transaction.atomic
def answer(mistake: Mistake, *, words: str, by, seen: int | None = None) -> Mistake:
    """Settle it with an answer, which goes to the reader by mail if they left an address."""
    if not words.strip():
        raise ValidationError({"words": _("Write the answer.")})
    mistake, address = _settle(mistake, State.ANSWERED, words, by, seen)
    if address:
        _mail(mistake, address)
    return mistake


@transaction.atomic
def close(mistake: Mistake, *, words: str, by, seen: int | None = None) -> Mistake:
    """Settle it without an answer, for a reason that stays among the reviewers."""
    if not words.strip():
        raise ValidationError({"words": _("Say why it is closed without an answer.")})
    return _settle(mistake, State.CLOSED, words, by, seen)[0]


def _settle(mistake: Mistake, state: str, words: str, by, seen: int | None) -> tuple[Mistake, str]:
    mistake = Mistake.objects.select_for_update(of=("self",)).select_related("commitment").get(pk=mistake.pk)
    check_version(mistake, seen)
    if mistake.state != State.OPEN:
        raise ValidationError(_("This is settled already."))
    if not events.may(Mistake.objects.answerable_by, by, mistake):
        raise PermissionDenied(_("You may not do this here."))
    address, mistake.address, mistake.sender = mistake.address, "", ""
    mistake.state, mistake.answer = state, words.strip()
    mistake.settled_by, mistake.settled_at = by, timezone.now()
    mistake._change_reason, mistake._history_user = str(state), by
    mistake.save()
    return mistake, address


def _mail(mistake: Mistake, address: str) -> None:
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
            page=absolute_url(reverse("commitments:detail", args=[commitment.reference])),
        ).send()


def forget_senders(now) -> int:
    """Who sent is known for the hour in which that counts."""
    return Mistake.objects.filter(reported_at__lte=now - HOUR).exclude(sender="").update(sender="")


def forget_addresses(now) -> int:
    """An address that nobody answered to is not kept for ever."""
    return Mistake.objects.filter(reported_at__lte=now - KEEP_ADDRESS).exclude(address="").update(address="")
