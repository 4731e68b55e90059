"""Pages of groups and work plans. The commitments are those of the day `as_of`."""

from django.views.generic import DetailView, ListView

from register.querysets import register_commitments
from workgroups.models import WorkGroup, WorkPlan


class WorkGroupListView(ListView):
    """The list of working groups, task forces and work plans."""

    template_name = "workgroups/list.html"
    context_object_name = "workgroups"
    extra_context = {"as_of_honoured": True}
    query_params = frozenset({"as_of"})

    def get_queryset(self):
        return WorkGroup.objects.prefetch_related("participations__agency")

    def get_context_data(self, **kwargs):
        return super().get_context_data(work_plans=WorkPlan.objects.all(), **kwargs)


class WorkGroupView(DetailView):
    """The page of a group: its leads and its commitments."""

    template_name = "workgroups/detail.html"
    context_object_name = "workgroup"
    extra_context = {"as_of_honoured": True}
    query_params = frozenset({"as_of"})

    def get_queryset(self):
        return WorkGroup.objects.prefetch_related("participations__agency")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            commitments=register_commitments().filter(workgroup=self.object).listed(self.request.as_of), **kwargs
        )
