"""Edit groups, the agencies in them and work plans in the editor area."""

from django.contrib import admin

from gmg_portal.editors.admin_base.inlines import PortalTabularInline
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin
from workgroups.models import Participation, WorkGroup, WorkPlan


class ParticipationInline(PortalTabularInline):
    """Edit the agencies of a group, with their roles, on its page."""

    model = Participation
    fields = ["agency", "role", "position"]


@admin.register(WorkGroup)
class WorkGroupAdmin(PortalModelAdmin):
    """Edit a group together with its agencies. The slug is permanent, because addresses contain it."""

    inlines = [ParticipationInline]
    list_display = ["title", "kind", "slug"]
    list_filter = ["kind"]
    search_fields = ["slug", "title", "mandate"]


@admin.register(Participation)
class ParticipationAdmin(PortalModelAdmin):
    """List the agencies of all groups, to see in which groups an agency takes part."""

    list_display = ["workgroup", "agency", "role"]
    list_filter = ["workgroup", "agency", "role"]
    list_select_related = ["workgroup", "agency"]
    search_fields = ["workgroup__title", "agency__acronym", "agency__name"]


@admin.register(WorkPlan)
class WorkPlanAdmin(PortalModelAdmin):
    """Edit the group's multi-annual work plans, which commitments refer to."""

    list_display = ["title", "acronym", "starts_on", "ends_on"]
    search_fields = ["slug", "title", "acronym"]
