"""Pages of the agenda. All of them show the commitments of the day `as_of`."""

from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, ListView

from agenda.models import AgendaPoint, Alignment, Framework
from foundation.http.public_pages import Menu, MenuEntry, RecordPage
from register.querysets import register_commitments


class AgendaView(RecordPage, ListView):
    """The list of the eight points."""

    template_name = "website/agenda/list.html"
    menus = (MenuEntry(Menu.MAIN, 20, _("Agenda")), MenuEntry(Menu.RECORD, 20, _("The eight-point agenda")))
    api_route = "agenda-points-list"
    context_object_name = "points"
    model = AgendaPoint


class PointView(RecordPage, DetailView):
    """The page of a point: passages of frameworks, recommendations and commitments."""

    template_name = "website/agenda/detail.html"
    api_route = "agenda-points-detail"
    slug_field = slug_url_kwarg = "number"
    context_object_name = "point"

    def get_queryset(self):
        return AgendaPoint.objects.prefetch_related("alignments__framework", "recommendations")

    def get_context_data(self, **kwargs):
        commitments = (
            register_commitments()
            .filter(agenda_points=self.object)
            .listed(self.query.day)
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


class ConvergenceView(RecordPage, ListView):
    """The convergence table: points by frameworks; a cell is None without an alignment."""

    template_name = "website/agenda/convergence.html"
    menus = (MenuEntry(Menu.RECORD, 30, _("Convergence table")),)
    api_route = "frameworks-list"
    context_object_name = "points"
    extra_context = {"strengths": Alignment.Strength}

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
