"""Base classes of the editor area's tables: permissions, history, and forms that detect edit conflicts.

When two people edit one row, the second to save is shown both wordings and the name of the other; nothing is
overwritten, and what they typed stays in the form.
"""

from collections.abc import Iterable

from concurrency.exceptions import VersionError
from concurrency.forms import ConcurrentForm, VersionField
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from accounts.permissions import may_edit_reference_data
from foundation.dates.inputs import AdminDayInput
from gmg_portal.editors.edit_conflicts import (
    RESOLVED_HISTORY_ID,
    RESOLVED_VERSION,
    EditConflict,
    FieldConflict,
    apply_resolution,
    find_field_conflicts,
    form_when_opened,
    rendered_values,
    take_theirs,
)
from gmg_portal.editors.form_errors import form_errors
from gmg_portal.editors.histories import history_entries, history_paginator, history_sources, name_of, person_name
from gmg_portal.editors.idempotent_forms import AddOnceMixin
from gmg_portal.editors.list_queries import HISTORY_PARAMS, StrictListMixin, check_params, note_refusal, requested_page
from reporting.forms.autosave import CONCURRENCY_FIELDS

FORMFIELD_OVERRIDES: dict[type[models.Field], dict] = {
    models.URLField: {"assume_scheme": "https"},
    models.DateField: {"widget": AdminDayInput},
}
INVALID_NUMBER = -1  # no row or historical record has this number


class SignedVersionField(VersionField):
    """The signed version of the row that a form was opened with; INVALID_NUMBER if the signature is wrong."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except VersionError:
            return INVALID_NUMBER


class HistoryIdField(forms.IntegerField):
    """The id of a historical record, or None; INVALID_NUMBER for anything else."""

    widget = forms.HiddenInput

    def to_python(self, value):
        try:
            number = super().to_python(value)
        except ValidationError:
            return INVALID_NUMBER
        return number if number is None or 0 <= number <= models.BigIntegerField.MAX_BIGINT else INVALID_NUMBER


class VersionedForm(ConcurrentForm):
    """A form that refuses to overwrite what somebody else saved since it was opened, and shows both wordings."""

    opened = HistoryIdField(required=False)  # the latest historical record when the form was opened
    edit_conflict: EditConflict | None = None
    allows_missing_version = False  # True if the form can be opened before its row exists
    refusal = ""  # why this user may no longer change the row at all

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "version" in self.fields:
            self.fields["version"] = SignedVersionField()
        if self.instance.pk and not self.is_bound:
            self.initial["opened"] = latest_history_id(self.instance)
        elif self.instance.pk and self.add_prefix(RESOLVED_VERSION) in self.data:
            current = self.current_form()
            apply_resolution(self, current, find_field_conflicts(self, current, self.original_form()))

    @property
    def conflict_messages(self) -> list[str]:
        return self.edit_conflict.messages if self.edit_conflict else []

    @cached_property
    def changed_data(self):
        """Leave out the concurrency fields, so that an empty inline row counts as unchanged."""
        return [name for name in super().changed_data if name not in CONCURRENCY_FIELDS]

    def current_form(self) -> forms.ModelForm:
        return type(self)(instance=self.instance, prefix=self.prefix)

    def original_form(self) -> forms.ModelForm | None:
        opened = self.fields["opened"].to_python(self.data.get(self.add_prefix("opened")))
        return form_when_opened(self, self.instance, opened)

    def differences(self) -> list[FieldConflict]:
        """Return all fields whose submitted value is not the current one."""
        return find_field_conflicts(self, self.current_form(), None)

    def clean(self):
        cleaned = forms.ModelForm.clean(self) or self.cleaned_data
        if self.instance._state.adding and "version" in cleaned:
            cleaned["version"] = 0  # a new row begins its own count
        messages = self.find_conflict()
        if messages:
            self.edit_conflict = self.build_conflict(messages)
            self.add_error(None, messages)
        return cleaned

    def find_conflict(self) -> list[str]:
        """Lock the row and return messages on why it cannot be saved; an empty list if it can."""
        if self.instance._state.adding:
            return []
        rows = type(self.instance)._base_manager.select_for_update(of=("self",))
        current_version = rows.filter(pk=self.instance.pk).values_list("version", flat=True).first()
        if current_version is None:
            return [_("Somebody deleted this while you were writing. Nothing was saved.")]
        submitted_version, opened_history_id = self.cleaned_data.get("version"), self.cleaned_data.get("opened")
        is_invalid = INVALID_NUMBER in (submitted_version, opened_history_id) or (
            not submitted_version and submitted_version != current_version and not self.allows_missing_version
        )
        if is_invalid and not self.refusal:
            return [invalid_version_message()]
        if current_version == submitted_version and not self.refusal:
            return []
        return [
            message
            for message in (self.refusal, saved_by_others_message(history_since(self.instance, opened_history_id)))
            if message
        ]

    def build_conflict(self, messages: list[str]) -> EditConflict:
        """Return both wordings of each field in conflict. Put fields that only the other changed into the form."""
        current = self.current_form()
        conflicts = find_field_conflicts(self, current, self.original_form())
        if not self.refusal:
            take_theirs(self, current, [conflict.name for conflict in conflicts if not conflict.needs_choice])
        return EditConflict(
            row_label=str(self.instance),
            messages=messages,
            field_conflicts=conflicts,
            version_input=self.add_prefix(RESOLVED_VERSION),
            version=rendered_values(current, "version")[0],
            history_id_input=self.add_prefix(RESOLVED_HISTORY_ID),
            history_id=current.initial.get("opened"),
            can_resolve=not self.refusal and "version" in current.fields,
        )

    def _post_clean(self):
        """Check the constraints of the whole row, including columns that the form only shows."""
        super()._post_clean()
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self.add_error(None, error.messages)


def invalid_version_message() -> str:
    """Return the error of a form whose signed version is missing or was changed."""
    return _(
        "The mark by which this page knows what it was made of was changed or lost on its way, so nothing was saved:"
        " what you typed still stands below. Look it over and save again, or open the page anew."
    )


def latest_history_id(row: models.Model) -> int | None:
    """Return the number of a row's latest historical record; None if it has no history."""
    return row.history.order_by("-history_id").values_list("history_id", flat=True).first()


