"""The register on two days compared: new, changed, finished, overdue and withdrawn commitments, and the totals."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.names_of_day import AgencyName, FormerNamesOnDay, names_on
from commitments.models import Commitment, Freshness, Status, Withdrawal
from register.querysets import register_commitments
from register.statistics import Count
from register.statistics.counts import QueryParams
from register.statistics.freshness import SILENT

UP_TO_DATE = (Freshness.CURRENT, Freshness.NOT_YET_DUE)


@dataclass(frozen=True)
class StatusOnDay:
    """The status and freshness of a commitment at the end of a day; the status is '' before the first report."""

    status: str
    freshness: str


@dataclass(frozen=True)
class ComparedCommitment:
    """A commitment on both days; `then` and `now` are None on a day on which it was not published."""

    commitment: Commitment
    then: StatusOnDay | None
    now: StatusOnDay | None
    withdrawal: Withdrawal | None
    deadline_passed: bool
    former_lead: AgencyName | None = None  # the lead's name on the first day, where that differs from the second day's

    @property
    def is_new(self) -> bool:
        return self.then is None

    @property
    def moved(self) -> bool:
        return self.then is not None and self.now is not None and self.then.status != self.now.status

    @property
    def finished(self) -> bool:
        """Return whether it was completed, discontinued or superseded between the days."""
        before = self.then is not None and self.then.status in Status.finished()
        return self.now is not None and self.now.status in Status.finished() and not before

    @property
    def fell_silent(self) -> bool:
        return self._freshness_changed(UP_TO_DATE, SILENT)

    @property
    def reported_again(self) -> bool:
        return self._freshness_changed(SILENT, (Freshness.CURRENT,))

    @property
    def changes(self) -> list[str]:
        """Return the keys of all changes of the commitment, in the order of `CHANGES`."""
        return [key for key, kind in CHANGES.items() if kind.applies(self)]

    def _freshness_changed(self, before: tuple, after: tuple) -> bool:
        both = self.then is not None and self.now is not None
        return both and self.then.freshness in before and self.now.freshness in after


@dataclass(frozen=True)
class ChangeKind:
    """A kind of change: its heading, its meaning, and the test whether a commitment belongs there."""

    title: str
    meaning: str
    applies: Callable[[ComparedCommitment], bool]


CHANGES: dict[str, ChangeKind] = {
    "new": ChangeKind(_("New"), _("Published between the two days."), lambda row: row.is_new),
    "moved": ChangeKind(_("Moved"), _("From one status to another, as the lead reported."), lambda row: row.moved),
    "finished": ChangeKind(_("Finished"), _("Completed, discontinued or superseded since."), lambda row: row.finished),
    "fell_silent": ChangeKind(
        _("Fell silent"), _("A report is asked for and has not come, as none was then."), lambda row: row.fell_silent
    ),
    "reported_again": ChangeKind(
        _("Reported again"), _("The missing report has come."), lambda row: row.reported_again
    ),
    "withdrawn": ChangeKind(
        _("Withdrawn"), _("Taken out of the record, with the reason."), lambda row: row.withdrawal is not None
    ),
    "deadline_passed": ChangeKind(
        _("Deadline passed"),
        _("Deadline between the two days, and how it stands now."),
        lambda row: row.deadline_passed,
    ),
}


@dataclass(frozen=True)
class Total:
    """The counts of one status on both days, each with the parameters that find its rows."""

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
    """Every commitment published on either day or withdrawn between them, in the order of references."""

    since: date
    until: date
    rows: list[ComparedCommitment]
    words: QueryParams

    @cached_property
    def lists(self) -> dict[str, list[ComparedCommitment]]:
        return {key: [row for row in self.rows if kind.applies(row)] for key, kind in CHANGES.items()}

    @cached_property
    def totals(self) -> list[Total]:
        """Return the totals by status, then that of commitments without a report, then that of all."""
        then = Counter(row.then.status for row in self.rows if row.then)
        now = Counter(row.now.status for row in self.rows if row.now)
        by_status = [
            self._total(str(status.label), then[status], now[status], {"status": status.value}) for status in Status
        ]
        unreported = Total(str(_("Nothing reported")), Count(then[""], None), Count(now[""], None))
        return [*by_status, unreported, self._total(str(_("All")), then.total(), now.total(), {})]

    def _total(self, label: str, then: int, now: int, words: dict[str, str]) -> Total:
        params = {**self.words, **words}
        days = (self.since.isoformat(), self.until.isoformat())
        counts = [Count(count, params | {"as_of": day}) for count, day in zip((then, now), days, strict=True)]
        return Total(label, *counts)


def compare(
    since: date,
    until: date,
    commitments: QuerySet[Commitment] | None = None,
    words: QueryParams | None = None,
) -> Comparison:
    """Compare the register at the ends of two days (UTC), for some commitments or for all.

    `words` are the query parameters with which the register finds the same commitments. Agencies have the names of
    the second day; a row whose lead had another name on the first day has that name too. Nine queries.
    """
    with names_on(until):
        return _compare(since, until, commitments, words)


def _compare(
    since: date, until: date, commitments: QuerySet[Commitment] | None, words: QueryParams | None
) -> Comparison:
    scope = register_commitments() if commitments is None else commitments
    then, now = _standing(scope, since), _standing(scope, until)
    withdrawals = Withdrawal.objects.in_force_on(until).filter(withdrawn_on__gt=since)
    withdrawals = withdrawals.filter(commitment__in=scope.public(until).order_by().values("pk"))
    withdrawal_of = {withdrawal.commitment_id: withdrawal for withdrawal in withdrawals}
    with_lead = Commitment.objects.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
    names_then = FormerNamesOnDay(since).by_agency
    rows = [
        ComparedCommitment(
            row,
            then.get(row.pk),
            now.get(row.pk),
            withdrawal_of.get(row.pk),
            _deadline_passed(row, since, until, row.pk in now),
            _former_lead(row, names_then) if row.pk in then else None,
        )
        for row in with_lead.defer("search").filter(pk__in={*then, *now, *withdrawal_of}).order_by("pk")
    ]
    return Comparison(since, until, rows, words or {})


def _standing(scope: QuerySet[Commitment], day: date) -> dict[int, StatusOnDay]:
    rows = scope.published(day).with_standing(day).order_by()
    values = rows.values_list("pk", "standing_status", "standing_freshness")
    return {pk: StatusOnDay(status, freshness) for pk, status, freshness in values}


def _former_lead(row: Commitment, names_then: Mapping[int, AgencyName]) -> AgencyName | None:
    former = names_then.get(row.lead_agency_id)
    return former if former and former != AgencyName(row.lead_agency.acronym, row.lead_agency.name) else None


def _deadline_passed(row: Commitment, since: date, until: date, is_published: bool) -> bool:
    """Return whether the deadline ended between the days; on its day it has not passed yet."""
    return row.deadline_on is not None and since <= row.deadline_on < until and is_published
