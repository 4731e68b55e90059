"""Commitments by lead, and by agenda point, status or freshness."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment, Freshness, Status
from foundation.clock import today
from foundation.dates.parsing import format_date
from register.querysets import register_commitments
from register.statistics.counts import (
    Count,
    QueryParams,
    as_of_params,
    count_by_lead,
    is_included,
    is_listed,
    leads,
    with_lead,
)
from workgroups.models import WorkGroup

SHADES = 5


@dataclass(frozen=True)
class MatrixCell(Count):
    """A count with its shade: 0 for no commitments, else 1 to 5 by its share of the largest cell."""

    shade: int = 0


@dataclass(frozen=True)
class MatrixRow:
    """The commitments of one lead; `total` counts each commitment once, even if it has several points."""

    lead: Agency | WorkGroup
    cells: list[MatrixCell]
    total: Count
    left: date | None = None  # the last day of a lead that was no longer in the group on the day of the matrix

    @property
    def label(self) -> str:
        """Return the lead's short name, with the date on which it left the group."""
        if self.left is None:
            return str(self.lead)
        return _("%(lead)s (left on %(day)s)") % {"lead": self.lead, "day": format_date(self.left)}


@dataclass(frozen=True)
class Matrix:
    """A matrix of leads × agenda points, statuses or freshness values: members in their order, then work groups.

    `heads` are the columns, each with what it counts over all leads; `points` are theirs where the columns are points.
    """

    day: date | None
    by: str
    heads: list[Count]
    points: list[AgendaPoint]
    rows: list[MatrixRow]

    @property
    def totals(self) -> list[Count]:
        return self.heads

    @property
    def total(self) -> int:
        return sum(row.total.count for row in self.rows)


def matrix(
    day: date | None = None,
    by: str = "agenda_point",
    rows: QuerySet[Commitment] | None = None,
    params: QueryParams | None = None,
) -> Matrix:
    """Count the published commitments of each lead in each column; `by` is one of `MATRIX_COLUMNS`.

    For a filtered matrix pass the `rows` (which carry `with_standing(day)`) and the query parameters that select
    them. It leaves out columns that `params` exclude, and leads without rows. An agency that is not a member on the
    day has a row only if it leads a commitment.
    """
    if rows is None:
        rows = register_commitments().published(day)
        rows = rows if by == "agenda_point" else rows.with_standing(day)
    rows = with_lead(rows)
    all_params = {**(params or {}), **as_of_params(day)}
    points = (
        [p for p in AgendaPoint.objects.all() if is_included(all_params, by, p.number)] if by == "agenda_point" else []
    )
    columns, by_cell = _COLUMNS[by](rows, points)
    columns = [(code, label) for code, label in columns if is_included(all_params, by, code)]
    by_lead = count_by_lead(rows)
    largest = max((count for (*_lead, code), count in by_cell.items() if is_included(all_params, by, code)), default=0)
    column_totals: dict[str | int, int] = defaultdict(int)
    for (*_lead, code), count in by_cell.items():
        column_totals[code] += count

    def cell_params(code: str | int, lead: QueryParams) -> QueryParams | None:
        return {**all_params, **lead, by: code} if code != "" else None

    return Matrix(
        day,
        by,
        [Count(column_totals[code], cell_params(code, {}), code, label) for code, label in columns],
        points,
        [
            MatrixRow(
                lead,
                [
                    MatrixCell(
                        count := by_cell[*key, code],
                        cell_params(code, lead_params),
                        code,
                        label,
                        _shade(count, largest),
                    )
                    for code, label in columns
                ],
                Count(by_lead[key], {**all_params, **lead_params}),
                _left(lead, day),
            )
            for lead, key, lead_params in _leads_with_params(all_params)
            if by_lead[key] or (not params and is_listed(lead, day))
        ],
    )


def _leads_with_params(all_params: QueryParams) -> Iterator[tuple[Agency | WorkGroup, tuple, QueryParams]]:
    """Yield the leads; if the query selects only some of a member's codes, its parameters have only these."""
    for lead, key, params in leads():
        codes = params["lead"] if isinstance(params["lead"], list) else [params["lead"]]
        selected = [code for code in codes if is_included(all_params, "lead", code)]
        yield lead, key, params if selected == codes or not selected else {"lead": selected}


def _left(lead: Agency | WorkGroup, day: date | None) -> date | None:
    return lead.left if isinstance(lead, Agency) and lead.has_left_by(day or today()) else None


def _shade(count: int, largest: int) -> int:
    return -(-count * SHADES // largest) if count else 0


def _by_point(rows: QuerySet, points: list[AgendaPoint]) -> tuple[list, dict]:
    counts = count_by_lead(rows.filter(agenda_points__isnull=False), "agenda_points__number")
    return [(point.number, str(point)) for point in points], counts


def _by_status(rows: QuerySet, _points) -> tuple[list, dict]:
    counts = count_by_lead(rows, "standing_status")
    columns = [(status.value, str(status.label)) for status in Status]
    if any(code == "" for (*_lead, code) in counts):
        columns.append(("", _("Nothing reported")))
    return columns, counts


def _by_freshness(rows: QuerySet, _points) -> tuple[list, dict]:
    columns = [(freshness.value, str(freshness.label)) for freshness in Freshness]
    return columns, count_by_lead(rows, "standing_freshness")


_COLUMNS: dict[str, Callable[[QuerySet, list[AgendaPoint]], tuple[list, dict]]] = {
    "agenda_point": _by_point,
    "status": _by_status,
    "freshness": _by_freshness,
}
MATRIX_COLUMNS = tuple(_COLUMNS)
