"""The ModelAdmin classes of people and groups."""

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import SECRETARIAT, may_manage_memberships, may_manage_users
from gmg_portal.editors.admin_base.history import HistoryAdmin
from gmg_portal.editors.admin_base.strict_lists import StrictListMixin
from gmg_portal.editors.model_admins.accounts.row_actions import RowActionsMixin
from gmg_portal.editors.model_admins.accounts.two_roles import warn_about_two_roles


class AdministratorsOnlyMixin:
    """Mixin for accounts and groups: only administrators, regardless of Django's permissions."""

    def may_manage(self, request) -> bool:
        return self.admin_site.allows(request, may_manage_users)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.may_manage(request)

    def has_add_permission(self, request):
        return self.may_manage(request)

    def has_change_permission(self, request, obj=None):
        return self.may_manage(request)

    def has_delete_permission(self, request, obj=None):
        return self.may_manage(request)


@admin.register(User)
class PersonAdmin(RowActionsMixin, AdministratorsOnlyMixin, HistoryAdmin, UserAdmin):
    """Accounts. The secretariat can read them, to give memberships, and not change them."""

    row_actions = {"no_second_step": "remove_second_step"}

    list_display = ["username", "first_name", "last_name", "email", "is_active"]
    list_filter = ["is_active", "is_superuser", "groups"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (
            _("Role"),
            {
                "fields": ["is_active", "is_superuser", "groups"],
                "description": _("For which agency somebody acts is said by memberships, not here."),
            },
        ),
    ]
    secretariat_fieldsets = [(None, {"fields": ["username", "first_name", "last_name", "email", "is_active"]})]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_memberships)

    def get_fieldsets(self, request, obj=None):
        """Leave the password out for the secretariat, and in earlier states of the account."""
        shows_all = self.may_manage(request) and not self.is_past
        return super().get_fieldsets(request, obj) if shows_all else self.secretariat_fieldsets

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if {"groups", "is_superuser"} & set(form.changed_data):
            warn_about_two_roles(request, form.instance)

    def get_list_filter(self, request):
        return self.list_filter if self.may_manage(request) else ["is_active"]

    def has_view_history_or_change_history_permission(self, request, obj=None):
        return self.may_manage(request)

    def may_read_history(self, request):
        return self.may_manage(request)

    def has_delete_permission(self, request, obj=None):
        """Forbid deletion, since the history refers to people."""
        return False

    def delete_view(self, request, object_id, extra_context=None):
        if not self.may_manage(request):
            raise PermissionDenied
        message = _("Accounts are not deleted, since the history names them: close this one by unticking ‘Active’.")
        self.message_user(request, message, "WARNING")
        return redirect("admin:accounts_user_change", object_id)

    def get_buttons(self, request, row):
        if not self.may_manage(request) or not Authenticator.objects.filter(user=row).exists():
            return {}
        return {"no_second_step": gettext("Take the second step away")}

    @transaction.atomic
    def remove_second_step(self, request, row):
        """Remove the second steps of a person who lost app, keys and recovery codes, and end their sessions."""
        for step in Authenticator.objects.filter(user=row):
            step.delete()
            authenticator_removed.send(sender=Authenticator, request=request, user=row, authenticator=step)
        get_sessions_adapter().end_sessions(UserSession.objects.filter(user=row))
        return gettext("%(person)s has no second step any more, and can set up a new one after the password.") % {
            "person": row
        }


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(AdministratorsOnlyMixin, StrictListMixin, admin.ModelAdmin):
    """Groups. Only the name is used; the secretariat's is fixed, as the code refers to it."""

    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self.is_fixed(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self.is_fixed(obj)

    def is_fixed(self, obj) -> bool:
        return obj is not None and obj.name == SECRETARIAT
