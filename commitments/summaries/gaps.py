from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment, ProgressReport
from commitments.summaries.counts import Findable, Words, as_of, led_by
from recommendations.models import Recommendation


@dataclass(frozen=True)
class Coverage(Findable):
    """How far a point, recommendation, level or member is answered: by commitments, by dated ones, by reports."""

    code: str | int
    title: str
    page: str
    commitments: int
    dated: int
    reported: int
    words: Words

    @property
    def lacks(self) -> list[str]:
        """The first of 'commitment', or 'date' and 'report', that is wanting; empty where there is no gap."""
        if not self.commitments:
            return ["commitment"]
        return [word for word, count in (("date", self.dated), ("report", self.reported)) if not count]


@dataclass(frozen=True)
class Gaps:
    """Who and what has no commitment, none with a due day, or none that was ever reported on.

    Each list is complete and in order; `lacks` of a row says what is wanting. A member counts what it leads.
    """

    day: date | None
    points: list[Coverage]
    recommendations: list[Coverage]
    levels: list[Coverage]
    members: list[Coverage]


def gaps(day: date | None = None) -> Gaps:
    """Find out what nobody has taken up, what has no day, and what nobody has reported on."""
    answered = partial(_answered, day)
    points = AgendaPoint.objects.annotate(**answered(Q(agenda_points=OuterRef("pk"))))
    includes_parts = Q(recommendations=OuterRef("pk")) | Q(recommendations__parent=OuterRef("pk"))
    recommendations = Recommendation.objects.annotate(**answered(includes_parts))
    led = Q(lead_agency=OuterRef("pk")) | Q(lead_agency__parent=OuterRef("pk"))
    members = Agency.objects.members().annotate(**answered(led)).prefetch_related("constituents")
    on_day = as_of(day)
    return Gaps(
        day,
        [_coverage(p, p.number, p.title, {"agenda_point": p.number} | on_day) for p in points],
        [_coverage(r, r.code, r.text, {"recommendation": r.code} | on_day) for r in recommendations],
        _levels(day),
        [_coverage(m, m.code, m.name, {**led_by(m), **on_day}) for m in members],
    )


def _levels(day: date | None) -> list[Coverage]:
    rows = Commitment.objects.published(day).order_by().values("recommendations__level")
    found = {
        row["recommendations__level"]: row
        for row in rows.annotate(
            commitments=models.Count("pk", distinct=True),
            dated=models.Count("pk", distinct=True, filter=Q(due_on__isnull=False)),
            reported=models.Count("pk", distinct=True, filter=_is_reported(day)),
        )
    }
    page, on_day = reverse("recommendations:list"), as_of(day)
    return [
        Coverage(
            level.value,
            str(level.label),
            f"{page}#{level.value}",
            *(found.get(level.value, {}).get(name, 0) for name in ("commitments", "dated", "reported")),
            {"level": level.value} | on_day,
        )
        for level in Recommendation.Level
    ]


def _answered(day: date | None, link: Q) -> dict[str, Coalesce]:
    """Annotations that count what answers a row: all commitments, the dated and the reported ones."""
    rows = Commitment.objects.published(day).filter(link)
    return {
        "commitments_counted": _counted(rows),
        "dated_counted": _counted(rows.filter(due_on__isnull=False)),
        "reported_counted": _counted(rows.filter(_is_reported(day))),
    }


def _counted(rows: QuerySet) -> Coalesce:
    grouped = rows.order_by().annotate(one=models.Value(1)).values("one").annotate(n=models.Count("pk", distinct=True))
    return Coalesce(Subquery(grouped.values("n")), 0)


def _coverage(row: models.Model, code: str | int, title: str, words: Words) -> Coverage:
    counts = row.commitments_counted, row.dated_counted, row.reported_counted
    return Coverage(code, title, row.get_absolute_url(), *counts, words)


def _is_reported(day: date | None) -> Exists:
    return Exists(ProgressReport.objects.published(day).filter(commitment=OuterRef("pk")))
