"""Reports year by year, whether a cycle asked for them or not; and what each reporting cycle asked for and got.

As with freshness, any report since a cycle opened answers it, be it the one that it asked for or another. A report is
late if its first submission was: the days that its review took are not the lead's. In public figures, what is asked for
and not published counts alike, whether nothing is written yet or a report waits for review.

Public figures count what stands in the register. Response rates also keep a report that was due before its commitment
was withdrawn: the withdrawal does not excuse it. One whose commitment was withdrawn by its due day was never owed.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, ExtractYear, Least, TruncDate

from agencies.models import Agency
from commitments.models import Commitment, ProgressReport, ReportingCycle
from commitments.statistics.counts import leads
from commitments.statistics.freshness import freshness
from commitments.workflow import State
from foundation.clock import today
from foundation.dates.partial import PartialDate
from workgroups.models import WorkGroup


@dataclass(frozen=True)
class Year:
    """The reports published in a year; `asked_for` are those of them that a cycle asked for."""

    year: int
    count: int
    asked_for: int = 0


@dataclass(frozen=True)
class Round:
    """What came of a reporting cycle: of how many commitments it asked for a report, and when they answered."""

    title: str
    due_on: date
    asked: int
    in_time: int
    late: int
    is_due: bool

    @property
    def given(self) -> int:
        return self.in_time + self.late

    @property
    def missing(self) -> int:
        return self.asked - self.given


@dataclass(frozen=True)
class Reporting:
    """Every year from the first report to the day of the record, silent ones included; and the cycles, oldest first."""

    years: list[Year]
    cycles: list[Round]


def reporting(rows: QuerySet[Commitment], day: date | None = None) -> Reporting:
    """Count the published reports on these commitments up to the end of a day."""
    now = day or today()
    on_rows = Q(commitment__in=rows.order_by().values("pk"))
    published = ProgressReport.objects.published(day).filter(on_rows)
    return Reporting(_years(published, now), _rounds(ProgressReport.objects.filter(on_rows), day, now))


def _years(published: QuerySet[ProgressReport], now: date) -> list[Year]:
    by_year = published.order_by().values_list(ExtractYear("published_on"))
    found = {year: Year(year, *counts) for year, *counts in by_year.annotate(n=Count("pk"), cycles=Count("cycle"))}
    if not found:
        return []
    return [found.get(year, Year(year, 0)) for year in range(min(found), max(now.year, *found) + 1)]


def _rounds(expected: QuerySet[ProgressReport], day: date | None, now: date) -> list[Round]:
    cycles = ReportingCycle.objects.opened(now)
    by_cycle = _with_answers(expected, cycles, day).order_by()
    found = defaultdict(tuple, {cycle: counts for cycle, *counts in by_cycle.values_list("cycle").annotate(**TIMES)})
    return [
        Round(cycle.title, cycle.due_on, *found[cycle.pk], is_due=cycle.due_on < now)
        for cycle in cycles.reverse()
        if found[cycle.pk]
    ]


TIMES = {
    "asked": Count("pk"),
    "in_time": Count("pk", filter=Q(answered_on__lte=F("cycle__due_on"))),
    "late": Count("pk", filter=Q(answered_on__gt=F("cycle__due_on"))),
}


def _with_answers(
    expected: QuerySet[ProgressReport], cycles: QuerySet[ReportingCycle], day: date | None
) -> QuerySet[ProgressReport]:
    """Annotate `answered_on` on the reports that these cycles asked for.

    It is the day (UTC) of the first submission that led to a publication, the day of the publication where nothing was
    submitted (as with loaded reports), and None while nothing is published.
    """
    # Least passes over null.
    submitted_on = Least("published_on", TruncDate(_first_submission(), tzinfo=UTC))
    first = (
        _answers(cycles, day).annotate(submitted_on=submitted_on).order_by("submitted_on").values("submitted_on")[:1]
    )
    return expected.filter(cycle__in=cycles.order_by().values("pk")).annotate(answered_on=Subquery(first))


def _first_submission() -> Subquery:
    """The moment of a report's first submission, by its history: later ones overwrite it in the row."""
    lines = ProgressReport.history.filter(id=OuterRef("pk"), submitted_at__isnull=False)
    return Subquery(lines.order_by().values("id").annotate(first=Min("submitted_at")).values("first"))


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
class Rate:
    """What a cycle asked of one lead and got, and when that lead was last heard on anything (None: never)."""

    lead: Agency | WorkGroup
    asked: int
    in_time: int
    late: int
    waiting: int
    last_heard: PartialDate | None

    @property
    def code(self) -> str:
        return self.lead.code if isinstance(self.lead, Agency) else self.lead.slug

    @property
    def silent(self) -> int:
        return self.asked - self.in_time - self.late - self.waiting


@dataclass(frozen=True)
class Rates:
    """A cycle's outcome by lead, members first and then groups.

    `silent` are the asked-for reports for which nothing was sent in; `waiting` those for which a report waits for
    review: its key is `submission`, the moment of its submission `waiting_since`.
    """

    cycle: ReportingCycle
    rates: list[Rate]
    silent: list[ProgressReport]
    waiting: list[ProgressReport]
    is_due: bool

    @property
    def total(self) -> Round:
        counts = [sum(getattr(rate, name) for rate in self.rates) for name in ("asked", "in_time", "late")]
        return Round(self.cycle.title, self.cycle.due_on, *counts, is_due=self.is_due)

    @property
    def silent_count(self) -> int:
        return self.total.missing - len(self.waiting)


def rates(cycle: ReportingCycle) -> Rates:
    """Response rates of an opened cycle, by agency and group. A constituent is asked and answers for its member."""
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
    waits = Count("pk", filter=Q(answered_on=None, submission__isnull=False))
    counted = expected.order_by().values_list("lead_member", "commitment__workgroup").annotate(**TIMES, waiting=waits)
    counts = {(member, group): numbers for member, group, *numbers in counted}
    heard = {lead.lead: lead.last_heard for lead in freshness().leads}
    by_lead = [Rate(lead, *counts[key], heard.get(lead)) for lead, key, _words in leads() if key in counts]
    unanswered = with_latest_report(expected.filter(answered_on=None)).select_related(
        "commitment__lead_agency__parent", "commitment__workgroup"
    )
    rows = list(unanswered.order_by("heard_on", "pk"))
    silent = [row for row in rows if row.submission is None]
    waiting = [row for row in rows if row.submission is not None]
    return Rates(cycle, by_lead, silent, waiting, cycle.due_on < today())


def with_latest_report(reports: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """Annotate `heard_on` and `heard_precision`: the last published report on each one's commitment."""
    last = ProgressReport.objects.published().filter(commitment=OuterRef("commitment")).newest_first()
    return reports.annotate(
        heard_on=Subquery(last.values("published_on")[:1]),
        heard_precision=Subquery(last.values("published_precision")[:1]),
    )
