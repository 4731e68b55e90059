"""Serve recommendations read-only under `/api/v1/`."""

from foundation.rest.views import RecordViewSet
from recommendations.filters import RecommendationFilter
from recommendations.models import Recommendation
from recommendations.serializers import RecommendationSerializer


class RecommendationViewSet(RecordViewSet):
    """Recommendations of the group. A list holds whole recommendations; a part has a code of its own.

    They have stood since the presentation of February 2014, so that `as_of` answers the same on every day.
    """

    queryset = (
        Recommendation.objects.select_related("parent")
        .prefetch_related("agenda_points", "parts__agenda_points")
        .order_by("position", "code")
    )
    serializer_class = RecommendationSerializer
    filterset_class = RecommendationFilter
    lookup_field = "code"
    is_named = True
    lookup_value_regex = "[A-Za-z0-9-]+"

    def get_queryset(self):
        recommendations = super().get_queryset()
        return recommendations if self.detail else recommendations.whole()
