from django.contrib import admin

from agencies.permissions import may_edit_reference_data
from gmg_portal.models import Revision


@admin.register(Revision)
class RevisionAdmin(admin.site.ReadingAdmin):
    """The database moves it; here it can only be read."""

    list_display = ["number", "moved_at"]
    search_fields = ["number"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.ask(request, may_edit_reference_data)

    def has_module_permission(self, request):
        return self.has_view_permission(request)
