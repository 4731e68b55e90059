"""What else in the register is like a commitment: by its lead, its points, its recommendations, its succession."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from commitments.models import Commitment, ProgressReport
from recommendations.models import Recommendation

SHOWN = 6
# To take another's place binds closer than anything else that two can share.
SUCCESSION = 100


@dataclass(frozen=True)
class Relation:
    """Another commitment, and all that the two have in common."""

    commitment: Commitment
    reasons: list[str]


def related(
    commitment: Commitment, successor: Commitment | None, formers: list[Commitment], day: date | None
) -> list[Relation]:
    """Those that share most, most first; of equals the newest."""
    points, answered = set(commitment.agenda_points.all()), set(commitment.recommendations.all())
    heirs = [row.pk for row in (*formers, successor) if row]
    rows = (
        Commitment.objects.published(day)
        .exclude(pk=commitment.pk)
        .annotate(
            shared=_shared(Commitment.agenda_points.through, "agendapoint", points)
            + _shared(Commitment.recommendations.through, "recommendation", answered)
            + _one_if(_same_lead(commitment), 1)
            + _one_if(Q(pk__in=heirs), SUCCESSION)
        )
        .filter(shared__gt=0)
        .order_by(F("shared").desc(), "-published_on", "-pk")
        .select_related("lead_agency", "workgroup")
        .prefetch_related("agenda_points", "recommendations")
        .defer("search", "original_text")
    )
    return [
        Relation(row, list(_reasons(commitment, row, points, answered, successor, formers)))
        for row in rows.with_standing(day)[:SHOWN]
    ]


def formers_of(commitment: Commitment, day: date | None) -> list[Commitment]:
    """The commitments whose last report, as of the day, says that this one took their place."""
    last = ProgressReport.objects.published(day).filter(commitment=OuterRef("pk")).newest_first()
    named = ProgressReport.objects.published(day).filter(superseded_by=commitment, status="superseded")
    return list(
        Commitment.objects.published(day)
        .filter(pk__in=named.values("commitment"))
        .annotate(last_status=Subquery(last.values("status")[:1]), heir=Subquery(last.values("superseded_by")[:1]))
        .filter(last_status="superseded", heir=commitment.pk)
        .select_related("lead_agency", "workgroup")
        .defer("search")
    )


def with_others(reference: str, day: date | None) -> QuerySet[Recommendation]:
    """Recommendations with `others`: how many commitments but this one answer each, or one of its parts."""
    others = Commitment.objects.published(day).exclude(reference=reference)
    links = Commitment.recommendations.through.objects.filter(commitment__in=others.values("pk")).order_by()
    meant = links.filter(Q(recommendation=OuterRef("pk")) | Q(recommendation__parent=OuterRef("pk")))
    count = meant.annotate(every=Value(1)).values("every").annotate(n=Count("commitment", distinct=True)).values("n")
    rows = Recommendation.objects.select_related("parent").prefetch_related("agenda_points")
    return rows.annotate(others=Coalesce(Subquery(count), 0))


def _shared(link, column: str, rows: set) -> Coalesce:
    """How many of the rows another commitment has too."""
    meant = link.objects.filter(commitment=OuterRef("pk"), **{f"{column}__in": [row.pk for row in rows]})
    return Coalesce(Subquery(meant.order_by().values("commitment").annotate(n=Count("pk")).values("n")), 0)


def _one_if(condition: Q, weight: int) -> Case:
    return Case(When(condition, then=Value(weight)), default=Value(0), output_field=IntegerField())


def _same_lead(commitment: Commitment) -> Q:
    if commitment.lead_agency_id:
        return Q(lead_agency=commitment.lead_agency_id)
    return Q(workgroup=commitment.workgroup_id)


def _reasons(commitment: Commitment, row: Commitment, points: set, answered: set, successor, formers):
    """Most telling first."""
    if successor and row.pk == successor.pk:
        yield _("takes the place of this one")
    if row in formers:
        yield _("this one takes its place")
    if row.lead == commitment.lead:
        yield _("same lead")
    for point in row.agenda_points.all():
        if point in points:
            yield _("point %(number)d") % {"number": point.number}
    for recommendation in row.recommendations.all():
        if recommendation in answered:
            yield _("recommendation %(code)s") % {"code": recommendation.code}
