"""The record of two days side by side: what was new, what moved, who fell silent, and how the totals changed."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.names import Name, NamesOn, names_on
from commitments.models import Commitment, Freshness, Status, Withdrawal
from commitments.querysets import FINISHED
from commitments.statistics import Count
from commitments.statistics.counts import QueryParams
from commitments.statistics.freshness import SILENT

HEARD = (Freshness.CURRENT, Freshness.NOT_YET_DUE)


@dataclass(frozen=True)
class Stood:
    """How a commitment stood at the end of a day; a status of '' is one on which nothing had been reported."""

    status: str
    freshness: str


@dataclass(frozen=True)
class Compared:
    """One commitment on both days; None on a day on which it was not in the record."""

    commitment: Commitment
    then: Stood | None
    now: Stood | None
    withdrawal: Withdrawal | None
    due_passed: bool
    former_lead: Name | None = None  # the lead's name on the first day, where that differs from the second day's

    @property
    def is_new(self) -> bool:
        return self.then is None

    @property
    def moved(self) -> bool:
        return self.then is not None and self.now is not None and self.then.status != self.now.status

    @property
    def finished(self) -> bool:
        """Completed, discontinued or superseded since."""
        was = self.then is not None and self.then.status in FINISHED
        return self.now is not None and self.now.status in FINISHED and not was

    @property
    def fell_silent(self) -> bool:
        return self._turned(HEARD, SILENT)

    @property
    def heard_again(self) -> bool:
        return self._turned(SILENT, (Freshness.CURRENT,))

    @property
    def changes(self) -> list[str]:
        """The words of all that changed, in the order of `CHANGES`."""
        return [word for word, sort in CHANGES.items() if sort.holds(self)]

    def _turned(self, before: tuple, after: tuple) -> bool:
        both = self.then is not None and self.now is not None
        return both and self.then.freshness in before and self.now.freshness in after


@dataclass(frozen=True)
class Sort:
    """One sort of change: its heading, what it means, and whether a commitment belongs there."""

    title: str
    meaning: str
    holds: Callable[[Compared], bool]


CHANGES: dict[str, Sort] = {
    "new": Sort(_("New"), _("Published between the two days."), lambda row: row.is_new),
    "moved": Sort(_("Moved"), _("From one status to another, by the lead’s word."), lambda row: row.moved),
    "finished": Sort(_("Finished"), _("Completed, discontinued or superseded since."), lambda row: row.finished),
    "fell_silent": Sort(
        _("Fell silent"), _("A report is asked for and has not come, as none was then."), lambda row: row.fell_silent
    ),
    "heard_again": Sort(_("Heard again"), _("The report that was wanting has come."), lambda row: row.heard_again),
    "withdrawn": Sort(
        _("Withdrawn"), _("Taken out of the record, with the reason."), lambda row: row.withdrawal is not None
    ),
    "due_passed": Sort(
        _("Due day passed"), _("Due between the two days, and how it stands now."), lambda row: row.due_passed
    ),
}


@dataclass(frozen=True)
class Total:
    """The commitments of one status on both days; both counts know the words that find their rows."""

    label: str
    then: Count
    now: Count

    @property
    def difference(self) -> int:
        return self.now.count - self.then.count

    @property
    def fewer(self) -> int:
        return -self.difference


@dataclass(frozen=True)
class Comparison:
    """Every commitment that stood on either day, or was withdrawn between them, in the order of references."""

    since: date
    until: date
    rows: list[Compared]
    words: QueryParams

    @cached_property
    def lists(self) -> dict[str, list[Compared]]:
        return {word: [row for row in self.rows if sort.holds(row)] for word, sort in CHANGES.items()}

    @cached_property
    def totals(self) -> list[Total]:
        """By status, in their order; then those with no report, then all."""
        then = Counter(row.then.status for row in self.rows if row.then)
        now = Counter(row.now.status for row in self.rows if row.now)
        by_status = [
            self._total(str(status.label), then[status], now[status], {"status": status.value}) for status in Status
        ]
        nothing = Total(str(_("Nothing reported")), Count(then[""], None), Count(now[""], None))
        return [*by_status, nothing, self._total(str(_("All")), then.total(), now.total(), {})]

    def _total(self, label: str, then: int, now: int, words: dict[str, str]) -> Total:
        asked = {**self.words, **words}
        days = (self.since.isoformat(), self.until.isoformat())
        counts = [Count(count, asked | {"as_of": day}) for count, day in zip((then, now), days, strict=True)]
        return Total(label, *counts)


def compare(
    since: date,
    until: date,
    commitments: QuerySet[Commitment] | None = None,
    words: QueryParams | None = None,
) -> Comparison:
    """Set the public record of two days (at their ends, UTC) side by side; of some commitments or of all.

    `words` are those by which the register finds the same commitments. Agencies bear the names of the second day, and
    a row whose lead bore another name on the first has that too. Nine queries.
    """
    with names_on(until):
        return _compare(since, until, commitments, words)


def _compare(
    since: date, until: date, commitments: QuerySet[Commitment] | None, words: QueryParams | None
) -> Comparison:
    scope = Commitment.objects.all() if commitments is None else commitments
    then, now = _standing(scope, since), _standing(scope, until)
    withdrawals = Withdrawal.objects.in_force_on(until).filter(withdrawn_on__gt=since)
    withdrawals = withdrawals.filter(commitment__in=scope.public(until).order_by().values("pk"))
    gone = {withdrawal.commitment_id: withdrawal for withdrawal in withdrawals}
    about = Commitment.objects.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
    names_then = NamesOn(since).by_agency
    rows = [
        Compared(
            row,
            then.get(row.pk),
            now.get(row.pk),
            gone.get(row.pk),
            _due_passed(row, since, until, row.pk in now),
            _former_lead(row, names_then) if row.pk in then else None,
        )
        for row in about.defer("search").filter(pk__in={*then, *now, *gone}).order_by("pk")
    ]
    return Comparison(since, until, rows, words or {})


def _standing(scope: QuerySet[Commitment], day: date) -> dict[int, Stood]:
    rows = scope.published(day).with_standing(day).order_by()
    found = rows.values_list("pk", "standing_status", "standing_freshness")
    return {pk: Stood(status, freshness) for pk, status, freshness in found}


def _former_lead(row: Commitment, names_then: Mapping[int, Name]) -> Name | None:
    former = names_then.get(row.lead_agency_id)
    return former if former and former != Name(row.lead_agency.acronym, row.lead_agency.name) else None


def _due_passed(row: Commitment, since: date, until: date, stands: bool) -> bool:
    """A due day has passed when its own end has: on the day itself there is still time."""
    return row.due_on is not None and since <= row.due_on < until and stands
