"""Edit agencies in the editor area."""

from django.contrib import admin

from agencies.models import Agency, ChairTerm, FormerName
from gmg_portal.editors.admin_base.inlines import PortalTabularInline
from gmg_portal.editors.admin_base.portal_admin import PortalModelAdmin


class FormerNameInline(PortalTabularInline):
    """The former names of an agency, within its form."""

    model = FormerName
    fields = ["acronym", "name", "until", "source"]


@admin.register(Agency)
class AgencyAdmin(PortalModelAdmin):
    """Agencies, with their former names."""

    inlines = [FormerNameInline]
    list_display = ["acronym", "name", "parent", "headquarters", "joined", "left"]
    list_filter = ["parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "acronym", "name"]
    fields = [
        "code", "acronym", "name", "mandate", "headquarters", "website", "joined", "left", "parent", "position",
    ]  # fmt: skip


@admin.register(FormerName)
class FormerNameAdmin(PortalModelAdmin):
    """Former names of all agencies."""

    list_display = ["acronym", "name", "agency", "until"]
    list_filter = ["agency"]
    list_select_related = ["agency"]
    search_fields = ["acronym", "name", "agency__acronym", "agency__name", "source"]
    fields = ["agency", "acronym", "name", "until", "source"]


@admin.register(ChairTerm)
class ChairTermAdmin(PortalModelAdmin):
    """Terms in which agencies chaired the group."""

    list_display = ["agency", "starts_on", "ends_on", "source"]
    list_filter = ["agency"]
    list_select_related = ["agency"]
    search_fields = ["agency__acronym", "agency__name", "source"]
    fields = ["agency", "starts_on", "ends_on", "source"]
