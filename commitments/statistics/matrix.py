from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment, Freshness, Status
from commitments.statistics.counts import Count, Words, as_of, has_place, is_asked, leads, tally, with_lead
from foundation.clock import today
from foundation.dates.parsing import format_date
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
    left: date | None = None  # the last day of a lead that was no longer in the group on the day of the matrix

    @property
    def label(self) -> str:
        """The lead's short name, with the day on which it left."""
        if self.left is None:
            return str(self.lead)
        return _("%(lead)s (left on %(day)s)") % {"lead": self.lead, "day": format_date(self.left)}


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
    def totals(self) -> list[Count]:
        return self.heads

    @property
    def total(self) -> int:
        return sum(row.total.count for row in self.rows)


def matrix(
    day: date | None = None,
    by: str = "agenda_point",
    rows: QuerySet[Commitment] | None = None,
    asked: Words | None = None,
) -> Matrix:
    """Count the published commitments of each lead in each column; `by` is one of `MATRIX_COLUMNS`.

    `rows` (which carry `with_standing(day)`) count instead where a question is asked, whose words are `asked`; columns
    that it excludes, and leads of which it finds nothing, are left out. An agency that is no member on the day
    has a row only for what it leads.
    """
    if rows is None:
        rows = Commitment.objects.published(day)
        rows = rows if by == "agenda_point" else rows.with_standing(day)
    rows = with_lead(rows)
    question = {**(asked or {}), **as_of(day)}
    points = [p for p in AgendaPoint.objects.all() if is_asked(question, by, p.number)] if by == "agenda_point" else []
    columns, by_cell = _COLUMNS[by](rows, points)
    columns = [(code, label) for code, label in columns if is_asked(question, by, code)]
    by_lead = tally(rows)
    largest = max((count for (*_lead, code), count in by_cell.items() if is_asked(question, by, code)), default=0)
    in_column: dict[str | int, int] = defaultdict(int)
    for (*_lead, code), count in by_cell.items():
        in_column[code] += count

    def words(code: str | int, lead: Words) -> Words | None:
        return {**question, **lead, by: code} if code != "" else None

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
                Count(by_lead[key], {**question, **of_lead}),
                _left(lead, day),
            )
            for lead, key, of_lead in _leads(question)
            if by_lead[key] or (not asked and has_place(lead, day))
        ],
    )


def _leads(question: Words) -> Iterator[tuple[Agency | WorkGroup, tuple, Words]]:
    """The leads; the words of a member that a question asks of only in part name that part."""
    for lead, key, words in leads():
        codes = words["lead"] if isinstance(words["lead"], list) else [words["lead"]]
        among = [code for code in codes if is_asked(question, "lead", code)]
        yield lead, key, words if among == codes or not among else {"lead": among}


def _left(lead: Agency | WorkGroup, day: date | None) -> date | None:
    return lead.left if isinstance(lead, Agency) and lead.has_left_by(day or today()) else None


def _shade(count: int, largest: int) -> int:
    return -(-count * SHADES // largest) if count else 0


def _by_point(rows: QuerySet, points: list[AgendaPoint]) -> tuple[list, dict]:
    counts = tally(rows.filter(agenda_points__isnull=False), "agenda_points__number")
    return [(point.number, str(point)) for point in points], counts


def _by_status(rows: QuerySet, _points) -> tuple[list, dict]:
    counts = tally(rows, "standing_status")
    columns = [(status.value, str(status.label)) for status in Status]
    if any(code == "" for (*_lead, code) in counts):
        columns.append(("", _("Nothing reported")))
    return columns, counts


def _by_freshness(rows: QuerySet, _points) -> tuple[list, dict]:
    columns = [(freshness.value, str(freshness.label)) for freshness in Freshness]
    return columns, tally(rows, "standing_freshness")


_COLUMNS: dict[str, Callable[[QuerySet, list[AgendaPoint]], tuple[list, dict]]] = {
    "agenda_point": _by_point,
    "status": _by_status,
    "freshness": _by_freshness,
}
MATRIX_COLUMNS = tuple(_COLUMNS)
