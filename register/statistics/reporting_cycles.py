"""Counts of all reports by year, and of expected and received reports by reporting cycle.

Any report published since a cycle opened answers it, whether the cycle expected it or not. A report is late if its
first submission was after the due date; the time of its review does not count. Public figures treat reports that are
not written and reports that wait for review alike.

Public figures count what is in the register. Response rates also count a report that was due before its commitment
was withdrawn. A report whose commitment was withdrawn by its due date was never owed.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, ExtractYear, Least, TruncDate

from agencies.models import Agency
from commitments.models import Commitment
from commitments.workflow import State
from foundation.clock import today
from foundation.dates.partial import PartialDate
from register.statistics.counts import leads
from register.statistics.freshness import freshness
from reporting.models import ProgressReport, ReportingCycle
from workgroups.models import WorkGroup


@dataclass(frozen=True)
class Year:
    """The number of reports published in a year, and of those among them that a cycle expected."""

    year: int
    count: int
    expected: int = 0


@dataclass(frozen=True)
class CycleOutcome:
    """The numbers of reports that a reporting cycle expected, and that came in time and late."""

    title: str
    due_on: date
    expected: int
    in_time: int
    late: int
    is_due: bool

    @property
    def received(self) -> int:
        return self.in_time + self.late

    @property
    def missing(self) -> int:
        return self.expected - self.received


@dataclass(frozen=True)
class Reporting:
    """Every year from the first report to the date of the record, and the reporting cycles, oldest first."""

    years: list[Year]
    cycles: list[CycleOutcome]


def reporting(rows: QuerySet[Commitment], day: date | None = None) -> Reporting:
    """Count the published reports on these commitments up to the end of a day."""
    now = day or today()
    on_rows = Q(commitment__in=rows.order_by().values("pk"))
    published = ProgressReport.objects.published(day).filter(on_rows)
    return Reporting(_years(published, now), _cycle_outcomes(ProgressReport.objects.filter(on_rows), day, now))


def _years(published: QuerySet[ProgressReport], now: date) -> list[Year]:
    by_year = published.order_by().values_list(ExtractYear("published_on"))
    years_by_number = {
        year: Year(year, *counts) for year, *counts in by_year.annotate(n=Count("pk"), cycles=Count("cycle"))
    }
    if not years_by_number:
        return []
    return [
        years_by_number.get(year, Year(year, 0))
        for year in range(min(years_by_number), max(now.year, *years_by_number) + 1)
    ]


def _cycle_outcomes(expected: QuerySet[ProgressReport], day: date | None, now: date) -> list[CycleOutcome]:
    cycles = ReportingCycle.objects.opened(now)
    by_cycle = _with_answers(expected, cycles, day).order_by()
    counts_by_cycle = defaultdict(
        tuple, {cycle: counts for cycle, *counts in by_cycle.values_list("cycle").annotate(**RESPONSE_COUNTS)}
    )
    return [
        CycleOutcome(cycle.title, cycle.due_on, *counts_by_cycle[cycle.pk], is_due=cycle.due_on < now)
        for cycle in cycles.reverse()
        if counts_by_cycle[cycle.pk]
    ]


RESPONSE_COUNTS = {
    "expected": Count("pk"),
    "in_time": Count("pk", filter=Q(answered_on__lte=F("cycle__due_on"))),
    "late": Count("pk", filter=Q(answered_on__gt=F("cycle__due_on"))),
}


def _with_answers(
    expected: QuerySet[ProgressReport], cycles: QuerySet[ReportingCycle], day: date | None
) -> QuerySet[ProgressReport]:
    """Annotate `answered_on` on the reports that these cycles expect.

    It is the date (UTC) of the first submission that led to a publication; the date of publication if nothing was
    submitted, as with loaded reports; None while nothing is published.
    """
    # Least ignores null.
    submitted_on = Least("published_on", TruncDate(_first_submission(), tzinfo=UTC))
    first = (
        _answers(cycles, day).annotate(submitted_on=submitted_on).order_by("submitted_on").values("submitted_on")[:1]
    )
    return expected.filter(cycle__in=cycles.order_by().values("pk")).annotate(answered_on=Subquery(first))


def _first_submission() -> Subquery:
    """Return the time of a report's first submission from its history; the row has only the latest."""
    records = ProgressReport.history.filter(id=OuterRef("pk"), submitted_at__isnull=False)
    return Subquery(records.order_by().values("id").annotate(first=Min("submitted_at")).values("first"))


