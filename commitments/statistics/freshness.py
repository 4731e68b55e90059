from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import models

from agencies.models import Agency
from commitments.models import Commitment, Freshness
from commitments.statistics.counts import Count, Words, as_of, has_place, leads, with_lead
from foundation.dates.partial import PartialDate
from workgroups.models import WorkGroup

SILENT = (Freshness.DUE, Freshness.OVERDUE, Freshness.NEVER_REPORTED)


@dataclass(frozen=True)
class LeadFreshness:
    """How one lead keeps the record up to date, and when it was last heard (None: never)."""

    lead: Agency | WorkGroup
    counts: list[Count]
    last_heard: PartialDate | None

    @property
    def total(self) -> int:
        return sum(count.count for count in self.counts)

    @property
    def owed(self) -> Count:
        return _owed(self.counts)


@dataclass(frozen=True)
class FreshnessSummary:
    """Commitments by freshness: all of them, and by lead."""

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
        """The leads that owe a report, longest silent first; those never heard of before all others."""
        owing = [lead for lead in self.leads if lead.owed.count]
        return sorted(owing, key=lambda lead: lead.last_heard.day if lead.last_heard else date.min)


def freshness(day: date | None = None) -> FreshnessSummary:
    """Count the published commitments by freshness, and find the last word of each lead."""
    rows = with_lead(Commitment.objects.published(day).with_standing(day))
    counts: dict[tuple, int] = defaultdict(int)
    heard: dict[tuple, PartialDate] = {}
    grouped = rows.order_by().values_list("lead_member", "workgroup", "standing_freshness", "last_heard_precision")
    for member, group, word, precision, count, last in grouped.annotate(
        n=models.Count("pk"), m=models.Max("last_heard_on")
    ):
        counts[member, group, word] += count
        if last and (heard.get((member, group)) is None or heard[member, group].day < last):
            heard[member, group] = PartialDate(last, precision)
    by_lead = [
        LeadFreshness(lead, [_fresh(word, counts[*key, word], words, day) for word in Freshness], heard.get(key))
        for lead, key, words in leads()
        if has_place(lead, day) or any(counts[*key, word] for word in Freshness)
    ]
    totals = [sum(n for (*_lead, known), n in counts.items() if known == word) for word in Freshness]
    return FreshnessSummary(
        day, [_fresh(word, total, {}, day) for word, total in zip(Freshness, totals, strict=True)], by_lead
    )


def _fresh(word: Freshness, count: int, words: Words, day: date | None) -> Count:
    return Count(count, {**words, "freshness": word.value} | as_of(day), word.value, str(word.label))


def _owed(counts: list[Count]) -> Count:
    """The commitments on which a report is asked for and has not come."""
    silent = [count for count in counts if count.code in SILENT]
    return Count(
        sum(count.count for count in silent),
        {**(silent[0].words or {}), "freshness": [str(count.code) for count in silent]},
    )
