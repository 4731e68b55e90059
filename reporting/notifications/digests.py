"""Mails of notifications: immediate kinds are mailed at once, all others in one digest a day.

A notification and its mail are written in one transaction, and both are locked or unique in the database, so that
several processes may send at the same time. Notifications that are no longer relevant are dropped.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.models import User
from accounts.profile.preferences_tokens import preferences_token
from foundation.clock import today
from foundation.mail.messages import absolute_url, build_message
from reporting.choices import NotificationKind
from reporting.models import Digest, Notification
from reporting.models.notification import SUBJECTS
from reporting.notifications.kinds import KINDS
from reporting.notifications.sections import Section, SectionBuilder
from reporting.querysets import NotificationQuerySet

IMMEDIATE = [kind.value for kind in KINDS.values() if kind.immediate]

log = logging.getLogger(__name__)


@dataclass
class SendResult:
    """The result of a run: one pair (recipient, subject) for each mail, in digests or of single notifications."""

    digests: list[tuple[User, str]] = field(default_factory=list)
    single: list[tuple[User, str]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)  # keys of the users whose mails failed


# Sending


def send_on_commit(notifications: Iterable[Notification]) -> None:
    """Mail each notification by itself when the current transaction is committed."""
    for notification in notifications:
        transaction.on_commit(partial(send_notification, notification.pk), robust=True)


def send_all(connection: BaseEmailBackend | None = None) -> SendResult:
    """Mail all waiting notifications. A failure for one user does not stop the mails to others."""
    result = SendResult()
    for notification in Notification.objects.waiting().filter(kind__in=IMMEDIATE).order_by("pk"):
        with _LogFailure(result, notification.recipient_id):
            result.single += send_notification(notification.pk, connection)
    waiting = Notification.objects.waiting().exclude(kind__in=IMMEDIATE).values("recipient")
    for person in User.objects.filter(pk__in=waiting).order_by("pk"):
        with _LogFailure(result, person.pk):
            result.digests += send_digest(person, connection)
    return result


@transaction.atomic
def send_notification(pk: int, connection: BaseEmailBackend | None = None) -> list[tuple[User, str]]:
    """Mail one notification by itself, unless another process is sending it."""
    notifications = _for_update(Notification.objects.filter(pk=pk), skip_locked=True)
    return _send(notifications, connection)


@transaction.atomic
def send_digest(person: User, connection: BaseEmailBackend | None = None) -> list[tuple[User, str]]:
    """Mail all waiting notifications of a person in one digest, unless they got one today already."""
    notifications = _for_update(Notification.objects.filter(recipient=person).exclude(kind__in=IMMEDIATE))
    if Digest.objects.filter(user=person, day=today()).exists():
        return []
    return _send(notifications, connection, digest=True)


def _for_update(notifications: NotificationQuerySet, *, skip_locked: bool = False) -> list[Notification]:
    rows = notifications.waiting().select_related("recipient", *SUBJECTS).order_by("pk")
    return list(rows.select_for_update(of=("self",), skip_locked=skip_locked))


def _send(
    notifications: list[Notification], connection: BaseEmailBackend | None, *, digest: bool = False
) -> list[tuple[User, str]]:
    now = timezone.now()
    relevant = [notification for notification in notifications if is_still_relevant(notification)]
    dropped = {notification.pk for notification in notifications} - {notification.pk for notification in relevant}
    Notification.objects.filter(pk__in=dropped).update(dropped_at=now)
    if not relevant:
        return []
    person = relevant[0].recipient
    digest_row = Digest.objects.create(user=person, day=today()) if digest else None
    sent = Notification.objects.filter(pk__in=[notification.pk for notification in relevant])
    sent.update(sent_at=now, digest=digest_row)
    with translation.override(settings.LANGUAGE_CODE):
        mail = compose_digest(person, relevant, connection)
        mail.send()
    return [(person, mail.subject)]


class _LogFailure:
    """A context manager that logs and records a failure for one user instead of raising it."""

    def __init__(self, result: SendResult, person: int):
        self.result, self.person = result, person

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, IntegrityError) and "digest_once_a_day" in str(error):
            return True  # another process has sent the digest
        if isinstance(error, Exception):
            log.error("Person %s could not be notified by mail.", self.person, exc_info=error)
            self.result.failed.append(self.person)
            return True
        return False


# Relevance


def is_still_relevant(notification: Notification) -> bool:
    """Return whether the person wants such notifications, may see the subject, and the notification still applies."""
    person = notification.recipient
    if not (person.is_active and person.email and accepts_kind(person, notification.kind)):
        return False
    return KINDS[notification.kind].is_relevant(person, notification.subject)


def accepts_kind(person: User, kind: NotificationKind) -> bool:
    """Return whether the person wants mails of the kind."""
    if person.mail_level == User.MailLevel.ALL:
        return True
    return person.mail_level == User.MailLevel.ESSENTIAL and KINDS[kind].essential


# Mails


def compose_digest(
    person: User, notifications: list[Notification], connection: BaseEmailBackend | None = None
) -> EmailMultiAlternatives:
    """Return the mail with all notifications; its subject is the title of the most urgent section."""
    sections = digest_sections(person, notifications)
    first, rest = sections[0].title, len(sections) - 1
    subject = ngettext("%(first)s, and one thing more", "%(first)s, and %(rest)s things more", rest) if rest else first
    preferences_url = absolute_url(reverse("mail:fewer", args=[preferences_token(person)]))
    return build_message(
        "digest",
        to=person.email,
        subject=subject % {"first": first, "rest": rest} if rest else subject,
        connection=connection,
        headers={"List-Unsubscribe": f"<{preferences_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        person=person,
        sections=sections,
        dashboard_url=absolute_url(resolve_url(settings.LOGIN_REDIRECT_URL)),
        preferences_url=preferences_url,
    )


def digest_sections(person: User, notifications: list[Notification]) -> list[Section]:
    """Return the sections of a mail, most urgent first. Kinds that share a section builder share its sections."""
    by_builder: dict[SectionBuilder, list[Notification]] = {}
    for kind in KINDS.values():
        rows = [notification for notification in notifications if notification.kind == kind.value]
        if rows:
            by_builder.setdefault(kind.section, []).extend(rows)
    return [section for build, rows in by_builder.items() for section in build(person, rows)]
