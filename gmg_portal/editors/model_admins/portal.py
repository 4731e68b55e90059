"""The read-only ModelAdmin classes of `gmg_portal` itself: the revision, editions, and idempotency keys."""

from django.contrib import admin

from accounts.permissions import may_edit_reference_data, may_manage_users
from gmg_portal.editors.admin_base.portal_admin import SystemTableAdmin
from gmg_portal.models import Edition, IdempotencyRecord, Revision


@admin.register(Revision)
class RevisionAdmin(SystemTableAdmin):
    """The revision, read-only: the database moves it."""

    list_display = ["number", "moved_at"]
    search_fields = ["number"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_edit_reference_data)

    def has_module_permission(self, request):
        return self.has_view_permission(request)


@admin.register(Edition)
class EditionAdmin(SystemTableAdmin):
    """The editions, read-only: `manage.py publish_edition` publishes them, and nothing alters them."""

    list_display = ["day", "revision", "published_at"]
    search_fields = ["day"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_edit_reference_data)

    def has_module_permission(self, request):
        return self.has_view_permission(request)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(SystemTableAdmin):
    """The idempotency keys of API requests, read-only. Stored answers stay hidden, as they belong to their senders."""

    list_display = ["key", "token", "status", "made_at"]
    list_select_related = ["token"]
    search_fields = ["key", "token__name", "token__prefix"]
    fields = ["token", "key", "status", "made_at"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_users)

    def has_module_permission(self, request):
        return self.has_view_permission(request)
