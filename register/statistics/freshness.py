"""Freshness of the leads' reports, in total and by lead."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import models

from agencies.models import Agency
from commitments.models import Freshness
from foundation.dates.partial import PartialDate
from register.querysets import register_commitments
from register.statistics.counts import Count, QueryParams, as_of_params, is_listed, leads, with_lead
from workgroups.models import WorkGroup

SILENT = (Freshness.DUE, Freshness.OVERDUE, Freshness.NEVER_REPORTED)


@dataclass(frozen=True)
class LeadFreshness:
    """A lead's commitments by freshness, and the date of its last report (None: never)."""

    lead: Agency | WorkGroup
    counts: list[Count]
    last_update: PartialDate | None

    @property
    def total(self) -> int:
        return sum(count.count for count in self.counts)

    @property
    def owed(self) -> Count:
        return _owed(self.counts)


@dataclass(frozen=True)
class FreshnessSummary:
    """Counts of commitments by freshness, in total and by lead."""

    day: date | None
    counts: list[Count]
    leads: list[LeadFreshness]

    @property
    def total(self) -> int:
        return sum(count.count for count in self.counts)

    @property
    def owed(self) -> Count:
        return _owed(self.counts)

    def silent(self) -> list[LeadFreshness]:
        """Return the leads that owe a report, longest silent first; those that never reported come first."""
        leads_with_due_reports = [lead for lead in self.leads if lead.owed.count]
        return sorted(leads_with_due_reports, key=lambda lead: lead.last_update.day if lead.last_update else date.min)


def freshness(day: date | None = None) -> FreshnessSummary:
    """Count the published commitments by freshness, and find the date of each lead's last report."""
    rows = with_lead(register_commitments().published(day).with_standing(day))
    counts: dict[tuple, int] = defaultdict(int)
    last_reports: dict[tuple, PartialDate] = {}
    grouped = rows.order_by().values_list("lead_member", "workgroup", "standing_freshness", "last_update_precision")
    for member, group, choice, precision, count, last_update_on in grouped.annotate(
        n=models.Count("pk"), m=models.Max("last_update_on")
    ):
        counts[member, group, choice] += count
        if last_update_on and (
            last_reports.get((member, group)) is None or last_reports[member, group].day < last_update_on
        ):
            last_reports[member, group] = PartialDate(last_update_on, precision)
    by_lead = [
        LeadFreshness(
            lead,
            [_freshness_count(choice, counts[*key, choice], params, day) for choice in Freshness],
            last_reports.get(key),
        )
        for lead, key, params in leads()
        if is_listed(lead, day) or any(counts[*key, choice] for choice in Freshness)
    ]
    totals = [sum(n for (*_lead, value), n in counts.items() if value == choice) for choice in Freshness]
    return FreshnessSummary(
        day,
        [_freshness_count(choice, total, {}, day) for choice, total in zip(Freshness, totals, strict=True)],
        by_lead,
    )


def _freshness_count(choice: Freshness, count: int, params: QueryParams, day: date | None) -> Count:
    return Count(count, {**params, "freshness": choice.value} | as_of_params(day), choice.value, str(choice.label))


def _owed(counts: list[Count]) -> Count:
    """Return the count of commitments with an outstanding report."""
    silent = [count for count in counts if count.code in SILENT]
    return Count(
        sum(count.count for count in silent),
        {**(silent[0].params or {}), "freshness": [str(count.code) for count in silent]},
    )
