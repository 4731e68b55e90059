"""Points, recommendations, levels and members without commitments; commitments without a deadline or a report."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models
from django.db.models import F, Prefetch, Q, QuerySet

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.choices import Status
from commitments.models import Commitment, Freshness
from foundation.clock import today
from recommendations.models import Recommendation
from register.querysets import register_commitments
from register.statistics.counts import Count, QueryParams, RegisterLinkMixin, as_of_params, is_listed, lead_params
from register.statistics.freshness import SILENT
from reporting.models import Assessment, ReportingCycle

COUNTERS = ("commitments", "dated", "reported", "reported_in_cycle", "owed")


@dataclass(frozen=True)
class Coverage(RegisterLinkMixin):
    """The commitments, and those with deadlines and reports, of a point, recommendation, level or member.

    `dated` counts those with a deadline, `reported` those ever reported on, `reported_in_cycle` those reported on
    since the newest cycle opened, and `owed` those with an outstanding report.
    """

    code: str | int
    title: str
    page: str
    commitments: int
    dated: int
    reported: int
    reported_in_cycle: int
    owed: int
    params: QueryParams

    @property
    def lacks(self) -> list[str]:
        """Return ['commitment'], or those of 'date', 'report' and 'report_in_cycle' that are missing.

        A report in the cycle is missing only if one is outstanding.
        """
        if not self.commitments:
            return ["commitment"]
        missing = {
            "date": not self.dated,
            "report": not self.reported,
            "report_in_cycle": self.owed and not self.reported_in_cycle,
        }
        return [name for name, is_missing in missing.items() if is_missing]

    @property
    def all(self) -> Count:
        """Return the count of all its commitments."""
        return Count(self.commitments, self.params)

    @property
    def silent(self) -> Count:
        """Return the count of its commitments with an outstanding report."""
        return Count(self.owed, {**self.params, "freshness": [choice.value for choice in SILENT]})


@dataclass(frozen=True)
class Gaps:
    """The coverage of all points, recommendations, levels and members, and the disputed commitments.

    A member counts the commitments that it leads. `cycle` is the newest that had opened on the day. Each disputed
    commitment has a `dissent` attribute: the newest assessment of each assessor that disagrees.
    """

    day: date | None
    cycle: ReportingCycle | None
    points: list[Coverage]
    recommendations: list[Coverage]
    levels: list[Coverage]
    members: list[Coverage]
    disputed: list[Commitment]


def gaps(day: date | None = None) -> Gaps:
    """Find points, recommendations, levels and members without commitments, deadlines or reports; and disputes."""
    cycle = ReportingCycle.objects.opened(day or today()).first()
    facts = _commitment_facts(day, cycle)
    by_point = _commitments_by(Commitment.agenda_points.through, "agendapoint_id", facts)
    by_recommendation = _commitments_by(Commitment.recommendations.through, "recommendation_id", facts)
    recommendations, day_params = list(Recommendation.objects.all()), as_of_params(day)
    by_level: dict[str, set[int]] = defaultdict(set)
    for recommendation in recommendations:
        by_level[recommendation.level] |= by_recommendation[recommendation.pk]
    for recommendation in recommendations:
        if recommendation.parent_id:
            by_recommendation[recommendation.parent_id] |= by_recommendation[recommendation.pk]

    def coverage(code: str | int, title: str, page: str, ids: Iterable[int], params: QueryParams) -> Coverage:
        counts = Counter(name for pk in ids for name in facts[pk].counters)
        return Coverage(code, title, page, *(counts[name] for name in COUNTERS), {**params, **day_params})

    return Gaps(
        day,
        cycle,
        [
            coverage(p.number, p.title, p.get_absolute_url(), by_point[p.pk], {"agenda_point": p.number})
            for p in AgendaPoint.objects.all()
        ],
        [
            coverage(r.code, r.text, r.get_absolute_url(), by_recommendation[r.pk], {"recommendation": r.code})
            for r in recommendations
        ],
        [
            coverage(level.value, str(level.label), level.get_absolute_url(), by_level[level], {"level": level.value})
            for level in Recommendation.Level
        ],
        [
            coverage(member.code, member.name, member.get_absolute_url(), _led_by(member, facts), lead_params(member))
            for member in Agency.objects.with_own_membership().prefetch_related("constituents")
            if is_listed(member, day) or _led_by(member, facts)
        ],
        list(disputed(day)),
    )


def disputed(day: date | None = None) -> QuerySet[Commitment]:
    """Return the commitments that an assessor's newest assessment disagrees with, each with this `dissent`."""
    dissent = Assessment.objects.published(day).newest_of_each_assessor(day).filter(finding="disagrees")
    return (
        _rows_for_list(day)
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
    """Return the commitments without a deadline."""
    return _rows_for_list(day).filter(deadline_on=None).order_by("pk")


def silent(day: date | None = None) -> QuerySet[Commitment]:
    """Return the commitments never reported on, or overdue in the newest cycle, longest silent first."""
    never_reported = Q(last_update_on=None) & ~Q(standing_status__in=Status.finished())
    overdue = Q(standing_freshness__in=[Freshness.OVERDUE, Freshness.NEVER_REPORTED])
    return (
        _rows_for_list(day)
        .filter(never_reported | overdue)
        .order_by(F("last_update_on").asc(nulls_first=True), "published_on", "pk")
    )


def _rows_for_list(day: date | None) -> QuerySet[Commitment]:
    rows = register_commitments().published(day).with_standing(day).defer("search")
    return rows.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")


class _Facts(NamedTuple):
    """The lead of a commitment, and the names of the counters that include it."""

    lead: int | None
    counters: list[str]


def _commitment_facts(day: date | None, cycle: ReportingCycle | None) -> dict[int, _Facts]:
    """Read every published commitment once; a join would compute its status again for each of its links."""
    rows = register_commitments().published(day).with_standing(day).order_by()
    facts = {}
    for pk, lead, deadline_on, last_update_on, freshness in rows.values_list(
        "pk", "lead_agency", "deadline_on", "last_update_on", "standing_freshness"
    ):
        reported_in_cycle = bool(cycle and last_update_on and last_update_on >= cycle.opened_on)
        conditions = (True, deadline_on is not None, last_update_on is not None, reported_in_cycle, freshness in SILENT)
        facts[pk] = _Facts(lead, [name for name, is_met in zip(COUNTERS, conditions, strict=True) if is_met])
    return facts


def _commitments_by(through: type[models.Model], column: str, facts: dict[int, _Facts]) -> dict[int, set[int]]:
    """Return the ids of the commitments in `facts` by the id of the row that they are linked to."""
    ids_by_target: dict[int, set[int]] = defaultdict(set)
    for pk, target_id in through.objects.values_list("commitment_id", column):
        if pk in facts:
            ids_by_target[target_id].add(pk)
    return ids_by_target


def _led_by(member: Agency, facts: dict[int, _Facts]) -> list[int]:
    leads = {member.pk, *(constituent.pk for constituent in member.constituents.all())}
    return [pk for pk, row in facts.items() if row.lead in leads]
