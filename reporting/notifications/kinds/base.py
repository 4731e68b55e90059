"""The base class of kinds of notifications, and their registry."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from django.db.models import Model

from accounts.models import User
from reporting.choices import NotificationKind
from reporting.notifications.sections import SectionBuilder

REGISTRY: "dict[NotificationKind, Kind]" = {}
# Functions that yield what today brings about, each as a kind and the row that it is about.
DAILY: list[Callable[[], Iterable[tuple[NotificationKind, Model]]]] = []
DECLARED = ("value", "essential", "immediate", "section")


class Kind(ABC):
    """A kind of notification: who receives it, how long it stays relevant, and how a mail shows it.

    Its label, description and the rows that it can be about are those of its value, from which the table of
    notifications derives its choices and its constraint.
    """

    value: ClassVar[NotificationKind]
    essential: ClassVar[bool]  # also for people who want mails only of what they must act on
    immediate: ClassVar[bool]  # mailed by itself at once, and not in the daily digest
    section: SectionBuilder  # kinds that share a builder share its sections

    @abstractmethod
    def recipients(self, row) -> Iterable[User]:
        """Return the people who receive it: an event about the row concerns them, and they may see the row."""

    @abstractmethod
    def is_relevant(self, person: User, row) -> bool:
        """Return whether the notification still applies when it is mailed, and the person may see the row."""

    def deduplication_key(self, row) -> int:
        """Return a number that differs between events about the same row, of which each is worth a notification.

        Every row of the kind's subjects needs a number, also one whose optional columns are empty.
        """
        return 0


K = TypeVar("K", bound=type[Kind])
F = TypeVar("F", bound=Callable[[], Iterable[tuple[NotificationKind, Model]]])


def daily(function: F) -> F:
    """Let `events.notify_due()` call a function that yields the notifications that a day brings about."""
    DAILY.append(function)
    return function


def register(kind: K) -> K:
    """Add a kind to the registry; raise TypeError if it is not complete or its value has a class."""
    missing = [name for name in DECLARED if not hasattr(kind, name)]
    if missing:
        raise TypeError(f"{kind.__name__} lacks {', '.join(missing)}.")
    instance = kind()  # raises TypeError for a missing method
    if kind.value in REGISTRY:
        raise TypeError(f"{kind.value} has its class already: {type(REGISTRY[kind.value]).__name__}.")
    REGISTRY[kind.value] = instance
    return kind
