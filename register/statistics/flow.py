"""Counts for the flow chart: commitments by agenda point and level of recommendation, and by level and status."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count as CountRows
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agenda.models import AgendaPoint
from commitments.models import Commitment, Status
from recommendations.models import Recommendation
from register.statistics.counts import Count, QueryParams, as_of_params, is_included


@dataclass(frozen=True)
class Stream:
    """The number of commitments that have both values. A commitment counts once in each of its pairs."""

    source: Count
    target: Count
    count: int


@dataclass(frozen=True)
class Flow:
    """Three columns and the streams between neighbouring columns, without values that have no commitment."""

    points: list[Count]
    levels: list[Count]
    statuses: list[Count]
    to_levels: list[Stream]
    to_statuses: list[Stream]


def flow(rows: QuerySet[Commitment], params: QueryParams, day: date | None = None) -> Flow:
    """Count the flow of rows (which carry `with_standing(day)`); `params` select them in the register.

    If `params` filter by points, levels or statuses, only these are shown, though the rows may have others as well.
    """
    params = {**params, **as_of_params(day)}
    by_point = _pair_counts(rows, "agenda_points__number", "recommendations__level")
    by_level = _pair_counts(rows, "recommendations__level", "standing_status")
    points = _column_counts(
        [(point.number, str(point)) for point in AgendaPoint.objects.all()], "agenda_point", rows, params, _("No point")
    )
    levels = _column_counts(Recommendation.Level.choices, "level", rows, params, _("No recommendation"))
    statuses = _column_counts(Status.choices, "status", rows, params, _("Nothing reported"))
    return Flow(points, levels, statuses, _streams(points, levels, by_point), _streams(levels, statuses, by_level))


COLUMN_FIELDS = {
    "agenda_point": "agenda_points__number",
    "level": "recommendations__level",
    "status": "standing_status",
}


def _column_counts(
    choices: list[tuple], name: str, rows: QuerySet, params: QueryParams, empty_label: str
) -> list[Count]:
    """Return the counts of the values that occur, in order, then of rows without a value, which no query selects."""
    groups = rows.order_by().values_list(COLUMN_FIELDS[name]).annotate(n=CountRows("pk", distinct=True))
    count_by_code = {code or "": count for code, count in groups if is_included(params, name, code)}
    counts = [
        Count(count_by_code[code], {**params, name: code}, code, str(label))
        for code, label in choices
        if code in count_by_code
    ]
    return [*counts, Count(count_by_code[""], None, "", empty_label)] if "" in count_by_code else counts


def _pair_counts(rows: QuerySet, first: str, second: str) -> dict[tuple, int]:
    groups = rows.order_by().values_list(first, second).annotate(n=CountRows("pk", distinct=True))
    return defaultdict(int, {(a or "", b or ""): count for a, b, count in groups})


def _streams(sources: list[Count], targets: list[Count], pairs: dict[tuple, int]) -> list[Stream]:
    return [
        Stream(source, target, count)
        for source in sources
        for target in targets
        if (count := pairs[source.code, target.code])
    ]
