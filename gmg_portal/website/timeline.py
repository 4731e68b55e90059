"""Events and published changes as one line of time, parted by year and month."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agenda.models import Event
from commitments.changes import Change, ChangeRef, change_refs, load_changes
from commitments.models import Commitment
from foundation.dates.partial import PartialDate, Precision
from gmg_portal.website.query_forms import EVENT, TimeQuestion


@dataclass(frozen=True)
class Entry:
    """An event or a change; exactly one of the two."""

    on: PartialDate
    event: Event | None = None
    change: Change | None = None

    @property
    def period(self) -> PartialDate:
        """The month in which it lies, or the year where no more is known."""
        return _period(self.on)


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


@dataclass(frozen=True)
class Year:
    """A year, how many entries it has, and which of all entries is its first."""

    year: int
    count: int
    first: int


@dataclass(frozen=True)
class Line:
    """All steps that answer a question, newest first: events whole, changes as their traces."""

    steps: list[Event | ChangeRef]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, part):
        return self.steps[part]

    @property
    def years(self) -> list[Year]:
        counts = Counter(_on(step).day.year for step in self.steps)
        found, first = [], 0
        for year in sorted(counts, reverse=True):
            found.append(Year(year, counts[year], first))
            first += counts[year]
        return found

    def of(self, year: int | None) -> "Line":
        return self if year is None else Line([step for step in self.steps if _on(step).day.year == year])

    def events(self) -> list[Event]:
        return [step for step in self.steps if isinstance(step, Event)]


def line(
    day: date | None = None,
    *,
    commitments: QuerySet[Commitment] | None = None,
    kinds: Collection[str] | None = None,
    events: bool = True,
    recorded: bool = False,
) -> Line:
    """All steps up to the end of a day; what is known only by its year stands at that year's end. Two queries.

    With `recorded` each change has the moment at which it was recorded.
    """
    happened = list(Event.objects.until(day)) if events else []
    changed = change_refs(day, commitments=commitments, kinds=kinds, recorded=recorded)
    return Line(sorted([*happened, *changed], key=_place, reverse=True))


def asked(question: TimeQuestion, day: date | None, *, recorded: bool = False) -> Line:
    """What answers a question (which must be valid), of any year. Events stand for the whole group."""
    kinds, commitments = question.cleaned_data["kind"], question.commitments()
    return line(
        day,
        commitments=commitments,
        kinds=kinds or None,
        events=commitments is None and (not kinds or EVENT in kinds),
        recorded=recorded,
    )


def entries(steps: Sequence[Event | ChangeRef]) -> list[Entry]:
    """Some steps with all that stands behind them, in their order."""
    changes = iter(load_changes(step for step in steps if isinstance(step, ChangeRef)))
    return [
        Entry(_on(step), event=step) if isinstance(step, Event) else Entry(_on(step), change=next(changes))
        for step in steps
    ]


def periods(steps: Sequence[Event | ChangeRef]) -> list[Period]:
    return list(_parted(entries(steps)))


def _parted(found: Iterable[Entry]) -> Iterable[Period]:
    for period, group in groupby(found, key=lambda entry: entry.period):
        yield Period(period, list(group))


def _on(step: Event | ChangeRef) -> PartialDate:
    return PartialDate(step.starts_on, Precision.DAY) if isinstance(step, Event) else step.on


def _period(on: PartialDate) -> PartialDate:
    return PartialDate.period(on.day, Precision.YEAR if on.precision == Precision.YEAR else Precision.MONTH)


def _place(step: Event | ChangeRef) -> tuple:
    """Sorts by month, and a year whose month is not known after its last one."""
    on = _on(step)
    return (on.day.year, on.day.month, on.precision == Precision.YEAR, *turn(step))


def turn(step: Event | ChangeRef) -> tuple:
    """Sorts by day; on one day what happened comes before what changed."""
    if isinstance(step, Event):
        return (step.starts_on, -1, step.pk, 0)
    return (step.day, step.rank, step.commitment, step.sequence)
