from django.db.models import Count, Q
from django.views.generic import DetailView, ListView

from workgroups.models import WorkGroup, WorkPlan


class WorkGroupListView(ListView):
    """The working groups and task forces, and the work plans they carry out."""

    template_name = "workgroups/list.html"
    context_object_name = "workgroups"

    def get_queryset(self):
        led = Count("commitments", filter=Q(commitments__state="published"), distinct=True)
        return WorkGroup.objects.annotate(led=led).prefetch_related("participations__agency")

    def get_context_data(self, **kwargs):
        return super().get_context_data(work_plans=WorkPlan.objects.all(), **kwargs)


class WorkGroupView(DetailView):
    """One group: who leads it and what it undertook."""

    template_name = "workgroups/detail.html"
    context_object_name = "workgroup"

    def get_queryset(self):
        return WorkGroup.objects.prefetch_related("participations__agency")

    def get_context_data(self, **kwargs):
        day = self.request.as_of
        commitments = self.object.commitments.published(day).with_standing(day)
        return super().get_context_data(
            commitments=commitments.select_related("lead_agency", "workgroup"), as_of_honoured=True, **kwargs
        )
