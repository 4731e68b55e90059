"""Notifications of events: created in the transaction of the event, mailed later by `digests`.

The person who caused an event gets no notification of it. The database stores each notification once.
"""

from collections.abc import Iterable

from django.db.models import Model

from accounts.models import User
from reporting.choices import NotificationKind
from reporting.models import Notification
from reporting.models.notification import SUBJECTS
from reporting.notifications.kinds import KINDS
from reporting.notifications.kinds.base import DAILY

SUBJECT_FIELD_BY_MODEL = {Notification._meta.get_field(name).related_model: name for name in SUBJECTS}


def notify(kind: NotificationKind, row: Model, *, by: User | None) -> list[Notification]:
    """Create the notifications of an event about a row, except for the person `by`, and return the new ones."""
    declared = KINDS[kind]
    return create_notifications(
        kind, row, declared.recipients(row), by=by, deduplication_key=declared.deduplication_key(row)
    )


def notify_due() -> int:
    """Create the notifications that today brings about, by the `@daily` functions, and return the number of new ones.

    Runs may be repeated: each notification is created once. A run that was missed is made up for by the next one.
    """
    return sum(len(notify(kind, row, by=None)) for function in DAILY for kind, row in function())


def create_notifications(
    kind: NotificationKind, subject: Model, people: Iterable[User], *, by: User | None, deduplication_key: int = 0
) -> list[Notification]:
    """Create the notifications that do not exist yet, except for the person `by`, and return the new ones.

    `deduplication_key` tells events of the same kind about the same subject apart: a version, or the day of a reminder.
    """
    event = {"kind": kind, SUBJECT_FIELD_BY_MODEL[type(subject)]: subject, "deduplication_key": deduplication_key}
    recipients = {person for person in people if by is None or person.pk != by.pk}
    notifications = Notification.objects.filter(**event)
    existing = set(notifications.values_list("pk", flat=True))
    Notification.objects.bulk_create(
        [Notification(recipient=person, **event) for person in recipients], ignore_conflicts=True
    )
    new = notifications.filter(recipient__in=recipients).exclude(pk__in=existing)
    return list(new.select_related("recipient", *SUBJECTS))
