"""The ModelAdmin class of failed sign-ins."""

from axes.models import AccessAttempt
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.attempts.attempt_limits import next_attempt_times
from accounts.permissions import may_manage_users
from gmg_portal.editors.admin_base.portal_admin import SystemTableAdmin


@admin.register(AccessAttempt)
class AttemptsAdmin(SystemTableAdmin):
    """Failed sign-ins of the last day. Deleting those of an account or an address ends its waiting time."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time", "next_try"]
    search_fields = ["username", "ip_address"]
    fields = ["username", "ip_address", "user_agent", "failures_since_start", "attempt_time"]
    actions = ["end_wait"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_users)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        next_try_times = next_attempt_times(rows)
        for row in rows:
            row.next_try_at = next_try_times.get(row.username)
        changelist.result_list = rows
        return changelist

    @admin.display(description=gettext_lazy("next try from a new address after (UTC)"))
    def next_try(self, row):
        return row.next_try_at

    @admin.action(description=gettext_lazy("End the wait of the selected accounts"), permissions=["delete"])
    def end_wait(self, request, queryset):
        usernames = list(queryset.values_list("username", flat=True))
        AccessAttempt.objects.filter(username__in=usernames).delete()
        self.message_user(request, _("They may try again."))
