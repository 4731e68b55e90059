from django.db.models import Count, Q
from django.views.generic import DetailView, ListView

from agenda.models import AgendaPoint, Framework


class AgendaView(ListView):
    """The eight points."""

    template_name = "agenda/list.html"
    context_object_name = "points"

    def get_queryset(self):
        answered = Count("commitments", filter=Q(commitments__state="published"), distinct=True)
        return AgendaPoint.objects.annotate(answered=answered)


class PointView(DetailView):
    """One point: what the frameworks say on it, what was recommended, what was undertaken."""

    template_name = "agenda/detail.html"
    slug_field = slug_url_kwarg = "number"
    context_object_name = "point"

    def get_queryset(self):
        return AgendaPoint.objects.prefetch_related("alignments__framework", "recommendations")

    def get_context_data(self, **kwargs):
        day = self.request.as_of
        commitments = self.object.commitments.published(day).with_standing(day)
        return super().get_context_data(
            commitments=commitments.select_related("lead_agency", "workgroup"), as_of_honoured=True, **kwargs
        )


class ConvergenceView(ListView):
    """The convergence table: points × frameworks, a cell None where nothing is known."""

    template_name = "agenda/convergence.html"
    context_object_name = "points"

    def get_queryset(self):
        return AgendaPoint.objects.prefetch_related("alignments__framework")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(frameworks=Framework.objects.all(), **kwargs)
        columns = [framework for framework in context["frameworks"] if not framework.is_base]
        context["columns"] = columns
        context["rows"] = [(point, _cells(point, columns)) for point in context["points"]]
        return context


def _cells(point: AgendaPoint, columns: list[Framework]) -> list:
    by_framework = {alignment.framework_id: alignment for alignment in point.alignments.all()}
    return [by_framework.get(framework.pk) for framework in columns]
