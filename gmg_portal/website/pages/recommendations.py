"""Pages of recommendations. All of them show the commitments of the day `as_of`."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, ListView

from foundation.http.public_pages import Menu, MenuEntry, RecordPage
from recommendations.models import Recommendation
from register.querysets import register_commitments, unanswered_recommendations


class RecommendationListView(RecordPage, ListView):
    """The list of recommendations by level, with parts under their whole."""

    template_name = "website/recommendations/list.html"
    menus = (
        MenuEntry(Menu.MAIN, 50, gettext_lazy("Recommendations")),
        MenuEntry(Menu.RECORD, 60, gettext_lazy("Recommendations")),
    )
    api_route = "recommendations-list"
    context_object_name = "recommendations"

    def get_queryset(self):
        return Recommendation.objects.whole().prefetch_related("parts")


class RecommendationView(RecordPage, DetailView):
    """The page of a recommendation: commitments to it or its parts, and parts without any."""

    template_name = "website/recommendations/detail.html"
    api_route = "recommendations-detail"
    slug_field = slug_url_kwarg = "code"
    context_object_name = "recommendation"

    def get_queryset(self):
        return Recommendation.objects.select_related("parent").prefetch_related("parts", "agenda_points")

    def get_context_data(self, **kwargs):
        condition = Q(recommendations=self.object) | Q(recommendations__parent=self.object)
        return super().get_context_data(
            commitments=commitments_to(condition, self.query.day),
            unanswered=unanswered_recommendations(self.object.parts.all(), self.query.day),
            **kwargs,
        )


class LevelView(RecordPage, ListView):
    """The page of a level: its recommendations, the commitments to them, and those without any."""

    template_name = "website/recommendations/level.html"
    context_object_name = "recommendations"

    def get_queryset(self):
        return Recommendation.objects.whole().filter(level=self._level()).prefetch_related("parts")

    def get_context_data(self, **kwargs):
        day, level = self.query.day, self._level()
        return super().get_context_data(
            level=level,
            levels=Recommendation.Level,
            commitments=commitments_to(Q(recommendations__level=level), day),
            unanswered=unanswered_recommendations(Recommendation.objects.filter(level=level), day),
            **kwargs,
        )

    def _level(self) -> Recommendation.Level:
        """Return the level of the address; raise Http404 if there is none."""
        if self.kwargs["level"] not in Recommendation.Level:
            raise Http404(_("There is no such level."))
        return Recommendation.Level(self.kwargs["level"])


def commitments_to(condition: Q, day: date | None) -> QuerySet:
    """Return the listed commitments whose recommendations meet a condition, each once."""
    return register_commitments().listed(day).filter(condition).distinct()
