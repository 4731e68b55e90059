"""The ModelAdmin classes of reporting cycles and of stakeholders."""

from django.contrib import admin

from commitments.models import Stakeholder
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin
from gmg_portal.editors.model_admins.base import show_action_buttons
from gmg_portal.editors.views.workflow_actions.cycles import CLOSE, OPEN, REMIND, REOPEN
from gmg_portal.editors.views.workflow_actions.pages import action_views
from reporting.models import ReportingCycle


@admin.register(ReportingCycle)
class ReportingCycleAdmin(PortalModelAdmin):
    """Reporting cycles, which are opened, reminded of, closed and reopened by actions."""

    workflow_actions = (OPEN, REMIND, CLOSE, REOPEN)
    extra_views = action_views(workflow_actions)
    form_steps = (show_action_buttons, *PortalModelAdmin.form_steps)
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


@admin.register(Stakeholder)
class StakeholderAdmin(PortalModelAdmin):
    """Stakeholders, for commitments to choose from."""

    list_display = ["name", "acronym", "kind"]
    list_filter = ["kind"]
    search_fields = ["name", "acronym"]
