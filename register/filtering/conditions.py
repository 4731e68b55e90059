"""The meaning of the filters of the register: the condition on commitments, and the values that the facets count."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from commitments.models import Commitment, Partner
from foundation.filters.filter_classes import column_in

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Criterion:
    """The meaning of a filter: the condition for any of its values, and the values that a row has.

    A row is one of `facets.read_rows()`.
    """

    condition: Callable[[list[str]], Q]
    values: Callable[[Row], Iterable]


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


def has_place(values: list[str]) -> Q:
    return Q(places__overlap=values)


def _column(name: str) -> Criterion:
    return Criterion(column_in(name), lambda row: [row[name]])


# By the name of the parameter, in the order in which the page shows the facets.
CRITERIA: dict[str, Criterion] = {
    "status": _column("standing_status"),
    "freshness": _column("standing_freshness"),
    "agenda_point": Criterion(has_agenda_point, lambda row: row["point_numbers"]),
    "agency": Criterion(involves_agency, lambda row: [row["lead_agency__code"], *row["partner_codes"]]),
    "lead": Criterion(has_lead, lambda row: [row["lead_agency__code"] or row["workgroup__slug"]]),
    "workgroup": _column("workgroup__slug"),
    "level": Criterion(has_level, lambda row: row["levels"]),
    "recommendation": Criterion(has_recommendation, lambda row: [*row["parts"], *row["wholes"]]),
    "kind": _column("kind"),
    "outlook": _column("standing_outlook"),
    "verification": _column("standing_verification"),
    "scope": _column("scope"),
    "place": Criterion(has_place, lambda row: row["places"]),
}
