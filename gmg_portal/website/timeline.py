"""The timeline: events and published changes in one order, grouped by year and month."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agenda.models import Event
from commitments.models import Commitment
from foundation.dates.partial import PartialDate, Precision
from gmg_portal.website.query_forms import EVENT, TimelineQueryForm
from register.changes.change import Change, ChangeRef
from register.changes.published import change_refs, load_changes


@dataclass(frozen=True)
class TimelineEntry:
    """An event or a change; exactly one of the two is set."""

    on: PartialDate
    event: Event | None = None
    change: Change | None = None

    @property
    def period(self) -> PartialDate:
        """Return the month of the entry, or its year if the month is not known."""
        return _period(self.on)


@dataclass(frozen=True)
class Period:
    """The entries of a month, or those of a year whose month is not known."""

    on: PartialDate
    entries: list[TimelineEntry] = field(default_factory=list)

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
    """A year, the number of its entries, and the index of its first entry in the timeline."""

    year: int
    count: int
    first: int


@dataclass(frozen=True)
class Timeline:
    """A sequence of steps, newest first: events, and changes as traces, whose rows are not loaded yet."""

    steps: list[Event | ChangeRef]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, part: slice) -> Sequence[Event | ChangeRef]:
        return self.steps[part]

    @property
    def years(self) -> list[Year]:
        counts = Counter(_on(step).day.year for step in self.steps)
        years, first = [], 0
        for year in sorted(counts, reverse=True):
            years.append(Year(year, counts[year], first))
            first += counts[year]
        return years

    def of_year(self, year: int | None) -> "Timeline":
        return self if year is None else Timeline([step for step in self.steps if _on(step).day.year == year])

    def events(self) -> list[Event]:
        return [step for step in self.steps if isinstance(step, Event)]


def build_timeline(
    day: date | None = None,
    *,
    commitments: QuerySet[Commitment] | None = None,
    kinds: Collection[str] | None = None,
    events: bool = True,
    recorded: bool = False,
) -> Timeline:
    """Return all steps up to the end of a day, in two queries. Steps without a known month end their year.

    With `recorded` each change has the time at which it was recorded.
    """
    event_rows = list(Event.objects.until(day)) if events else []
    change_traces = change_refs(day, commitments=commitments, kinds=kinds, recorded=recorded)
    return Timeline(sorted([*event_rows, *change_traces], key=_sort_key, reverse=True))


def query_timeline(query_form: TimelineQueryForm, day: date | None, *, recorded: bool = False) -> Timeline:
    """Return the steps of any year that meet the other filters of a valid form.

    Events concern the whole group, so that they are left out if commitments are filtered.
    """
    kinds, commitments = query_form.cleaned_data["kind"], query_form.commitments()
    return build_timeline(
        day,
        commitments=commitments,
        kinds=kinds or None,
        events=commitments is None and (not kinds or EVENT in kinds),
        recorded=recorded,
    )


def entries(steps: Sequence[Event | ChangeRef]) -> list[TimelineEntry]:
    """Load the rows of the changes, and return an entry for each step, in the same order."""
    changes = iter(load_changes(step for step in steps if isinstance(step, ChangeRef)))
    return [
        TimelineEntry(_on(step), event=step)
        if isinstance(step, Event)
        else TimelineEntry(_on(step), change=next(changes))
        for step in steps
    ]


def periods(steps: Sequence[Event | ChangeRef]) -> list[Period]:
    """Group events and changes, which are in one order already, by year and by month where it is known."""
    return list(_group_by_period(entries(steps)))


def _group_by_period(timeline_entries: Iterable[TimelineEntry]) -> Iterable[Period]:
    for period, group in groupby(timeline_entries, key=lambda entry: entry.period):
        yield Period(period, list(group))


def _on(step: Event | ChangeRef) -> PartialDate:
    return PartialDate(step.starts_on, Precision.DAY) if isinstance(step, Event) else step.on


def _period(on: PartialDate) -> PartialDate:
    return PartialDate.period(on.day, Precision.YEAR if on.precision == Precision.YEAR else Precision.MONTH)


def _sort_key(step: Event | ChangeRef) -> tuple:
    """Return a key that sorts by month; steps of a year without a month come after its December."""
    on = _on(step)
    return (on.day.year, on.day.month, on.precision == Precision.YEAR, *day_sort_key(step))


def day_sort_key(step: Event | ChangeRef) -> tuple:
    """Return a key that sorts by day; on the same day events come before changes."""
    if isinstance(step, Event):
        return (step.starts_on, -1, step.pk, 0)
    return (step.day, step.rank, step.commitment, step.sequence)