def history_since(row: models.Model, history_id: int | None) -> list:
    """Return the historical records after this one; the latest record if the row was changed without history."""
    records = row.history.select_related("history_user")
    newer = list(records.filter(history_id__gt=history_id or 0).order_by("history_id"))
    return newer or list(records.order_by("-history_id")[:1])


def authors_and_time(records: list) -> dict[str, str]:
    """Return the parameters of a message: the names of the records' authors, and the time of the last record."""
    people = dict.fromkeys(person_name(record.history_user) for record in records)
    return {
        "people": ", ".join(people),
        "moment": date_format(localtime(records[-1].history_date), "DATETIME_FORMAT"),
    }


def saved_by_others_message(records: list) -> str:
    """Return the error of a form that was opened before these records; none if history lacks the change."""
    if not records:
        return _("Somebody changed this while you were writing. Nothing was saved.")
    return _(
        "%(people)s saved this on %(moment)s, after you had opened it. Nothing of yours was saved and nothing was"
        " overwritten: what you typed still stands below."
    ) % authors_and_time(records)


def changes_since_export(row: models.Model, history_id: int | None) -> list[str]:
    """Return sentences on who changed a row after this historical record, and on each changed field."""
    records = history_since(row, history_id)
    if not records:
        return [_("Somebody changed this after the file was exported, and nothing is overwritten: export it anew.")]
    previous = row.history.filter(history_id__lt=records[0].history_id).order_by("-history_id").first()
    summary = _(
        "%(people)s changed this on %(moment)s, after the file was exported, and nothing is overwritten: export it"
        " anew."
    ) % authors_and_time(records)
    return [summary, *change_sentences(type(row), previous, records[-1])]


def change_sentences(model: type[models.Model], previous: models.Model | None, current: models.Model) -> list[str]:
    """Return a sentence for each changed field between two historical records; none for the first record."""
    if previous is None:
        return []
    delta = current.diff_against(previous, foreign_keys_are_objs=True)
    formatter = HistoricalRecordContextHelper(model, current)
    changes = [formatter.format_delta_change(change) for change in delta.changes]
    return [
        _("%(field)s: ‘%(old)s’ became ‘%(new)s’.")
        % {"field": change.field, "old": display_value(change.old), "new": display_value(change.new)}
        for change in changes
    ]


def display_value(value: str) -> str:
    """Return a value for use in a sentence; a dash if it is empty."""
    return "–" if value in ("", "None") else value


class VersionedFormSet(forms.BaseInlineFormSet):
    """Inline rows: refuses to change or delete a row that somebody else changed, and reports deleted rows."""

    def clean(self):
        super().clean()
        messages = [message for form in self.deleted_forms for message in getattr(form, "conflict_messages", [])]
        messages += [
            deleted_row_message(form) for form in self.initial_forms if self.model._meta.pk.name in form.errors
        ]
        if messages:
            raise ValidationError(messages)


