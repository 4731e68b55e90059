from django.contrib import admin

from commitments.models import Stakeholder
from gmg_portal.editors.tables.workflow_actions import CLOSE, OPEN, REMIND, REOPEN, WorkflowActionsMixin
from reporting.models import ReportingCycle


@admin.register(ReportingCycle)
class ReportingCycleAdmin(WorkflowActionsMixin, admin.site.ModelAdmin):
    workflow_actions = (OPEN, REMIND, CLOSE, REOPEN)
    change_form_template = "admin/workflow/change_form.html"
    list_display = ["title", "opens_on", "due_on", "closes_on", "opened_on", "closed_on"]
    search_fields = ["title"]
    date_hierarchy = "opens_on"
    fields = [
        "title", "opens_on", "due_on", "closes_on", "opened_on", "closed_on", "reopened_on", "reopened_reason",
    ]  # fmt: skip
    readonly_fields = ["opened_on", "closed_on", "reopened_on", "reopened_reason"]

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.opened_on)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["workflow_buttons"] = self.available_actions(request, obj) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(Stakeholder)
class StakeholderAdmin(admin.site.ModelAdmin):
    list_display = ["name", "acronym", "kind"]
    list_filter = ["kind"]
    search_fields = ["name", "acronym"]
