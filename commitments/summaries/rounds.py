"""Reports year by year, whether a cycle asked for them or not; and what each reporting cycle asked for and got."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractYear

from agencies.querysets import today
from commitments.models import Commitment, ProgressReport, ReportingCycle


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
    """As with freshness, any report since a cycle opened answers it, be it the one that it asked for or another.

    What is asked for and not published counts alike, whether nothing is written yet or a draft waits.
    """
    cycles = ReportingCycle.objects.opened(now)
    first = _answers(cycles, day).order_by("published_on").values("published_on")[:1]
    by_cycle = expected.filter(cycle__in=cycles.order_by()).order_by().annotate(answered_on=Subquery(first))
    counted = by_cycle.values_list("cycle").annotate(
        asked=Count("pk"),
        in_time=Count("pk", filter=Q(answered_on__lte=F("cycle__due_on"))),
        late=Count("pk", filter=Q(answered_on__gt=F("cycle__due_on"))),
    )
    found = defaultdict(tuple, {cycle: counts for cycle, *counts in counted})
    return [
        Round(cycle.title, cycle.due_on, *found[cycle.pk], is_due=cycle.due_on < now)
        for cycle in cycles.reverse()
        if found[cycle.pk]
    ]


def _answers(cycles: QuerySet[ReportingCycle], day: date | None) -> QuerySet[ProgressReport]:
    """The reports that answer an expected one: of its cycle, or since that opened and before the next did."""
    later = cycles.filter(opened_on__gt=OuterRef(OuterRef("cycle__opened_on")), opened_on__lte=OuterRef("published_on"))
    reports = ProgressReport.objects.published(day).filter(commitment=OuterRef("commitment"))
    return reports.filter(
        Q(cycle=OuterRef("cycle")) | Q(published_on__gte=OuterRef("cycle__opened_on")) & ~Exists(later.order_by())
    )
