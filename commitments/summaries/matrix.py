from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment
from commitments.summaries.counts import Count, as_of, leads, tally, with_lead
from workgroups.models import WorkGroup


@dataclass(frozen=True)
class MatrixRow:
    """What one lead undertook; `total` counts each commitment once, however many points it serves."""

    lead: Agency | WorkGroup
    cells: list[Count]
    total: Count


@dataclass(frozen=True)
class Matrix:
    """Leads × agenda points: the members in their order, then the work groups."""

    day: date | None
    points: list[AgendaPoint]
    rows: list[MatrixRow]
    totals: list[Count] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(row.total.count for row in self.rows)


def matrix(day: date | None = None) -> Matrix:
    """Count the published commitments of each lead on each point."""
    points = list(AgendaPoint.objects.all())
    rows = with_lead(Commitment.objects.published(day))
    by_cell = tally(rows.filter(agenda_points__isnull=False), "agenda_points__number")
    by_lead = tally(rows)
    in_column: dict[int, int] = defaultdict(int)
    for (*_lead, number), count in by_cell.items():
        in_column[number] += count
    on_day = as_of(day)
    return Matrix(
        day,
        points,
        [
            MatrixRow(
                lead,
                [
                    Count(by_cell[*key, p.number], {**words, "agenda_point": p.number} | on_day, p.number)
                    for p in points
                ],
                Count(by_lead[key], {**words, **on_day}),
            )
            for lead, key, words in leads()
        ],
        [Count(in_column[p.number], {"agenda_point": p.number} | on_day, p.number) for p in points],
    )
