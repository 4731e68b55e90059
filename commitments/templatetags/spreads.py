"""How the commitments of a page's subject stand, for the pages of apps that stand lower and cannot ask themselves."""

from collections.abc import Iterable

from django import template

from agenda.models import AgendaPoint
from commitments.models import Commitment
from commitments.statistics import breakdown
from recommendations.models import Recommendation

register = template.Library()


@register.simple_tag(takes_context=True)
def spread(context, commitments: Iterable[Commitment], **words) -> breakdown.StatusBreakdown:
    """The spread of commitments that the page has read; the words are those of the register that find them."""
    return breakdown.status_breakdown(commitments, words, context["request"].as_of)


@register.simple_tag(takes_context=True)
def spreads(context, subjects: Iterable[breakdown.Subject]) -> list[breakdown.SubjectBreakdown]:
    """Each member, group, point or recommendation of a list with how its commitments stand."""
    return breakdown.breakdowns(subjects, context["request"].as_of)


@register.simple_tag(takes_context=True)
def level_spreads(context) -> list[breakdown.SubjectBreakdown]:
    """The four levels, each with how the commitments that answer it stand."""
    return breakdown.breakdowns(Recommendation.Level, context["request"].as_of)


@register.simple_tag
def at_level(
    entries: Iterable[breakdown.SubjectBreakdown], level: Recommendation.Level
) -> list[breakdown.SubjectBreakdown]:
    return [entry for entry in entries if entry.subject.level == level]


@register.simple_tag
def by_status(commitments: Iterable[Commitment], spread: breakdown.StatusBreakdown) -> list:
    """The commitments in groups: the figure that counts them, and they."""
    return breakdown.by_status(commitments, spread)


@register.simple_tag
def points_left(commitments: Iterable[Commitment]) -> list[AgendaPoint]:
    """The points that none of these commitments names."""
    named = {point.pk for commitment in commitments for point in commitment.agenda_points.all()}
    return [point for point in AgendaPoint.objects.all() if point.pk not in named]
