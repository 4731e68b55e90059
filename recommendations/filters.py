"""Filter the API's list of recommendations."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agenda.models import AgendaPoint
from recommendations.models import Recommendation


def agenda_points() -> list[tuple[str, str]]:
    """Return the choices (number, label) of the points. It is called for each form, so that new points count."""
    return [(str(point.number), str(point)) for point in AgendaPoint.objects.all()]


class RecommendationFilter(django_filters.FilterSet):
    """Filter recommendations by level and related points. A part's points count for its whole."""

    level = django_filters.MultipleChoiceFilter(
        choices=Recommendation.Level.choices, label=_("At whom it is directed.")
    )
    agenda_point = django_filters.MultipleChoiceFilter(
        method="on_points",
        choices=agenda_points,
        label=_("Number of a related point, its parts' included."),
    )
    ordering = django_filters.OrderingFilter(fields=["position", "code"], label=_("Sort by; downwards with a minus."))

    class Meta:
        model = Recommendation
        fields: list[str] = []

    def on_points(self, queryset, _name, numbers):
        related = Recommendation.objects.filter(agenda_points__number__in=numbers)
        return queryset.filter(Q(pk__in=related) | Q(parts__in=related)).distinct() if numbers else queryset
