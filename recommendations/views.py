from django.views.generic import DetailView, ListView

from recommendations.models import Recommendation


class RecommendationListView(ListView):
    """What was recommended, by level; parts stand under their whole."""

    template_name = "recommendations/list.html"
    context_object_name = "recommendations"

    def get_queryset(self):
        return Recommendation.objects.whole().prefetch_related("parts")


class RecommendationView(DetailView):
    """One recommendation and what answers it or any of its parts."""

    template_name = "recommendations/detail.html"
    slug_field = slug_url_kwarg = "code"
    context_object_name = "recommendation"

    def get_queryset(self):
        return Recommendation.objects.select_related("parent").prefetch_related("parts", "agenda_points")

    def get_context_data(self, **kwargs):
        day, recommendation = self.request.as_of, self.object
        answers = recommendation.commitments.published(day)
        for part in recommendation.parts.all():
            answers = answers | part.commitments.published(day)
        return super().get_context_data(
            commitments=answers.distinct().with_standing(day).select_related("lead_agency", "workgroup"),
            as_of_honoured=True,
            **kwargs,
        )
