"""Status breakdowns of the commitments of a page's subject, as template tags."""

from collections.abc import Iterable

from django import template

from agenda.models import AgendaPoint
from commitments.models import Commitment
from recommendations.models import Recommendation
from register.statistics import breakdown

register = template.Library()


@register.simple_tag(takes_context=True)
def status_breakdown(context, commitments: Iterable[Commitment], **params) -> breakdown.StatusBreakdown:
    """Return the status breakdown of the given commitments; `params` are the query parameters that find them."""
    return breakdown.status_breakdown(commitments, params, context["as_of"])


@register.simple_tag(takes_context=True)
def subject_breakdowns(context, subjects: Iterable[breakdown.Subject]) -> list[breakdown.SubjectBreakdown]:
    """Return each member, group, point or recommendation of a list with the breakdown of its commitments."""
    return breakdown.breakdowns(subjects, context["as_of"])


@register.simple_tag(takes_context=True)
def level_breakdowns(context) -> list[breakdown.SubjectBreakdown]:
    """Return the four levels of recommendations, each with the breakdown of the commitments that answer it."""
    return breakdown.breakdowns(Recommendation.Level, context["as_of"])


@register.simple_tag
def breakdowns_at_level(
    entries: Iterable[breakdown.SubjectBreakdown], level: Recommendation.Level
) -> list[breakdown.SubjectBreakdown]:
    """Return the entries whose recommendation has this level."""
    return [entry for entry in entries if entry.subject.level == level]


@register.simple_tag
def commitments_by_status(commitments: Iterable[Commitment], counts: breakdown.StatusBreakdown) -> list:
    """Return the commitments grouped by status, each group with its count."""
    return breakdown.by_status(commitments, counts)


@register.simple_tag
def points_without_commitments(commitments: Iterable[Commitment]) -> list[AgendaPoint]:
    """Return the agenda points that none of these commitments names."""
    used = {point.pk for commitment in commitments for point in commitment.agenda_points.all()}
    return [point for point in AgendaPoint.objects.all() if point.pk not in used]
