"""From agenda point over level of recommendation to status: how commitments run through the three."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count as Number
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agenda.models import AgendaPoint
from commitments.models import Commitment, Status
from commitments.statistics.counts import Count, Words, as_of, is_asked
from recommendations.models import Recommendation


@dataclass(frozen=True)
class Stream:
    """How many commitments have both: each is counted once in a pair, and in as many pairs as it has."""

    source: Count
    target: Count
    count: int


@dataclass(frozen=True)
class Flow:
    """Three columns and the streams between the first two and the last two; what has no commitment is left out."""

    points: list[Count]
    levels: list[Count]
    statuses: list[Count]
    to_levels: list[Stream]
    to_statuses: list[Stream]


def flow(rows: QuerySet[Commitment], words: Words, day: date | None = None) -> Flow:
    """Follow rows (which carry `with_standing(day)`); `words` find them in the register.

    A question of points, levels or statuses is shown in these alone: others that its rows have too are not its matter.
    """
    asked = {**words, **as_of(day)}
    by_point = _paired(rows, "agenda_points__number", "recommendations__level")
    by_level = _paired(rows, "recommendations__level", "standing_status")
    points = _column(
        [(point.number, str(point)) for point in AgendaPoint.objects.all()], "agenda_point", rows, asked, _("No point")
    )
    levels = _column(Recommendation.Level.choices, "level", rows, asked, _("No recommendation"))
    statuses = _column(Status.choices, "status", rows, asked, _("Nothing reported"))
    return Flow(points, levels, statuses, _streams(points, levels, by_point), _streams(levels, statuses, by_level))


COLUMNS = {"agenda_point": "agenda_points__number", "level": "recommendations__level", "status": "standing_status"}


def _column(known: list[tuple], word: str, rows: QuerySet, asked: Words, without: str) -> list[Count]:
    """What occurs, in its order, and last those that have none; no words of the register find these."""
    counted = rows.order_by().values_list(COLUMNS[word]).annotate(n=Number("pk", distinct=True))
    found = {code or "": count for code, count in counted if is_asked(asked, word, code)}
    named = [Count(found[code], {**asked, word: code}, code, str(label)) for code, label in known if code in found]
    return [*named, Count(found[""], None, "", without)] if "" in found else named


def _paired(rows: QuerySet, first: str, second: str) -> dict[tuple, int]:
    counted = rows.order_by().values_list(first, second).annotate(n=Number("pk", distinct=True))
    return defaultdict(int, {(a or "", b or ""): count for a, b, count in counted})


def _streams(sources: list[Count], targets: list[Count], pairs: dict[tuple, int]) -> list[Stream]:
    return [
        Stream(source, target, count)
        for source in sources
        for target in targets
        if (count := pairs[source.code, target.code])
    ]
