"""Sections of mails: what they hold, and how a list of rows is made into one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from foundation.mail.messages import absolute_url
from reporting.models import Notification

MAX_LINES = 30


@dataclass(frozen=True)
class SectionLine:
    """A line of a section: a text that links to a page."""

    text: str
    address: str


@dataclass(frozen=True)
class Section:
    """A section of a mail; `more` is the number of lines left out."""

    title: str
    intro: str
    lines: list[SectionLine]
    more: int = 0
    quote: str = ""


# Makes the sections of one mail from the notifications to a person of all kinds that share the builder.
SectionBuilder = Callable[[User, list[Notification]], list[Section]]


@dataclass(frozen=True, eq=False)
class ListSection:
    """A builder of one section that lists the rows, each with a link to the page that `address` returns."""

    title: str | Promise
    intro: str | Promise
    address: Callable[..., str]

    def __call__(self, person: User, notifications: list[Notification]) -> list[Section]:
        rows = [notification.subject for notification in notifications]
        lines = [SectionLine(row_name(row), self.address(row)) for row in rows]
        return [shortened(str(self.title), str(self.intro), dict.fromkeys(lines))]  # submitted twice is one row


def shortened(title: str, intro: str, lines: Iterable[SectionLine]) -> Section:
    """Return a section with the first lines and the number of the others."""
    lines = list(lines)
    return Section(title, intro, lines[:MAX_LINES], more=max(len(lines) - MAX_LINES, 0))


def row_name(row: Model) -> str:
    """Return the name of a row in a mail: its commitment, and the kind of row."""
    commitment = getattr(row, "commitment", row)
    return str(commitment) if row is commitment else f"{commitment} ({row._meta.verbose_name})"


def public_url(row: Model) -> str:
    """Return the address of the public page on which the row stands."""
    page = row if hasattr(row, "get_absolute_url") else row.commitment
    return absolute_url(page.get_absolute_url())


def review_url(row: Model) -> str:
    """Return the address of the page on which a reviewer decides on the row."""
    return _admin_url(row, "review")


def change_url(row: Model) -> str:
    """Return the address of the form of the row."""
    return _admin_url(row, "change")


def _admin_url(row: Model, page: str) -> str:
    return absolute_url(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk]))
