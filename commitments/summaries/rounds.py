"""Reports by round: what each reporting cycle asked for and got, and what came outside of cycles, by year."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import ExtractYear

from commitments.models import Commitment, ProgressReport, ReportingCycle


@dataclass(frozen=True)
class Round:
    """A reporting cycle, or a year of reports that no cycle asked for: of these none is late and none missing."""

    label: str
    in_time: int
    late: int = 0
    missing: int = 0
    is_cycle: bool = False

    @property
    def total(self) -> int:
        return self.in_time + self.late + self.missing


def rounds(rows: QuerySet[Commitment], day: date | None = None) -> list[Round]:
    """The reports on these commitments up to the end of a day: first by year, then by cycle, oldest first.

    What a cycle asked for and has not got is counted alike whether nothing is written yet or a draft waits.
    """
    on_rows = Q(commitment__in=rows.order_by().values("pk"))
    published = ProgressReport.objects.published(day).filter(on_rows)
    years = published.filter(cycle=None).order_by().values_list(ExtractYear("published_on")).annotate(n=Count("pk"))
    opened = ReportingCycle.objects.filter(opened_on__isnull=False)
    if day:
        opened = opened.filter(opened_on__lte=day)
    asked = dict(_counted(ProgressReport.objects.filter(on_rows, cycle__in=opened)))
    given = published.filter(cycle__in=opened)
    all_given = dict(_counted(given))
    in_time = dict(_counted(given.filter(published_on__lte=F("cycle__due_on"))))
    return [Round(str(year), count) for year, count in sorted(years)] + [
        Round(
            cycle.title,
            in_time.get(cycle.pk, 0),
            all_given.get(cycle.pk, 0) - in_time.get(cycle.pk, 0),
            asked[cycle.pk] - all_given.get(cycle.pk, 0),
            is_cycle=True,
        )
        for cycle in opened.order_by("opened_on", "pk")
        if cycle.pk in asked
    ]


def _counted(reports: QuerySet[ProgressReport]) -> QuerySet:
    return reports.order_by().values_list("cycle").annotate(n=Count("pk"))
