"""Numbers for charts, headlines and the API. Nothing here draws, and whoever draws asks no database.

Every count knows the words (and with them the address) that lead to the rows it counts, so that a figure can always
be followed to what stands behind it. `day` asks for the record as it stood at the end of that day (UTC).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from urllib.parse import urlencode

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.dates import PartialDate
from commitments.models import Commitment, Freshness, ProgressReport, Status
from recommendations.models import Recommendation
from workgroups.models import WorkGroup

Words = Mapping[str, str | int | list[str]]


class Findable:
    """Something whose `words` find its rows in the register."""

    words: Words | None

    @property
    def query(self) -> str:
        """The words as the query of an address, or ''."""
        return urlencode(self.words, doseq=True) if self.words else ""

    @property
    def url(self) -> str:
        """The address of the register page with just these rows, or ''."""
        return f"{reverse('commitments:list')}?{self.query}" if self.words else ""


@dataclass(frozen=True)
class Count(Findable):
    """How many published commitments, and the words of the register that find them (None: no words can)."""

    count: int
    words: Words | None
    code: str | int = ""
    label: str = ""


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


@dataclass(frozen=True)
class LeadFreshness:
    """How one lead keeps the record up to date, and when it was last heard (None: never)."""

    lead: Agency | WorkGroup
    counts: list[Count]
    last_heard: PartialDate | None

    @property
    def total(self) -> int:
        return sum(count.count for count in self.counts)


@dataclass(frozen=True)
class FreshnessSummary:
    """Commitments by freshness: all of them, and by lead."""

    day: date | None
    counts: list[Count]
    leads: list[LeadFreshness]

    @property
    def total(self) -> int:
        return sum(count.count for count in self.counts)


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


def matrix(day: date | None = None) -> Matrix:
    """Count the published commitments of each lead on each point."""
    points = list(AgendaPoint.objects.all())
    rows = _with_lead(Commitment.objects.published(day))
    by_cell = _tally(rows.filter(agenda_points__isnull=False), "agenda_points__number")
    by_lead = _tally(rows)
    in_column: dict[int, int] = defaultdict(int)
    for (*_lead, number), count in by_cell.items():
        in_column[number] += count
    as_of = _as_of(day)
    return Matrix(
        day,
        points,
        [
            MatrixRow(
                lead,
                [Count(by_cell[*key, p.number], {**words, "agenda_point": p.number} | as_of, p.number) for p in points],
                Count(by_lead[key], {**words, **as_of}),
            )
            for lead, key, words in _leads()
        ],
        [Count(in_column[p.number], {"agenda_point": p.number} | as_of, p.number) for p in points],
    )


def freshness(day: date | None = None) -> FreshnessSummary:
    """Count the published commitments by freshness, and find the last word of each lead."""
    rows = _with_lead(Commitment.objects.published(day).with_standing(day))
    counts: dict[tuple, int] = defaultdict(int)
    heard: dict[tuple, PartialDate] = {}
    grouped = rows.order_by().values_list("lead_member", "workgroup", "standing_freshness", "last_heard_precision")
    for member, group, word, precision, count, last in grouped.annotate(
        n=models.Count("pk"), m=models.Max("last_heard_on")
    ):
        counts[member, group, word] += count
        if last and (heard.get((member, group)) is None or heard[member, group].day < last):
            heard[member, group] = PartialDate(last, precision)
    leads = [
        LeadFreshness(lead, [_fresh(word, counts[*key, word], words, day) for word in Freshness], heard.get(key))
        for lead, key, words in _leads()
    ]
    totals = [sum(n for (*_lead, known), n in counts.items() if known == word) for word in Freshness]
    return FreshnessSummary(
        day, [_fresh(word, total, {}, day) for word, total in zip(Freshness, totals, strict=True)], leads
    )


def gaps(day: date | None = None) -> Gaps:
    """Find out what nobody has taken up, what has no day, and what nobody has reported on."""
    answered = partial(_answered, day)
    points = AgendaPoint.objects.annotate(**answered(Q(agenda_points=OuterRef("pk"))))
    includes_parts = Q(recommendations=OuterRef("pk")) | Q(recommendations__parent=OuterRef("pk"))
    recommendations = Recommendation.objects.annotate(**answered(includes_parts))
    led = Q(lead_agency=OuterRef("pk")) | Q(lead_agency__parent=OuterRef("pk"))
    members = Agency.objects.members().annotate(**answered(led)).prefetch_related("constituents")
    as_of = _as_of(day)
    return Gaps(
        day,
        [_coverage(p, p.number, p.title, {"agenda_point": p.number} | as_of) for p in points],
        [_coverage(r, r.code, r.text, {"recommendation": r.code} | as_of) for r in recommendations],
        _levels(day),
        [_coverage(m, m.code, m.name, {**_led_by(m), **as_of}) for m in members],
    )


def status_counts(commitments: QuerySet[Commitment], day: date | None = None) -> list[Count]:
    """Count rows (which carry `with_standing(day)`) by status, in the order of statuses; last those with no report."""
    rows = commitments.order_by().values_list("standing_status").annotate(n=models.Count("pk"))
    found = dict(rows)
    known = [
        Count(found.get(word, 0), {"status": word.value} | _as_of(day), word.value, str(word.label)) for word in Status
    ]
    return [*known, Count(found.get("", 0), None, "", str(_("Nothing reported")))]


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
    page, as_of = reverse("recommendations:list"), _as_of(day)
    return [
        Coverage(
            level.value,
            str(level.label),
            f"{page}#{level.value}",
            *(found.get(level.value, {}).get(name, 0) for name in ("commitments", "dated", "reported")),
            {"level": level.value} | as_of,
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


def _with_lead(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Annotate the member that leads: what a constituent leads counts for the member it belongs to."""
    return rows.annotate(lead_member=Coalesce("lead_agency__parent", "lead_agency"))


def _tally(rows: QuerySet[Commitment], *columns: str) -> dict[tuple, int]:
    keys = ["lead_member", "workgroup", *columns]
    grouped = rows.order_by().values_list(*keys).annotate(n=models.Count("pk"))
    return defaultdict(int, {tuple(row): n for *row, n in grouped})


def _leads() -> Iterable[tuple[Agency | WorkGroup, tuple, Words]]:
    """Every lead with its key in the tallies and the words that find what it leads."""
    for member in Agency.objects.members().prefetch_related("constituents"):
        yield member, (member.pk, None), _led_by(member)
    for group in WorkGroup.objects.all():
        yield group, (None, group.pk), {"lead": group.slug}


def _led_by(member: Agency) -> Words:
    parts = [part.code for part in member.constituents.all()]
    return {"lead": [member.code, *parts] if parts else member.code}


def _fresh(word: Freshness, count: int, words: Words, day: date | None) -> Count:
    return Count(count, {**words, "freshness": word.value} | _as_of(day), word.value, str(word.label))


def _as_of(day: date | None) -> Words:
    return {"as_of": day.isoformat()} if day else {}
