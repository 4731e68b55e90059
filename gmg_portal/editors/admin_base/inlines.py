"""The base classes of inline rows."""

from django.contrib import admin

from accounts.permissions import may_edit_reference_data
from gmg_portal.editors.admin_base.form_fields import FORMFIELD_OVERRIDES, fieldsets_without, without_related_links
from gmg_portal.editors.forms.autosave import CONCURRENCY_FIELDS
from gmg_portal.editors.forms.formsets import TabularFormSet, VersionedFormSet
from gmg_portal.editors.forms.versioned import VersionedForm


class InlineMixin:
    """Inline rows, with the permissions of reference data unless a subclass says otherwise."""

    form = VersionedForm
    formfield_overrides = FORMFIELD_OVERRIDES
    formset = VersionedFormSet
    extra = 0

    def __init__(self, parent_model, admin_site, table=None):
        super().__init__(parent_model, admin_site)
        self.table = table  # the table of the parent row, in the copy that serves the request

    def may_edit(self, request, parent=None) -> bool:
        return self.admin_site.allows(request, may_edit_reference_data)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return without_related_links(super().formfield_for_dbfield(db_field, request, **kwargs))

    def has_view_permission(self, request, obj=None):
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def has_change_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def get_fieldsets(self, request, obj=None):
        fieldsets = fieldsets_without(super().get_fieldsets(request, obj), set())
        if self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"] += CONCURRENCY_FIELDS
        return fieldsets


class PortalStackedInline(InlineMixin, admin.StackedInline):
    """Inline rows with a form below each other, for rows with long texts."""


class PortalTabularInline(InlineMixin, admin.TabularInline):
    """Inline rows as lines of a table, whose fields have labels of their own (`TabularFormSet`)."""

    formset = TabularFormSet
