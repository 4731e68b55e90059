from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment, Freshness, Status
from commitments.summaries.counts import Count, as_of, leads, tally, with_lead
from workgroups.models import WorkGroup

SHADES = 5


@dataclass(frozen=True)
class MatrixCell(Count):
    """How many, and how dark: 0 for none, then 1 to 5 by its share of the largest cell."""

    shade: int = 0


@dataclass(frozen=True)
class MatrixRow:
    """What one lead undertook; `total` counts each commitment once, however many points it serves."""

    lead: Agency | WorkGroup
    cells: list[MatrixCell]
    total: Count


@dataclass(frozen=True)
class Matrix:
    """Leads × agenda points, statuses or words of freshness: the members in their order, then the work groups.

    `heads` are the columns, each with what it counts over all leads; `points` are theirs where the columns are points.
    """

    day: date | None
    by: str
    heads: list[Count]
    points: list[AgendaPoint]
    rows: list[MatrixRow]

    @property
    def total(self) -> int:
        return sum(row.total.count for row in self.rows)


def matrix(day: date | None = None, by: str = "agenda_point") -> Matrix:
    """Count the published commitments of each lead in each column; `by` is one of `MATRIX_COLUMNS`."""
    rows = with_lead(Commitment.objects.published(day))
    points = list(AgendaPoint.objects.all()) if by == "agenda_point" else []
    columns, by_cell = _COLUMNS[by](rows, points, day)
    by_lead, on_day = tally(rows), as_of(day)
    largest = max(by_cell.values(), default=0)
    in_column: dict[str | int, int] = defaultdict(int)
    for (*_lead, code), count in by_cell.items():
        in_column[code] += count

    def words(code: str | int, lead: dict) -> dict | None:
        return {**lead, by: code, **on_day} if code != "" else None

    return Matrix(
        day,
        by,
        [Count(in_column[code], words(code, {}), code, label) for code, label in columns],
        points,
        [
            MatrixRow(
                lead,
                [
                    MatrixCell(n := by_cell[*key, code], words(code, of_lead), code, label, _shade(n, largest))
                    for code, label in columns
                ],
                Count(by_lead[key], {**of_lead, **on_day}),
            )
            for lead, key, of_lead in leads()
        ],
    )


def _shade(count: int, largest: int) -> int:
    return -(-count * SHADES // largest) if count else 0


def _by_point(rows: QuerySet, points: list[AgendaPoint], _day) -> tuple[list, dict]:
    counts = tally(rows.filter(agenda_points__isnull=False), "agenda_points__number")
    return [(point.number, str(point)) for point in points], counts


def _by_status(rows: QuerySet, _points, day: date | None) -> tuple[list, dict]:
    counts = tally(rows.with_standing(day), "standing_status")
    columns = [(status.value, str(status.label)) for status in Status]
    if any(code == "" for (*_lead, code) in counts):
        columns.append(("", _("Nothing reported")))
    return columns, counts


def _by_freshness(rows: QuerySet, _points, day: date | None) -> tuple[list, dict]:
    columns = [(freshness.value, str(freshness.label)) for freshness in Freshness]
    return columns, tally(rows.with_standing(day), "standing_freshness")


_COLUMNS: dict[str, Callable[[QuerySet, list[AgendaPoint], date | None], tuple[list, dict]]] = {
    "agenda_point": _by_point,
    "status": _by_status,
    "freshness": _by_freshness,
}
MATRIX_COLUMNS = tuple(_COLUMNS)
