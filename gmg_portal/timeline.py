"""Events and published changes as one line of time, parted by month."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _

from agenda.models import Event
from commitments.changes import Change, changes
from commitments.dates import PartialDate, Precision


@dataclass(frozen=True)
class Entry:
    """An event or a change; exactly one of the two."""

    on: PartialDate
    event: Event | None = None
    change: Change | None = None

    @property
    def period(self) -> PartialDate:
        """The month in which it lies, or the year where no more is known."""
        precision = Precision.YEAR if self.on.precision == Precision.YEAR else Precision.MONTH
        return PartialDate.period(self.on.day, precision)


@dataclass(frozen=True)
class Period:
    """A month, or what is known of a year only as its year."""

    on: PartialDate
    entries: list[Entry] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.on.iso

    @property
    def label(self) -> str:
        if self.on.precision == Precision.YEAR:
            return _("%(year)s, month not known") % {"year": self.on}
        return str(self.on)


def timeline(day: date | None = None) -> list[Period]:
    """Newest first, up to the end of a day; what is known only by its year stands at that year's end."""
    events = [Entry(PartialDate(event.starts_on, Precision.DAY), event=event) for event in Event.objects.until(day)]
    changed = [Entry(change.on, change=change) for change in changes(day)]
    return list(_periods([*events, *changed]))


def _periods(entries: list[Entry]) -> Iterable[Period]:
    def place(entry: Entry) -> tuple[date, bool]:
        return entry.period.day, entry.period.precision == Precision.YEAR

    entries.sort(key=lambda entry: (place(entry), entry.on.day), reverse=True)
    for _place, group in groupby(entries, key=place):
        members = list(group)
        yield Period(members[0].period, members)
