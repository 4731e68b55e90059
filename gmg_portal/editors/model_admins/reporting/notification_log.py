"""The log of notifications and digests, to look up what was sent when a user misses a mail."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_administrator
from gmg_portal.editors.admin_base.portal_admin import SystemTableAdmin
from reporting.models import Digest, Notification
from reporting.models.notification import SUBJECT_RELATIONS


class NotificationLogAdmin(SystemTableAdmin):
    """A log for administrators only, since it names people. Rows are deleted together with their account."""

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, is_administrator)

    def has_delete_permission(self, request, obj=None):
        return self.admin_site.allows(request, is_administrator)


@admin.register(Notification)
class NotificationAdmin(NotificationLogAdmin):
    """Notifications, with the digest that each was sent in."""

    list_display = ["recipient", "kind", "about", "created_at", "sent_at", "dropped_at"]
    list_filter = ["kind", "sent_at", "dropped_at"]
    list_select_related = ["recipient", *SUBJECT_RELATIONS]
    search_fields = ["recipient__username", "recipient__email"]
    fields = ["recipient", "kind", "about", "created_at", "sent_at", "digest", "dropped_at"]

    @admin.display(description=_("about"))
    def about(self, obj):
        return str(obj.subject)


@admin.register(Digest)
class DigestAdmin(NotificationLogAdmin):
    """Digests, one a person and day."""

    list_display = ["user", "day", "created_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
    fields = ["user", "day", "created_at"]