class TabularFormSet(VersionedFormSet):
    """Inline rows in a table; each field gets an `aria-label`, since column heads do not label fields."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)
            if not widget.is_hidden:
                widget.attrs.setdefault("aria-label", field.label)


def deleted_row_message(form: forms.ModelForm) -> str:
    """Return a message that quotes what was typed into a row that somebody else deleted."""
    entries = [(bound.label, bound.value()) for bound in form.visible_fields() if bound.name != DELETION_FIELD_NAME]
    text = "; ".join(f"{label}: {value}" for label, value in entries if value not in (None, "", False))
    return _(
        "Somebody deleted a row while you were writing. To keep it, enter it again as a new row. You had: %(words)s"
    ) % {"words": text}


def is_past(request: HttpRequest) -> bool:
    """Return whether the page shows an earlier version of a row."""
    return getattr(request, "is_past", False)


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


class HistoryAdmin(AddOnceMixin, StrictListMixin, SimpleHistoryAdmin):
    """A table with a read-only history: earlier versions cannot be restored from it."""

    object_history_template = "admin/history.html"

    def history_view(self, request, object_id, extra_context=None):
        """Show the history of a row and of its inline rows, also after the row was deleted."""
        request.current_app = self.admin_site.name
        row, obj = self.readable_history(request, object_id)
        sources = history_sources(self, obj.pk)
        check_params(request.GET, HISTORY_PARAMS)
        page = requested_page(history_paginator(sources), request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(row)s") % {"row": name_of(obj)},
            "module_name": self.opts.verbose_name_plural,
            "opts": self.opts,
            "object": obj,
            "name": name_of(obj),
            "is_gone": row is None,
            "page": page,
            "entries": history_entries(page, sources, self.admin_site.name),
            **(extra_context or {}),
        }
        return self.render_history_view(request, self.object_history_template, context)

    def readable_history(self, request, object_id):
        """Return the row, None if it is deleted or hidden, and the row or its last version in its place.

        Raise PermissionDenied for users who may not read the history. Raise Http404 for a row that the user may not
        see, as for one that never existed; the audit log records it.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        row, obj = self.row_with_history(request, object_id)
        is_hidden = row is None and not (self.is_gone(obj) and self.may_read_history_of_gone(request))
        if is_hidden or not self.has_view_history_or_change_history_permission(request, obj):
            if row is not None:
                raise PermissionDenied
            note_refusal(request, "history")
            raise Http404
        return row, obj

    def row_with_history(self, request, object_id):
        """Return the row twice; None and its last version if it is deleted or hidden."""
        row = self.get_object(request, unquote(object_id))
        if row is not None:
            return row, row
        try:
            records = self.model.history.filter(id=self.opts.pk.to_python(unquote(object_id)))
        except ValidationError:
            raise Http404 from None
        last_record = records.order_by("-history_id").first()
        if last_record is None:
            raise Http404
        return None, last_record.instance

    def may_read_history(self, request) -> bool:
        """Return whether the user may read the history of the rows that they see."""
        return True

    def may_read_history_of_gone(self, request) -> bool:
        return self.may_read_history(request)

    def is_gone(self, obj) -> bool:
        return obj is not None and not self.model._base_manager.filter(pk=obj.pk).exists()

    def get_readonly_fields(self, request, obj=None):
        readonly_fields = [*super().get_readonly_fields(request, obj)]
        if is_past(request):
            columns = {column.name for column in self.opts.fields if column.editable and not column.primary_key}
            listed = flatten_fieldsets(self.fieldsets or [(None, {"fields": self.fields or []})])
            readonly_fields += {*columns, *listed} - {*readonly_fields, *CONCURRENCY_FIELDS}
        return readonly_fields

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self.readable_history(request, object_id)
        if not self.model.history.filter(id=unquote(object_id), history_id=parse_history_id(version_id)).exists():
            raise Http404
        request.is_past = True
        try:
            return super().history_form_view(request, object_id, version_id, extra_context)
        except ObjectDoesNotExist:
            self.message_user(
                request, _("What this line tells of was deleted since: it has no page any more."), "WARNING"
            )
            return redirect(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_history", object_id)


def parse_history_id(text: str) -> int:
    """Return the id of a historical record from an address; INVALID_NUMBER if it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else INVALID_NUMBER


def without_related_links(field: forms.Field | None) -> forms.Field | None:
    """Remove the links to add, change, view or delete related rows from the field's widget."""
    widget = getattr(field, "widget", None)
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget.can_add_related = widget.can_change_related = widget.can_delete_related = False
        widget.can_view_related = False
    return field


class OnSiteMixin:
    """Link from the form to the row's public page, where its model has one."""

    def view_on_site(self, obj):
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None


class PortalModelAdmin(OnSiteMixin, HistoryAdmin):
    """A table of reference data by default: visible to all editors, changed by those who may edit reference data."""

    form = VersionedForm
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
        shows_past_version = is_past(request)
        excluded = {field.name for field in self.opts.many_to_many} if shows_past_version else set()
        fieldsets = fieldsets_without(super().get_fieldsets(request, obj), excluded)
        if obj is not None and not shows_past_version and self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"] += CONCURRENCY_FIELDS
        return fieldsets

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return without_related_links(super().formfield_for_dbfield(db_field, request, **kwargs))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Add the error summary and the edit conflicts of the form and its inline rows to the context."""
        forms = [context["adminform"].form]
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        inline_forms = [form for formset in formsets for form in formset.forms]
        context |= {
            "errors": [],
            "problems": form_errors(forms[0], formsets),
            "edit_conflicts": [
                form.edit_conflict for form in (*forms, *inline_forms) if getattr(form, "edit_conflict", None)
            ],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


class ViewOnlyAdmin(PortalModelAdmin):
    """A table that cannot be changed in the editor area."""

    def may_edit(self, request, obj=None) -> bool:
        return False


class SystemTableAdmin(StrictListMixin, OnSiteMixin, admin.ModelAdmin):
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


class InlineMixin:
    """Inline rows, with the permissions of reference data unless a subclass says otherwise."""

    form = VersionedForm
    formfield_overrides = FORMFIELD_OVERRIDES
    formset = VersionedFormSet
    extra = 0

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
