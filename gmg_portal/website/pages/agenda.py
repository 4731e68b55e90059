"""Pages of the agenda. All of them show the commitments of the day `as_of`."""

from django.views.generic import DetailView, ListView

from agenda.models import AgendaPoint, Alignment, Framework
from register.querysets import register_commitments


class AgendaView(ListView):
    """The list of the eight points."""

    template_name = "agenda/list.html"
    context_object_name = "points"
    extra_context = {"as_of_honoured": True}
    query_params = frozenset({"as_of"})
    model = AgendaPoint


class PointView(DetailView):
    """The page of a point: passages of frameworks, recommendations and commitments."""

    template_name = "agenda/detail.html"
    slug_field = slug_url_kwarg = "number"
    context_object_name = "point"
    extra_context = {"as_of_honoured": True}
    query_params = frozenset({"as_of"})

    def get_queryset(self):
        return AgendaPoint.objects.prefetch_related("alignments__framework", "recommendations")

    def get_context_data(self, **kwargs):
        commitments = (
            register_commitments()
            .filter(agenda_points=self.object)
            .listed(self.request.as_of)
            .prefetch_related("recommendations")
        )
        answered = {
            key
            for commitment in commitments
            for recommendation in commitment.recommendations.all()
            for key in (recommendation.pk, recommendation.parent_id)
        }
        recommendations = self.object.recommendations.all()
        return super().get_context_data(
            commitments=commitments,
            unanswered=[recommendation for recommendation in recommendations if recommendation.pk not in answered],
            **kwargs,
        )


class ConvergenceView(ListView):
    """The convergence table: points by frameworks; a cell is None without an alignment."""

    template_name = "agenda/convergence.html"
    context_object_name = "points"
    extra_context = {"as_of_honoured": True, "strengths": Alignment.Strength}
    query_params = frozenset({"as_of"})

    def get_queryset(self):
        return AgendaPoint.objects.prefetch_related("alignments__framework")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(frameworks=Framework.objects.all(), **kwargs)
        context["columns"] = [framework for framework in context["frameworks"] if not framework.is_base]
        for point in context["points"]:
            point.cells = _cells(point, context["columns"])
        return context


def _cells(point: AgendaPoint, columns: list[Framework]) -> list:
    by_framework = {alignment.framework_id: alignment for alignment in point.alignments.all()}
    return [by_framework.get(framework.pk) for framework in columns]
