"""All published changes of the register as one list: publications, reports, assessments, answers and withdrawals."""

from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from commitments.models import Commitment, Withdrawal
from commitments.permissions import PUBLIC_STATES
from register.changes.change import Change, ChangeRef
from register.querysets import register_commitments
from reporting.models import Answer, Assessment, ProgressReport


def changes(
    day: date | None = None, *, commitments: QuerySet[Commitment] | None = None, limit: int | None = None
) -> list[Change]:
    """Return the changes up to the end of a day, newest first, with at most seven queries.

    They are those of some commitments, or of all that have a page.
    """
    return load_changes(change_refs(day, commitments=commitments, limit=limit))


def change_refs(
    day: date | None = None,
    *,
    commitments: QuerySet[Commitment] | None = None,
    kinds: Collection[str] | None = None,
    limit: int | None = None,
    recorded: bool = False,
) -> list[ChangeRef]:
    """Return references to the same changes as `changes()`, of some kinds if given, with one query.

    With `recorded` each has the time at which this portal recorded it, which for loaded data is later than its day.
    """
    scope = (register_commitments() if commitments is None else commitments).public(day).order_by()
    selected = [kind for kind in Change.Kind if kinds is None or kind in kinds]
    if not selected:
        return []
    order = ("-day", "-rank", "-commitment_key", "-sequence")
    names = [
        "what",
        "day",
        "precision",
        "rank",
        "commitment_key",
        "sequence",
        "row",
        *(["recorded"] if recorded else []),
    ]
    first, *others = [
        _SOURCES[kind](scope, day)
        .order_by()
        .annotate(what=Value(kind.value), rank=Value(_rank(kind)), row=F("pk"))
        .annotate(**({"recorded": _RECORDED[kind]()} if recorded else {}))
        .values_list(*names)
        .order_by(*order)[:limit]
        for kind in selected
    ]
    rows = first.union(*others, all=True).order_by(*order)[:limit] if others else first
    return [ChangeRef(*row) for row in rows]


def load_changes(refs: Iterable[ChangeRef]) -> list[Change]:
    """Load the changes that the references stand for, in the same order, with at most six queries."""
    refs = list(refs)
    with_lead = Commitment.objects.select_related("lead_agency", "workgroup").prefetch_related("agenda_points")
    commitments = with_lead.defer("search").in_bulk({ref.commitment for ref in refs})
    reports = ProgressReport.objects.select_related("status_change").in_bulk(_rows(refs, Change.Kind.REPORT))
    assessments = Assessment.objects.select_related("agency", "workgroup").in_bulk(_rows(refs, Change.Kind.ASSESSMENT))
    with_assessment = Answer.objects.select_related("assessment__agency", "assessment__workgroup")
    answers = with_assessment.in_bulk(_rows(refs, Change.Kind.ANSWER))
    keys = _rows(refs, Change.Kind.WITHDRAWN) + _rows(refs, Change.Kind.RESTORED)
    withdrawals = Withdrawal.objects.with_number().in_bulk(set(keys))
    return [_load_change(ref, commitments[ref.commitment], reports, assessments, answers, withdrawals) for ref in refs]


def _load_change(
    ref: ChangeRef, commitment: Commitment, reports: dict, assessments: dict, answers: dict, withdrawals: dict
) -> Change:
    if ref.kind == Change.Kind.REPORT:
        report = reports[ref.row]
        report.commitment = commitment
        return Change(ref.kind, ref.on, commitment, report, getattr(report, "status_change", None))
    if ref.kind == Change.Kind.ASSESSMENT:
        return Change(ref.kind, ref.on, commitment, assessment=assessments[ref.row])
    if ref.kind == Change.Kind.ANSWER:
        return Change(ref.kind, ref.on, commitment, answer=answers[ref.row])
    if ref.kind in (Change.Kind.WITHDRAWN, Change.Kind.RESTORED):
        return Change(ref.kind, ref.on, commitment, withdrawal=withdrawals[ref.row])
    return Change(ref.kind, ref.on, commitment)


def _rank(kind: str) -> int:
    """Return the rank of a kind within one day; withdrawals and restorations have the same rank."""
    return list(Change.Kind).index(Change.Kind.WITHDRAWN if kind == Change.Kind.RESTORED else kind)


def _rows(refs: list[ChangeRef], kind: str) -> list[int]:
    return [ref.row for ref in refs if ref.kind == kind]


def _published(scope: QuerySet, _day: date | None) -> QuerySet:
    return scope.annotate(
        day=F("published_on"), precision=F("published_precision"), commitment_key=F("pk"), sequence=Value(0)
    )


def _withdrawn(scope: QuerySet, day: date | None) -> QuerySet:
    rows = Withdrawal.objects.until(day).filter(commitment__in=scope.values("pk"))
    return rows.annotate(
        day=F("withdrawn_on"), precision=Value("day"), commitment_key=F("commitment"), sequence=F("pk") * 2
    )


def _restored(scope: QuerySet, day: date | None) -> QuerySet:
    rows = Withdrawal.objects.restored(day).filter(commitment__in=scope.values("pk"))
    return rows.annotate(
        day=F("restored_on"), precision=Value("day"), commitment_key=F("commitment"), sequence=F("pk") * 2 + 1
    )


def _reported(scope: QuerySet, day: date | None) -> QuerySet:
    return _of(scope, ProgressReport.objects.published(day)).annotate(sequence=F("number"))


def _assessed(scope: QuerySet, day: date | None) -> QuerySet:
    return _of(scope, Assessment.objects.published(day)).annotate(sequence=F("pk"))


def _answered(scope: QuerySet, day: date | None) -> QuerySet:
    return _of(scope, Answer.objects.published(day), "assessment__commitment").annotate(sequence=F("pk"))


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
    """Return the time of the review, or for rows loaded without a review that of their first public history line."""
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
