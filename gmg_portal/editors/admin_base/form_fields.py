"""The fields of a model in the forms of the editor area."""

from collections.abc import Iterable

from django import forms
from django.contrib.admin.utils import flatten
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models

from foundation.dates.inputs import AdminDayInput
from gmg_portal.editors.forms.autosave import CONCURRENCY_FIELDS

FORMFIELD_OVERRIDES: dict[type[models.Field], dict] = {
    models.URLField: {"assume_scheme": "https"},
    models.DateField: {"widget": AdminDayInput},
}


def without_related_links(field: forms.Field | None) -> forms.Field | None:
    """Remove the links to add, change, view or delete related rows from the field's widget."""
    widget = getattr(field, "widget", None)
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget.can_add_related = widget.can_change_related = widget.can_delete_related = False
        widget.can_view_related = False
    return field


def fieldsets_without(
    fieldsets: Iterable[tuple[str | None, dict]], excluded: set[str]
) -> list[tuple[str | None, dict]]:
    """Return a copy of the fieldsets without the concurrency fields and these fields."""
    excluded = excluded | set(CONCURRENCY_FIELDS)
    return [
        (title, options | {"fields": [name for name in flatten(options["fields"]) if name not in excluded]})
        if excluded & set(flatten(options["fields"]))
        else (title, options | {"fields": list(options["fields"])})
        for title, options in fieldsets
    ]
