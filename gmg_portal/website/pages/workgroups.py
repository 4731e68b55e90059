"""Pages of groups and work plans. The commitments are those of the day `as_of`."""

from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, ListView

from foundation.http.public_pages import Menu, MenuEntry, RecordPage
from register.querysets import register_commitments
from workgroups.models import WorkGroup, WorkPlan


class WorkGroupListView(RecordPage, ListView):
    """The list of working groups, task forces and work plans."""

    template_name = "website/workgroups/list.html"
    menus = (MenuEntry(Menu.MAIN, 40, _("Work groups")), MenuEntry(Menu.RECORD, 50, _("Work groups")))
    api_route = "workgroups-list"
    context_object_name = "workgroups"

    def get_queryset(self):
        return WorkGroup.objects.prefetch_related("participations__agency")

    def get_context_data(self, **kwargs):
        return super().get_context_data(work_plans=WorkPlan.objects.all(), **kwargs)


class WorkGroupView(RecordPage, DetailView):
    """The page of a group: its leads and its commitments."""

    template_name = "website/workgroups/detail.html"
    api_route = "workgroups-detail"
    context_object_name = "workgroup"

    def get_queryset(self):
        return WorkGroup.objects.prefetch_related("participations__agency")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            commitments=register_commitments().filter(workgroup=self.object).listed(self.query.day), **kwargs
        )
