from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models
from django.db.models import F, Prefetch, Q, QuerySet
from django.urls import reverse

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Assessment, Commitment, Freshness, ReportingCycle
from commitments.querysets import FINISHED
from commitments.statistics.counts import Count, Findable, Words, as_of, has_place, led_by
from commitments.statistics.freshness import SILENT
from foundation.clock import today
from recommendations.models import Recommendation

COUNTED = ("commitments", "dated", "reported", "reported_in_cycle", "owed")


@dataclass(frozen=True)
class Coverage(Findable):
    """How far a point, recommendation, level or member is answered: by commitments, by dated ones, by reports.

    `reported` counts those ever reported on, `reported_in_cycle` those reported on since the newest cycle opened,
    and `owed` those of which it asked for a report that has not come.
    """

    code: str | int
    title: str
    page: str
    commitments: int
    dated: int
    reported: int
    reported_in_cycle: int
    owed: int
    words: Words

    @property
    def lacks(self) -> list[str]:
        """'commitment', or else each of 'date', 'report' and 'report_in_cycle' that is wanting; empty without a gap.

        What is finished or was not asked owes this cycle nothing, and so lacks no report in it.
        """
        if not self.commitments:
            return ["commitment"]
        wanting = {
            "date": not self.dated,
            "report": not self.reported,
            "report_in_cycle": self.owed and not self.reported_in_cycle,
        }
        return [word for word, holds in wanting.items() if holds]

    @property
    def all(self) -> Count:
        """The commitments that answer it."""
        return Count(self.commitments, self.words)

    @property
    def silent(self) -> Count:
        """The commitments that owe a report."""
        return Count(self.owed, {**self.words, "freshness": [word.value for word in SILENT]})


@dataclass(frozen=True)
class Gaps:
    """Who and what has no commitment, none with a due day, or none reported on; and whose word is disputed.

    Each list is complete and in order; `lacks` of a row says what is wanting. A member counts what it leads. `cycle`
    is the newest that had opened on the day. The disputed commitments carry their `dissent`: the assessments,
    newest of each assessor, that disagree.
    """

    day: date | None
    cycle: ReportingCycle | None
    points: list[Coverage]
    recommendations: list[Coverage]
    levels: list[Coverage]
    members: list[Coverage]
    disputed: list[Commitment]


def gaps(day: date | None = None) -> Gaps:
    """Find out what nobody has taken up, what has no day, what nobody has reported on, and what is disputed."""
    cycle = ReportingCycle.objects.opened(day or today()).first()
    known = _known(day, cycle)
    on_point = _linked(Commitment.agenda_points.through, "agendapoint_id", known)
    answering = _linked(Commitment.recommendations.through, "recommendation_id", known)
    recommendations, on_day = list(Recommendation.objects.all()), as_of(day)
    at_level: dict[str, set[int]] = defaultdict(set)
    for recommendation in recommendations:
        at_level[recommendation.level] |= answering[recommendation.pk]
    for part in recommendations:
        if part.parent_id:
            answering[part.parent_id] |= answering[part.pk]

    def coverage(code: str | int, title: str, page: str, answers: Iterable[int], words: Words) -> Coverage:
        counted = Counter(name for pk in answers for name in known[pk].counted)
        return Coverage(code, title, page, *(counted[name] for name in COUNTED), {**words, **on_day})

    return Gaps(
        day,
        cycle,
        [
            coverage(p.number, p.title, p.get_absolute_url(), on_point[p.pk], {"agenda_point": p.number})
            for p in AgendaPoint.objects.all()
        ],
        [
            coverage(r.code, r.text, r.get_absolute_url(), answering[r.pk], {"recommendation": r.code})
            for r in recommendations
        ],
        [
            coverage(level.value, str(level.label), _at(level), at_level[level], {"level": level.value})
            for level in Recommendation.Level
        ],
        [
            coverage(member.code, member.name, member.get_absolute_url(), _led(member, known), led_by(member))
            for member in Agency.objects.with_own_membership().prefetch_related("constituents")
            if has_place(member, day) or _led(member, known)
        ],
        list(disputed(day)),
    )


def disputed(day: date | None = None) -> QuerySet[Commitment]:
    """Commitments whose lead's word an assessor's newest judgement contradicts, each with this `dissent`."""
    dissent = Assessment.objects.published(day).newest_of_each_assessor(day).filter(finding="disagrees")
    return (
        _listed(day)
        .filter(standing_verification="disputed")
        .order_by("pk")
        .prefetch_related(
            Prefetch(
                "assessments",
                dissent.select_related("agency", "workgroup").order_by("-published_on", "-pk"),
                to_attr="dissent",
            )
        )
    )


def undated(day: date | None = None) -> QuerySet[Commitment]:
    """Commitments for which no due day is known."""
    return _listed(day).filter(due_on=None).order_by("pk")


def silent(day: date | None = None) -> QuerySet[Commitment]:
    """Commitments never reported on, or overdue in the newest cycle: the longest silent first."""
    never = Q(last_heard_on=None) & ~Q(standing_status__in=FINISHED)
    late = Q(standing_freshness__in=[Freshness.OVERDUE, Freshness.NEVER_REPORTED])
    return _listed(day).filter(never | late).order_by(F("last_heard_on").asc(nulls_first=True), "published_on", "pk")


def _listed(day: date | None) -> QuerySet[Commitment]:
    rows = Commitment.objects.published(day).with_standing(day).defer("search")
    return rows.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")


class _Known(NamedTuple):
    """What gaps ask of one commitment: who leads it, and in which of the counts it is counted."""

    lead: int | None
    counted: list[str]


def _known(day: date | None, cycle: ReportingCycle | None) -> dict[int, _Known]:
    """Every published commitment, read once: the database would reckon its standing anew for each of its links."""
    rows = Commitment.objects.published(day).with_standing(day).order_by()
    known = {}
    for pk, lead, due, heard, freshness in rows.values_list(
        "pk", "lead_agency", "due_on", "last_heard_on", "standing_freshness"
    ):
        since = bool(cycle and heard and heard >= cycle.opened_on)
        holds = (True, due is not None, heard is not None, since, freshness in SILENT)
        known[pk] = _Known(lead, [name for name, held in zip(COUNTED, holds, strict=True) if held])
    return known


def _linked(links: type[models.Model], column: str, known: dict[int, _Known]) -> dict[int, set[int]]:
    """The known commitments by what they are linked to."""
    found: dict[int, set[int]] = defaultdict(set)
    for pk, target in links.objects.values_list("commitment_id", column):
        if pk in known:
            found[target].add(pk)
    return found


def _led(member: Agency, known: dict[int, _Known]) -> list[int]:
    leads = {member.pk, *(part.pk for part in member.constituents.all())}
    return [pk for pk, row in known.items() if row.lead in leads]


def _at(level: Recommendation.Level) -> str:
    return f"{reverse('recommendations:list')}#{level.value}"
