"""The ModelAdmin classes that all others derive from, with their permissions."""

from django.contrib import admin

from accounts.permissions import may_edit_reference_data
from gmg_portal.editors.admin_base.form_fields import FORMFIELD_OVERRIDES, fieldsets_without, without_related_links
from gmg_portal.editors.admin_base.history import HistoryAdmin
from gmg_portal.editors.admin_base.strict_lists import StrictListMixin
from gmg_portal.editors.forms.autosave import CONCURRENCY_FIELDS
from gmg_portal.editors.forms.errors import show_errors
from gmg_portal.editors.forms.versioned import VersionedForm


class PortalModelAdmin(HistoryAdmin):
    """A table of reference data by default: visible to all editors, changed by those who may edit reference data."""

    form = VersionedForm
    form_steps = (show_errors, *HistoryAdmin.form_steps)
    formfield_overrides = FORMFIELD_OVERRIDES
    list_per_page = 50
    show_full_result_count = False

    def may_view(self, request, obj=None) -> bool:
        return self.admin_site.has_permission(request)

    def may_edit(self, request, obj=None) -> bool:
        return self.admin_site.allows(request, may_edit_reference_data)

    def has_module_permission(self, request):
        return self.may_view(request)

    def has_view_permission(self, request, obj=None):
        return self.may_view(request, obj)

    def has_add_permission(self, request):
        return self.may_edit(request)

    def has_change_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def get_fieldsets(self, request, obj=None):
        """Add the concurrency fields if the row can be saved, and remove them otherwise."""
        excluded = {field.name for field in self.opts.many_to_many} if self.is_past else set()
        fieldsets = fieldsets_without(super().get_fieldsets(request, obj), excluded)
        if obj is not None and not self.is_past and self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"] += CONCURRENCY_FIELDS
        return fieldsets

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return without_related_links(super().formfield_for_dbfield(db_field, request, **kwargs))


class ViewOnlyAdmin(PortalModelAdmin):
    """A table that cannot be changed in the editor area."""

    def may_edit(self, request, obj=None) -> bool:
        return False


class SystemTableAdmin(StrictListMixin, admin.ModelAdmin):
    """A read-only table that the portal itself writes, without history."""

    def has_module_permission(self, request):
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
