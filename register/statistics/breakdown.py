"""Breakdowns of the commitments of a lead, agenda point, recommendation or level by status and by freshness."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment, Freshness, Status
from foundation.dates.partial import PartialDate
from recommendations.models import Recommendation
from register.querysets import register_commitments
from register.statistics.counts import Count, QueryParams, RegisterLinkMixin, as_of_params
from register.statistics.freshness import SILENT
from workgroups.models import WorkGroup

WIDTH = 1000

Subject = Agency | AgendaPoint | Recommendation | Recommendation.Level | WorkGroup
# Status, freshness, number of commitments, date of the last report, and its precision.
GroupCount = tuple[str, str, int, date | None, str | None]


@dataclass(frozen=True)
class Segment:
    """A segment of a bar of total width `WIDTH`."""

    code: str
    start: int
    width: int


@dataclass(frozen=True)
class StatusBreakdown(RegisterLinkMixin):
    """Counts of commitments by status and by freshness, those that owe a report, and the date of the last report."""

    params: QueryParams
    statuses: list[Count]
    freshness: list[Count]
    waiting: Count
    last_update: PartialDate | None

    @property
    def total(self) -> int:
        return sum(count.count for count in self.statuses)

    @property
    def all(self) -> Count:
        return Count(self.total, self.params)

    @property
    def nonzero_counts(self) -> list[Count]:
        """Return the counts of the statuses that occur."""
        return [count for count in self.statuses if count.count]

    @property
    def segments(self) -> list[Segment]:
        """Return a segment for each status that occurs, in order; their widths add up to `WIDTH`."""
        segments, before = [], 0
        for count in self.nonzero_counts:
            start, end = (round(WIDTH * n / self.total) for n in (before, before + count.count))
            segments.append(Segment(str(count.code) or "nothing", start, end - start))
            before += count.count
        return segments


@dataclass(frozen=True)
class SubjectBreakdown:
    """A subject with the breakdown of its commitments, and the same for its parts."""

    subject: Subject
    breakdown: StatusBreakdown
    parts: list["SubjectBreakdown"] = field(default_factory=list)


def status_breakdown(
    commitments: Iterable[Commitment], params: QueryParams, day: date | None = None
) -> StatusBreakdown:
    """Count rows that were read already (with `with_standing(day)`); `params` select them in the register."""
    groups = [
        (row.standing_status, row.standing_freshness, 1, row.last_update_on, row.last_update_precision)
        for row in commitments
    ]
    return _breakdown(groups, params, day)


def by_status(commitments: Iterable[Commitment], breakdown: StatusBreakdown) -> list[tuple[Count, list[Commitment]]]:
    """Group the rows by status, each group with its count from the breakdown, in the order of statuses."""
    rows = defaultdict(list)
    for row in commitments:
        rows[row.standing_status].append(row)
    return [(count, rows[count.code]) for count in breakdown.nonzero_counts]


def breakdowns(subjects: Iterable[Subject], day: date | None = None) -> list[SubjectBreakdown]:
    """Break down the commitments of subjects of one kind, and of their parts, in at most four queries.

    Parts are an agency's constituents and a recommendation's parts. Their commitments also count for the whole.
    """
    subjects = list(subjects)
    if not subjects:
        return []
    groups_by_key = _groups_by_subject(type(subjects[0]), day)
    return [
        SubjectBreakdown(
            subject,
            _breakdown(_groups_of(subject, groups_by_key), subject_params(subject), day),
            [
                SubjectBreakdown(part, _breakdown(groups_by_key[part.pk], subject_params(part), day))
                for part in _parts(subject)
            ],
        )
        for subject in subjects
    ]


def subject_params(subject: Subject) -> QueryParams:
    """Return the register's query parameters for the commitments that a subject leads, or that answer it."""
    match subject:
        case Agency():
            codes = [subject.code, *(part.code for part in _parts(subject))]
            return {"lead": codes if len(codes) > 1 else subject.code}
        case WorkGroup():
            return {"workgroup": subject.slug}
        case AgendaPoint():
            return {"agenda_point": subject.number}
        case Recommendation.Level():
            return {"level": subject.value}
        case Recommendation():
            return {"recommendation": subject.code}
    raise TypeError(f"{subject!r} has no commitments.")


def _parts(subject: Subject) -> list:
    if isinstance(subject, Agency) and subject.parent_id is None:
        return list(subject.constituents.all())
    if isinstance(subject, Recommendation) and subject.parent_id is None:
        return list(subject.parts.all())
    return []


def _groups_of(subject: Subject, groups_by_key: dict) -> list[GroupCount]:
    if isinstance(subject, Agency):
        return [group for agency in (subject, *_parts(subject)) for group in groups_by_key[agency.pk]]
    if isinstance(subject, Recommendation) and subject.parent_id is None:
        return groups_by_key["whole", subject.pk]
    return groups_by_key[subject.value if isinstance(subject, Recommendation.Level) else subject.pk]


def _groups_by_subject(kind: type, day: date | None) -> dict:
    rows = register_commitments().published(day).with_standing(day)
    if kind is Recommendation:
        answers = rows.filter(recommendations__isnull=False)
        whole = answers.annotate(whole=Coalesce("recommendations__parent", "recommendations"))
        groups_by_key = {("whole", key): groups for key, groups in _group_by(whole, "whole").items()}
        return defaultdict(list, groups_by_key | _group_by(answers, "recommendations"))
    column = {
        Agency: "lead_agency",
        WorkGroup: "workgroup",
        AgendaPoint: "agenda_points",
        Recommendation.Level: "recommendations__level",
    }[kind]
    return _group_by(rows.filter(~Q(**{column: None})), column)


def _group_by(rows: models.QuerySet, column: str) -> dict:
    groups_by_key: dict = defaultdict(list)
    grouped = rows.order_by().values_list(column, "standing_status", "standing_freshness", "last_update_precision")
    for key, status, freshness, precision, count, last_update_on in grouped.annotate(
        n=models.Count("pk", distinct=True), m=models.Max("last_update_on")
    ):
        groups_by_key[key].append((status, freshness, count, last_update_on, precision))
    return groups_by_key


def _breakdown(groups: list[GroupCount], params: QueryParams, day: date | None) -> StatusBreakdown:
    count_by_value: dict[tuple[str, str], int] = defaultdict(int)
    for status, freshness, count, _last, _precision in groups:
        count_by_value["status", status] += count
        count_by_value["freshness", freshness] += count
    report_dates = [
        PartialDate(last_update_on, precision) for *_numbers, last_update_on, precision in groups if last_update_on
    ]
    params = {**params, **as_of_params(day)}
    return StatusBreakdown(
        params,
        [
            *_counts("status", Status, count_by_value, params),
            Count(count_by_value["status", ""], None, "", _("Nothing reported")),
        ],
        list(_counts("freshness", Freshness, count_by_value, params)),
        Count(
            sum(count_by_value["freshness", choice.value] for choice in SILENT),
            {**params, "freshness": [choice.value for choice in SILENT]},
        ),
        max(report_dates, key=lambda report_date: report_date.day, default=None),
    )


def _counts(name: str, choices: type[models.TextChoices], count_by_value: dict, params: QueryParams) -> Iterator[Count]:
    for choice in choices:
        yield Count(count_by_value[name, choice.value], {**params, name: choice.value}, choice.value, str(choice.label))