def _answers(cycles: QuerySet[ReportingCycle], day: date | None) -> QuerySet[ProgressReport]:
    """Return the published reports that answer an expected one: its cycle's, or dated before the next cycle opened."""
    later = _later_cycles(cycles, "published_on")
    reports = ProgressReport.objects.published(day).filter(commitment=OuterRef("commitment"))
    return reports.filter(
        Q(cycle=OuterRef("cycle")) | Q(published_on__gte=OuterRef("cycle__opened_on")) & ~Exists(later)
    )


def _submissions(cycles: QuerySet[ReportingCycle]) -> QuerySet[ProgressReport]:
    """Return the reports that wait for review, and would answer an expected one if they were published today."""
    reports = ProgressReport.objects.filter(commitment=OuterRef("commitment"), state=State.SUBMITTED)
    reports = reports.annotate(submitted_on=TruncDate("submitted_at", tzinfo=UTC))
    later = _later_cycles(cycles, "submitted_on")
    return reports.filter(Q(cycle=OuterRef("cycle")) | Q(cycle=None) & ~Exists(later)).order_by("submitted_at", "pk")


def _later_cycles(cycles: QuerySet[ReportingCycle], column: str) -> QuerySet[ReportingCycle]:
    """Return the cycles that opened after that of an expected report, and by the day that a report has in `column`."""
    opened_on = OuterRef(OuterRef("cycle__opened_on"))
    return cycles.filter(opened_on__gt=opened_on, opened_on__lte=OuterRef(column)).order_by()


@dataclass(frozen=True)
class LeadRate:
    """A lead's expected and received reports in a cycle, and the date of its last report ever (None: never)."""

    lead: Agency | WorkGroup
    expected: int
    in_time: int
    late: int
    waiting: int
    last_update: PartialDate | None

    @property
    def code(self) -> str:
        return self.lead.code if isinstance(self.lead, Agency) else self.lead.slug

    @property
    def silent(self) -> int:
        return self.expected - self.in_time - self.late - self.waiting


@dataclass(frozen=True)
class CycleRates:
    """A cycle's response rates by lead, members first and then groups.

    `silent` are the expected reports without a submission. `waiting` are those with a report that waits for review:
    `submission` is its id, `waiting_since` the time of its submission.
    """

    cycle: ReportingCycle
    rates: list[LeadRate]
    silent: list[ProgressReport]
    waiting: list[ProgressReport]
    is_due: bool

    @property
    def total(self) -> CycleOutcome:
        counts = [sum(getattr(rate, name) for rate in self.rates) for name in ("expected", "in_time", "late")]
        return CycleOutcome(self.cycle.title, self.cycle.due_on, *counts, is_due=self.is_due)

    @property
    def silent_count(self) -> int:
        return self.total.missing - len(self.waiting)


def rates(cycle: ReportingCycle) -> CycleRates:
    """Return the response rates of an opened cycle by lead. A constituent's reports count for its member."""
    cycles = ReportingCycle.objects.opened(today())
    submissions = _submissions(cycles)
    expected = (
        _with_answers(ProgressReport.objects.all(), cycles, None)
        .filter(cycle=cycle)
        .exclude(commitment__withdrawn_on__lte=cycle.due_on)
        .annotate(
            submission=Subquery(submissions.values("pk")[:1]),
            waiting_since=Subquery(submissions.values("submitted_at")[:1]),
            lead_member=Coalesce("commitment__lead_agency__parent", "commitment__lead_agency"),
        )
    )
    waiting_count = Count("pk", filter=Q(answered_on=None, submission__isnull=False))
    groups = (
        expected.order_by()
        .values_list("lead_member", "commitment__workgroup")
        .annotate(**RESPONSE_COUNTS, waiting=waiting_count)
    )
    counts = {(member, group): group_counts for member, group, *group_counts in groups}
    last_reports = {lead.lead: lead.last_update for lead in freshness().leads}
    by_lead = [LeadRate(lead, *counts[key], last_reports.get(lead)) for lead, key, _params in leads() if key in counts]
    unanswered = with_latest_report(expected.filter(answered_on=None)).select_related(
        "commitment__lead_agency__parent", "commitment__workgroup"
    )
    rows = list(unanswered.order_by("last_update_on", "pk"))
    silent = [row for row in rows if row.submission is None]
    waiting = [row for row in rows if row.submission is not None]
    return CycleRates(cycle, by_lead, silent, waiting, cycle.due_on < today())


def with_latest_report(reports: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """Annotate `last_update_on` and `last_update_precision`: the day of the commitment's last published report."""
    last = ProgressReport.objects.published().filter(commitment=OuterRef("commitment")).newest_first()
    return reports.annotate(
        last_update_on=Subquery(last.values("published_on")[:1]),
        last_update_precision=Subquery(last.values("published_precision")[:1]),
    )
