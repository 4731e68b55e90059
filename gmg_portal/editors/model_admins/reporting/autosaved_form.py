"""The list of autosaved forms."""

from django.contrib import admin

from accounts.permissions import is_administrator
from gmg_portal.editors.admin_base.portal_admin import SystemTableAdmin
from reporting.models import AutosavedForm


@admin.register(AutosavedForm)
class AutosavedFormAdmin(SystemTableAdmin):
    """The list of autosaved forms, without their content, to help users who miss what they typed."""

    list_display = ["user", "form", "row", "commitment", "assessment", "saved_at"]
    list_filter = ["form"]
    list_select_related = [
        "user",
        "commitment",
        "assessment__commitment",
        "assessment__agency",
        "assessment__workgroup",
    ]
    search_fields = ["user__username", "commitment__reference", "assessment__commitment__reference"]
    fields = ["user", "form", "row", "commitment", "assessment", "version", "saved_at"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, is_administrator)

    def has_module_permission(self, request):
        return self.has_view_permission(request)
