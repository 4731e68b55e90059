"""Every published change of the register, as one list: what was published, reported, judged, withdrawn, and when."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import models
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from commitments.models import Answer, Assessment, Commitment, ProgressReport, StatusChange, Withdrawal
from commitments.permissions import PUBLIC_STATES
from foundation.dates.partial import PartialDate


@dataclass(frozen=True)
class Change:
    """One change; `status_change` is there when the report set or changed the status."""

    class Kind(models.TextChoices):
        """In the order in which changes of one day happen."""

        PUBLISHED = "published", _("Commitment published")
        REPORT = "report", _("Report published")
        ASSESSMENT = "assessment", _("Assessment published")
        ANSWER = "answer", _("Answer to an assessment published")
        WITHDRAWN = "withdrawn", _("Commitment withdrawn")
        RESTORED = "restored", _("Commitment restored")

    kind: str
    on: PartialDate
    commitment: Commitment
    report: ProgressReport | None = None
    status_change: StatusChange | None = None
    assessment: Assessment | None = None
    answer: Answer | None = None
    withdrawal: Withdrawal | None = None

    @property
    def label(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def key(self) -> str:
        """Return what identifies it for ever: 'HLD-0001/published', 'HLD-0001/report-2', 'HLD-0001/withdrawn-2'."""
        if self.report:
            detail = f"report-{self.report.number}"
        elif self.assessment:
            detail = f"assessment-{_assessor(self.assessment)}-{_moment(self.assessment)}"
        elif self.answer:
            detail = f"answer-{_assessor(self.answer.assessment)}-{_moment(self.answer)}"
        elif self.withdrawal:
            number = self.withdrawal.number
            detail = self.kind if number == 1 else f"{self.kind}-{number}"
        else:
            detail = self.kind
        return f"{self.commitment.reference}/{detail}"

    @property
    def reason(self) -> str:
        """The reason that a withdrawal or a restoration gives; '' for other changes."""
        if self.withdrawal is None:
            return ""
        return self.withdrawal.restored_reason if self.kind == self.Kind.RESTORED else self.withdrawal.withdrawn_reason

    def get_absolute_url(self) -> str:
        page = (self.report or self.commitment).get_absolute_url()
        return f"{page}#assessments" if self.assessment or self.answer else page


class Trace(NamedTuple):
    """A change as the record keeps it: enough to sort and count by, before anything is read in full."""

    kind: str
    day: date
    precision: str
    rank: int
    commitment: int
    turn: int
    row: int
    recorded: datetime | None = None  # when this portal took it in, where that was asked for

    @property
    def on(self) -> PartialDate:
        return PartialDate(self.day, self.precision)


def changes(
    day: date | None = None, *, commitments: QuerySet[Commitment] | None = None, limit: int | None = None
) -> list[Change]:
    """Newest first, up to the end of a day; of some commitments or of all that have a page; at most seven queries."""
    return told(traces(day, commitments=commitments, limit=limit))


def traces(
    day: date | None = None,
    *,
    commitments: QuerySet[Commitment] | None = None,
    kinds: Collection[str] | None = None,
    limit: int | None = None,
    recorded: bool = False,
) -> list[Trace]:
    """The same as `changes`, and of some kinds alone, without what stands behind; one query.

    With `recorded` each has the moment at which this portal recorded it: for what was loaded, later than its day.
    """
    scope = (Commitment.objects.all() if commitments is None else commitments).public(day).order_by()
    asked = [kind for kind in Change.Kind if kinds is None or kind in kinds]
    if not asked:
        return []
    order = ("-day", "-rank", "-commitment_key", "-turn")
    names = ["what", "day", "precision", "rank", "commitment_key", "turn", "row", *(["recorded"] if recorded else [])]
    first, *others = [
        _SOURCES[kind](scope, day)
        .order_by()
        .annotate(what=Value(kind.value), rank=Value(_rank(kind)), row=F("pk"))
        .annotate(**({"recorded": _RECORDED[kind]()} if recorded else {}))
        .values_list(*names)
        .order_by(*order)[:limit]
        for kind in asked
    ]
    rows = first.union(*others, all=True).order_by(*order)[:limit] if others else first
    return [Trace(*row) for row in rows]


def told(traced: Iterable[Trace]) -> list[Change]:
    """Read what stands behind some traces, in their order; six queries at most, however many there are."""
    traced = list(traced)
    about = Commitment.objects.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
    commitments = about.defer("search").in_bulk({trace.commitment for trace in traced})
    reports = ProgressReport.objects.select_related("status_change").in_bulk(_rows(traced, Change.Kind.REPORT))
    judged = Assessment.objects.select_related("agency", "workgroup").in_bulk(_rows(traced, Change.Kind.ASSESSMENT))
    to_judgements = Answer.objects.select_related("assessment__agency", "assessment__workgroup")
    answers = to_judgements.in_bulk(_rows(traced, Change.Kind.ANSWER))
    steps = _rows(traced, Change.Kind.WITHDRAWN) + _rows(traced, Change.Kind.RESTORED)
    withdrawals = Withdrawal.objects.with_number().in_bulk(set(steps))
    return [_told(trace, commitments[trace.commitment], reports, judged, answers, withdrawals) for trace in traced]


def _told(
    trace: Trace, commitment: Commitment, reports: dict, judged: dict, answers: dict, withdrawals: dict
) -> Change:
    if trace.kind == Change.Kind.REPORT:
        report = reports[trace.row]
        report.commitment = commitment
        return Change(trace.kind, trace.on, commitment, report, getattr(report, "status_change", None))
    if trace.kind == Change.Kind.ASSESSMENT:
        return Change(trace.kind, trace.on, commitment, assessment=judged[trace.row])
    if trace.kind == Change.Kind.ANSWER:
        return Change(trace.kind, trace.on, commitment, answer=answers[trace.row])
    if trace.kind in (Change.Kind.WITHDRAWN, Change.Kind.RESTORED):
        return Change(trace.kind, trace.on, commitment, withdrawal=withdrawals[trace.row])
    return Change(trace.kind, trace.on, commitment)


def _rank(kind: str) -> int:
    """Return the place of a kind among the changes of one day; withdrawals and restorations follow each other."""
    return list(Change.Kind).index(Change.Kind.WITHDRAWN if kind == Change.Kind.RESTORED else kind)


def _rows(traced: list[Trace], kind: str) -> list[int]:
    return [trace.row for trace in traced if trace.kind == kind]


def _published(scope: QuerySet, _day: date | None) -> QuerySet:
    return scope.annotate(
        day=F("published_on"), precision=F("published_precision"), commitment_key=F("pk"), turn=Value(0)
    )


def _withdrawn(scope: QuerySet, day: date | None) -> QuerySet:
    rows = Withdrawal.objects.until(day).filter(commitment__in=scope.values("pk"))
    return rows.annotate(
        day=F("withdrawn_on"), precision=Value("day"), commitment_key=F("commitment"), turn=F("pk") * 2
    )


def _restored(scope: QuerySet, day: date | None) -> QuerySet:
    rows = Withdrawal.objects.restored(day).filter(commitment__in=scope.values("pk"))
    return rows.annotate(
        day=F("restored_on"), precision=Value("day"), commitment_key=F("commitment"), turn=F("pk") * 2 + 1
    )


def _reported(scope: QuerySet, day: date | None) -> QuerySet:
    return _of(scope, ProgressReport.objects.published(day)).annotate(turn=F("number"))


def _assessed(scope: QuerySet, day: date | None) -> QuerySet:
    return _of(scope, Assessment.objects.published(day)).annotate(turn=F("pk"))


def _answered(scope: QuerySet, day: date | None) -> QuerySet:
    return _of(scope, Answer.objects.published(day), "assessment__commitment").annotate(turn=F("pk"))


def _of(scope: QuerySet, rows: QuerySet, commitment: str = "commitment") -> QuerySet:
    return rows.filter(**{f"{commitment}__in": scope.values("pk")}).annotate(
        day=F("published_on"), precision=F("published_precision"), commitment_key=F(commitment)
    )


_SOURCES: dict[str, Callable[[QuerySet, date | None], QuerySet]] = {
    Change.Kind.PUBLISHED: _published,
    Change.Kind.REPORT: _reported,
    Change.Kind.ASSESSMENT: _assessed,
    Change.Kind.ANSWER: _answered,
    Change.Kind.WITHDRAWN: _withdrawn,
    Change.Kind.RESTORED: _restored,
}


def _published_at(model) -> Coalesce:
    """The moment of the review, or of the first public line in the history for what was loaded without one."""
    lines = model.history.filter(id=OuterRef("pk"), state__in=PUBLIC_STATES).order_by("history_id")
    return Coalesce("reviewed_at", Subquery(lines.values("history_date")[:1]))


_RECORDED: dict[str, Callable[[], Coalesce | F]] = {
    Change.Kind.PUBLISHED: lambda: _published_at(Commitment),
    Change.Kind.REPORT: lambda: _published_at(ProgressReport),
    Change.Kind.ASSESSMENT: lambda: _published_at(Assessment),
    Change.Kind.ANSWER: lambda: _published_at(Answer),
    Change.Kind.WITHDRAWN: lambda: F("withdrawn_at"),
    Change.Kind.RESTORED: lambda: F("restored_at"),
}


def _assessor(assessment: Assessment) -> str:
    if assessment.agency:
        return assessment.agency.code
    return assessment.workgroup.slug if assessment.workgroup else slugify(assessment.assessor_name) or "independent"


def _moment(row: Assessment | Answer) -> str:
    """The moment of its publication, for one may judge or answer twice on a day; what was loaded knows its day only."""
    if row.reviewed_at:
        return row.reviewed_at.strftime("%Y%m%dT%H%M%S%f")
    return row.published.iso
