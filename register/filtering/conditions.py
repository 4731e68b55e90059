"""Conditions on commitments by their related rows."""

from django.db.models import Q

from commitments.models import Commitment, Partner


def has_lead(values: list[str]) -> Q:
    return Q(lead_agency__code__in=values) | Q(workgroup__slug__in=values)


def involves_agency(values: list[str]) -> Q:
    partners = Partner.objects.filter(agency__code__in=values)
    return Q(lead_agency__code__in=values) | Q(pk__in=partners.values("commitment"))


def has_agenda_point(values: list[str]) -> Q:
    links = Commitment.agenda_points.through.objects.filter(agendapoint__number__in=values)
    return Q(pk__in=links.values("commitment"))


def has_recommendation(values: list[str]) -> Q:
    """Return the condition that a commitment answers one of the recommendations, or a part of one."""
    links = Commitment.recommendations.through.objects.filter(
        Q(recommendation__code__in=values) | Q(recommendation__parent__code__in=values)
    )
    return Q(pk__in=links.values("commitment"))


def has_level(values: list[str]) -> Q:
    links = Commitment.recommendations.through.objects.filter(recommendation__level__in=values)
    return Q(pk__in=links.values("commitment"))
