from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, ChairTerm, Membership, User
from agencies.permissions import SECRETARIAT, may_manage_memberships, may_manage_users


@admin.register(Agency)
class AgencyAdmin(admin.site.ModelAdmin):
    list_display = ["acronym", "name", "parent", "headquarters", "joined", "left"]
    list_filter = ["parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "acronym", "name"]
    fields = [
        "code", "acronym", "name", "mandate", "headquarters", "website", "joined", "left", "parent", "position",
    ]  # fmt: skip


@admin.register(ChairTerm)
class ChairTermAdmin(admin.site.ModelAdmin):
    list_display = ["agency", "starts_on", "ends_on", "source"]
    list_filter = ["agency"]
    list_select_related = ["agency"]
    search_fields = ["agency__acronym", "agency__name", "source"]
    fields = ["agency", "starts_on", "ends_on", "source"]


@admin.register(Membership)
class MembershipAdmin(admin.site.ModelAdmin):
    """Who acts for whom: for the secretariat and administrators alone, since it names people."""

    list_display = ["user", "agency", "role", "starts_on", "ends_on"]
    list_filter = ["agency", "role"]
    list_select_related = ["user", "agency"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "user__email", "agency__acronym"]
    autocomplete_fields = ["user"]
    fields = ["user", "agency", "role", "starts_on", "ends_on"]

    def may_view(self, request, obj=None):
        return self.may_edit(request, obj)

    def may_edit(self, request, obj=None):
        return self.admin_site.ask(request, may_manage_memberships)


class PeopleMixin:
    """Accounts and groups: administrators alone, whatever Django's own permission rows say."""

    def may_manage(self, request) -> bool:
        return self.admin_site.ask(request, may_manage_users)

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
class PersonAdmin(PeopleMixin, admin.site.HistoryAdmin, UserAdmin):
    """The secretariat sees who there is, to give memberships to; it changes nobody."""

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
    for_choosing = [(None, {"fields": ["username", "first_name", "last_name", "email", "is_active"]})]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.ask(request, may_manage_memberships)

    def get_fieldsets(self, request, obj=None):
        """An earlier line of the history is shown without the password, and so is the account to the secretariat."""
        whole = self.may_manage(request) and not getattr(request, "is_past", False)
        return super().get_fieldsets(request, obj) if whole else self.for_choosing

    def get_list_filter(self, request):
        return self.list_filter if self.may_manage(request) else ["is_active"]

    def lookup_allowed(self, lookup, value, request):
        return lookup.split("__")[0] in {"id", *self.get_list_filter(request)}

    def has_view_history_or_change_history_permission(self, request, obj=None):
        return self.may_manage(request)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(PeopleMixin, admin.ModelAdmin):
    """Only a group's name means anything here, and the secretariat's is known by it."""

    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self.is_fixed(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self.is_fixed(obj)

    def is_fixed(self, obj) -> bool:
        return obj is not None and obj.name == SECRETARIAT
