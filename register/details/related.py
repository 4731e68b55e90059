"""Related commitments: those that share the lead, agenda points, recommendations or the succession with another."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from commitments.models import Commitment
from recommendations.models import Recommendation
from register.querysets import register_commitments
from reporting.models import ProgressReport

MAX_RELATED = 6
# The weight of a succession, above everything else that two commitments can share.
SUCCESSION_WEIGHT = 100


@dataclass(frozen=True)
class Relation:
    """A related commitment, with the reasons why it is related."""

    commitment: Commitment
    reasons: list[str]


def related_commitments(
    commitment: Commitment, successor: Commitment | None, predecessors: list[Commitment], day: date | None
) -> list[Relation]:
    """Return the published commitments that share most with this one, most first; among equals the newest first."""
    points, recommendations = set(commitment.agenda_points.all()), set(commitment.recommendations.all())
    succession = [row.pk for row in (*predecessors, successor) if row]
    rows = (
        register_commitments()
        .published(day)
        .exclude(pk=commitment.pk)
        .annotate(
            shared=_shared(Commitment.agenda_points.through, "agendapoint", points)
            + _shared(Commitment.recommendations.through, "recommendation", recommendations)
            + _weight_if(_same_lead(commitment), 1)
            + _weight_if(Q(pk__in=succession), SUCCESSION_WEIGHT)
        )
        .filter(shared__gt=0)
        .order_by(F("shared").desc(), "-published_on", "-pk")
        .select_related("lead_agency", "workgroup")
        .prefetch_related("agenda_points", "recommendations")
        .defer("search", "original_text")
    )
    return [
        Relation(row, list(_reasons(commitment, row, points, recommendations, successor, predecessors)))
        for row in rows.with_standing(day)[:MAX_RELATED]
    ]


def predecessors_of(commitment: Commitment, day: date | None) -> list[Commitment]:
    """Return the commitments that this one superseded, by their latest report as of the day."""
    latest = ProgressReport.objects.published(day).filter(commitment=OuterRef("pk")).newest_first()
    naming = ProgressReport.objects.published(day).filter(superseded_by=commitment, status="superseded")
    return list(
        register_commitments()
        .published(day)
        .filter(pk__in=naming.values("commitment"))
        .annotate(
            latest_status=Subquery(latest.values("status")[:1]),
            latest_successor=Subquery(latest.values("superseded_by")[:1]),
        )
        .filter(latest_status="superseded", latest_successor=commitment.pk)
        .select_related("lead_agency", "workgroup")
        .defer("search")
    )


def with_other_commitments_count(reference: str, day: date | None) -> QuerySet[Recommendation]:
    """Return the recommendations with `others`, the count of other commitments that answer each or one of its parts."""
    others = register_commitments().published(day).exclude(reference=reference)
    links = Commitment.recommendations.through.objects.filter(commitment__in=others.values("pk")).order_by()
    links = links.filter(Q(recommendation=OuterRef("pk")) | Q(recommendation__parent=OuterRef("pk")))
    count = links.annotate(group=Value(1)).values("group").annotate(n=Count("commitment", distinct=True)).values("n")
    rows = Recommendation.objects.select_related("parent").prefetch_related("agenda_points")
    return rows.annotate(others=Coalesce(Subquery(count), 0))


def _shared(link, column: str, rows: set) -> Coalesce:
    """Return the count of the given rows that another commitment has as well."""
    links = link.objects.filter(commitment=OuterRef("pk"), **{f"{column}__in": [row.pk for row in rows]})
    return Coalesce(Subquery(links.order_by().values("commitment").annotate(n=Count("pk")).values("n")), 0)


def _weight_if(condition: Q, weight: int) -> Case:
    return Case(When(condition, then=Value(weight)), default=Value(0), output_field=IntegerField())


def _same_lead(commitment: Commitment) -> Q:
    if commitment.lead_agency_id:
        return Q(lead_agency=commitment.lead_agency_id)
    return Q(workgroup=commitment.workgroup_id)


def _reasons(commitment: Commitment, row: Commitment, points: set, recommendations: set, successor, predecessors):
    """Yield the reasons why two commitments are related, strongest first."""
    if successor and row.pk == successor.pk:
        yield _("takes the place of this one")
    if row in predecessors:
        yield _("this one takes its place")
    if row.lead == commitment.lead:
        yield _("same lead")
    for point in row.agenda_points.all():
        if point in points:
            yield _("point %(number)d") % {"number": point.number}
    for recommendation in row.recommendations.all():
        if recommendation in recommendations:
            yield _("recommendation %(code)s") % {"code": recommendation.code}
