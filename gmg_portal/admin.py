from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agencies.permissions import may_edit_reference_data, may_manage_users
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


# Secrets of second steps, and the sessions of others, are nobody's to read; the two tables of addresses stay empty.
for model in (Authenticator, EmailAddress, EmailConfirmation, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(AccessAttempt)
class LockoutAdmin(admin.site.ReadingAdmin):
    """Failed attempts of the last hour. Deleting those of an account or an address lifts its lock."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = ["username", "ip_address", "user_agent", "failures_since_start", "attempt_time"]
    actions = ["lift"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.ask(request, may_manage_users)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)

    @admin.action(description=_("Lift the lock of the selected"), permissions=["delete"])
    def lift(self, request, queryset):
        queryset.delete()
        self.message_user(request, _("They may try again."))
