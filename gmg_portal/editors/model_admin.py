"""What all tables of the editors' side share: permissions, history, and two editors on one form.

The second to save is shown both wordings and who made the other, keeps on the screen what they typed, and overwrites
nothing.
"""

from concurrency.exceptions import VersionError
from concurrency.forms import ConcurrentForm, VersionField
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from agencies.permissions import may_edit_reference_data
from commitments.autosave import CONCURRENCY_FIELDS
from foundation.dates.inputs import AdminDayInput
from gmg_portal.editors.edit_conflicts import (
    SETTLED,
    SETTLED_LINE,
    Clash,
    Contest,
    as_it_was,
    as_sent,
    contests,
    settle,
    take,
)
from gmg_portal.editors.form_errors import problems_of
from gmg_portal.editors.histories import name_of, pages_of, person, sources_of, story
from gmg_portal.editors.idempotent_forms import AddOnceMixin
from gmg_portal.editors.list_queries import HISTORY_PARAMS, StrictListMixin, check_params, note_refusal, requested_page

FIELDS = {models.URLField: {"assume_scheme": "https"}, models.DateField: {"widget": AdminDayInput}}
UNREADABLE = -1  # what no row and no line of a history has ever had as its number


class Mark(VersionField):
    """The signed version that a page was made of; UNREADABLE where it came back otherwise than it was given out."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except VersionError:
            return UNREADABLE


class Line(forms.IntegerField):
    """A line of a history, or none; UNREADABLE where it can be no such number."""

    widget = forms.HiddenInput

    def to_python(self, value):
        try:
            line = super().to_python(value)
        except ValidationError:
            return UNREADABLE
        return line if line is None or 0 <= line <= models.BigIntegerField.MAX_BIGINT else UNREADABLE


class VersionedForm(ConcurrentForm):
    """Refuses to save over what somebody else saved since the form was opened, and shows both."""

    opened = Line(required=False)  # the newest line of the history then
    clash: Clash | None = None
    may_precede = False  # whether a page can have been opened before its row was there, and so without a mark
    refused = ""  # why the row as it stands now takes no changes at all from this person

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "version" in self.fields:
            self.fields["version"] = Mark()
        if self.instance.pk and not self.is_bound:
            self.initial["opened"] = newest_line(self.instance)
        elif self.instance.pk and self.add_prefix(SETTLED) in self.data:
            now = self.as_it_stands()
            settle(self, now, contests(self, now, self.as_it_was()))

    @property
    def clashes(self) -> list[str]:
        return self.clash.sentences if self.clash else []

    @cached_property
    def changed_data(self):
        """Versions are marks, not entries: an empty row stays an empty row."""
        return [name for name in super().changed_data if name not in CONCURRENCY_FIELDS]

    def as_it_stands(self) -> forms.ModelForm:
        return type(self)(instance=self.instance, prefix=self.prefix)

    def as_it_was(self) -> forms.ModelForm | None:
        opened = self.fields["opened"].to_python(self.data.get(self.add_prefix("opened")))
        return as_it_was(self, self.instance, opened)

    def differences(self) -> list[Contest]:
        """What was typed otherwise than it stands now, whoever has changed it."""
        return contests(self, self.as_it_stands(), None)

    def clean(self):
        cleaned = forms.ModelForm.clean(self) or self.cleaned_data
        if self.instance._state.adding and "version" in cleaned:
            cleaned["version"] = 0  # a new row begins its own count
        sentences = self.conflict()
        if sentences:
            self.clash = self.set_side_by_side(sentences)
            self.add_error(None, sentences)
        return cleaned

    def conflict(self) -> list[str]:
        """Sentences on what stands in the way of saving; none if nothing does. Locks the row."""
        if self.instance._state.adding:
            return []
        rows = type(self.instance)._base_manager.select_for_update(of=("self",))
        version = rows.filter(pk=self.instance.pk).values_list("version", flat=True).first()
        if version is None:
            return [_("Somebody deleted this while you were writing. Nothing was saved.")]
        sent, opened = self.cleaned_data.get("version"), self.cleaned_data.get("opened")
        unreadable = UNREADABLE in (sent, opened) or (not sent and sent != version and not self.may_precede)
        if unreadable and not self.refused:
            return [mark_was_changed()]
        if version == sent and not self.refused:
            return []
        return [line for line in (self.refused, who_saved(lines_since(self.instance, opened))) if line]

    def set_side_by_side(self, sentences: list[str]) -> Clash:
        """Both wordings of each contested field. What only the other has changed is laid into the form."""
        now = self.as_it_stands()
        found = contests(self, now, self.as_it_was())
        if not self.refused:
            take(self, now, [contest.name for contest in found if not contest.is_open])
        return Clash(
            row=str(self.instance),
            sentences=sentences,
            contests=found,
            settled_name=self.add_prefix(SETTLED),
            settled=as_sent(now, "version")[0],
            line_name=self.add_prefix(SETTLED_LINE),
            line=now.initial.get("opened"),
            can_settle=not self.refused and "version" in now.fields,
        )

    def _post_clean(self):
        """Ask the database's rules of the whole row: one on a column that is only shown here counts as well."""
        super()._post_clean()
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self.add_error(None, error.messages)


def mark_was_changed() -> str:
    return _(
        "The mark by which this page knows what it was made of was changed or lost on its way, so nothing was saved:"
        " what you typed still stands below. Look it over and save again, or open the page anew."
    )


def newest_line(row: models.Model) -> int | None:
    return row.history.order_by("-history_id").values_list("history_id", flat=True).first()


def lines_since(row: models.Model, opened: int | None) -> list:
    """What the history has since a line of it; the newest line, if the row was changed past the history."""
    lines = row.history.select_related("history_user")
    since = list(lines.filter(history_id__gt=opened or 0).order_by("history_id"))
    return since or list(lines.order_by("-history_id")[:1])


def people_and_moment(lines: list) -> dict[str, str]:
    """Who wrote these lines of a history, and when the last of them."""
    people = dict.fromkeys(person(line.history_user) for line in lines)
    return {
        "people": ", ".join(people),
        "moment": date_format(localtime(lines[-1].history_date), "DATETIME_FORMAT"),
    }


def who_saved(lines: list) -> str:
    if not lines:
        return _("Somebody changed this while you were writing. Nothing was saved.")
    return _(
        "%(people)s saved this on %(moment)s, after you had opened it. Nothing of yours was saved and nothing was"
        " overwritten: what you typed still stands below."
    ) % people_and_moment(lines)


def story_since_export(row: models.Model, line: int | None) -> list[str]:
    """Who changed a row since a file was exported, and each field from what to what, as sentences."""
    lines = lines_since(row, line)
    if not lines:
        return [_("Somebody changed this after the file was exported, and nothing is overwritten: export it anew.")]
    before = row.history.filter(history_id__lt=lines[0].history_id).order_by("-history_id").first()
    told = _(
        "%(people)s changed this on %(moment)s, after the file was exported, and nothing is overwritten: export it"
        " anew."
    ) % people_and_moment(lines)
    return [told, *in_sentences(type(row), before, lines[-1])]


def in_sentences(model: type[models.Model], before, after) -> list[str]:
    if before is None:
        return []
    delta = after.diff_against(before, foreign_keys_are_objs=True)
    display = HistoricalRecordContextHelper(model, after)
    changes = [display.format_delta_change(change) for change in delta.changes]
    return [
        _("%(field)s: ‘%(old)s’ became ‘%(new)s’.")
        % {"field": change.field, "old": shown(change.old), "new": shown(change.new)}
        for change in changes
    ]


def shown(value: str) -> str:
    """A value of a column in a sentence: an empty one has to be seen too."""
    return "–" if value in ("", "None") else value


class VersionedFormSet(forms.BaseInlineFormSet):
    """Rows under a form: none is changed or deleted over somebody else's change, and none is lost silently."""

    def clean(self):
        super().clean()
        clashes = [line for form in self.deleted_forms for line in getattr(form, "clashes", [])]
        clashes += [lost(form) for form in self.initial_forms if self.model._meta.pk.name in form.errors]
        if clashes:
            raise ValidationError(clashes)


class RowsInColumnsFormSet(VersionedFormSet):
    """In a table of fields the heads of its columns are no labels: each field carries its name itself."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)
            if not widget.is_hidden:
                widget.attrs.setdefault("aria-label", field.label)


def lost(form: forms.ModelForm) -> str:
    """A row that somebody else deleted has no place on the page any more: what was typed into it is quoted."""
    typed = [(bound.label, bound.value()) for bound in form.visible_fields() if bound.name != DELETION_FIELD_NAME]
    words = "; ".join(f"{label}: {value}" for label, value in typed if value not in (None, "", False))
    return _(
        "Somebody deleted a row while you were writing. To keep it, enter it again as a new row. You had: %(words)s"
    ) % {"words": words}


def is_past(request) -> bool:
    """Whether the page shows a row as an earlier line of its history has it."""
    return getattr(request, "is_past", False)


def without(fieldsets, hidden: set[str]) -> list[tuple[str | None, dict]]:
    """A copy of the fieldsets without the form's machinery and these fields."""
    left_out = hidden | set(CONCURRENCY_FIELDS)
    return [
        (title, options | {"fields": [name for name in flatten(options["fields"]) if name not in left_out]})
        if left_out & set(flatten(options["fields"]))
        else (title, options | {"fields": list(options["fields"])})
        for title, options in fieldsets
    ]


class HistoryAdmin(AddOnceMixin, StrictListMixin, SimpleHistoryAdmin):
    """A table with its history, which is for reading: nobody puts a row back by it."""

    object_history_template = "admin/history.html"

    def history_view(self, request, object_id, extra_context=None):
        """The row's history and that of the rows under it; that of a row that was deleted as well."""
        request.current_app = self.admin_site.name
        row, obj = self.readable_history(request, object_id)
        sources = sources_of(self, obj.pk)
        check_params(request.GET, HISTORY_PARAMS)
        page = requested_page(pages_of(sources), request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(row)s") % {"row": name_of(obj)},
            "module_name": self.opts.verbose_name_plural,
            "opts": self.opts,
            "object": obj,
            "name": name_of(obj),
            "is_gone": row is None,
            "page": page,
            "lines": story(page, sources, self.admin_site.name),
            **(extra_context or {}),
        }
        return self.render_history_view(request, self.object_history_template, context)

    def readable_history(self, request, object_id):
        """Return the row, or None, and what stands for it; 403 or 404 for whoever may not read its history.

        A row that the person does not see answers like one that never was: 404. The audit log records both.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        row, obj = self.row_with_history(request, object_id)
        hidden = row is None and not (self.is_gone(obj) and self.may_read_history_of_gone(request))
        if hidden or not self.has_view_history_or_change_history_permission(request, obj):
            if row is not None:
                raise PermissionDenied
            note_refusal(request, "history")
            raise Http404
        return row, obj

    def row_with_history(self, request, object_id):
        """The row, or None, and what stands for it: where it is gone or hidden, as its last line has it."""
        row = self.get_object(request, unquote(object_id))
        if row is not None:
            return row, row
        try:
            lines = self.model.history.filter(id=self.opts.pk.to_python(unquote(object_id)))
        except ValidationError:
            raise Http404 from None
        last = lines.order_by("-history_id").first()
        if last is None:
            raise Http404
        return None, last.instance

    def may_read_history(self, request) -> bool:
        """Whether the person reads the history of the rows that they see."""
        return True

    def may_read_history_of_gone(self, request) -> bool:
        return self.may_read_history(request)

    def is_gone(self, obj) -> bool:
        return obj is not None and not self.model._base_manager.filter(pk=obj.pk).exists()

    def get_readonly_fields(self, request, obj=None):
        shown = [*super().get_readonly_fields(request, obj)]
        if is_past(request):
            columns = {column.name for column in self.opts.fields if column.editable and not column.primary_key}
            named = flatten_fieldsets(self.fieldsets or [(None, {"fields": self.fields or []})])
            shown += {*columns, *named} - {*shown, *CONCURRENCY_FIELDS}
        return shown

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self.readable_history(request, object_id)
        if not self.model.history.filter(id=unquote(object_id), history_id=line_number(version_id)).exists():
            raise Http404
        request.is_past = True
        try:
            return super().history_form_view(request, object_id, version_id, extra_context)
        except ObjectDoesNotExist:
            self.message_user(
                request, _("What this line tells of was deleted since: it has no page any more."), "WARNING"
            )
            return redirect(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_history", object_id)


def line_number(text: str) -> int:
    """Return the number of a line of a history from an address; UNREADABLE where it can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else UNREADABLE


def bare(field: forms.Field | None) -> forms.Field | None:
    """A choice without the buttons that change the table it chooses from: that is another errand."""
    widget = getattr(field, "widget", None)
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget.can_add_related = widget.can_change_related = widget.can_delete_related = False
        widget.can_view_related = False
    return field


class OnSiteMixin:
    def view_on_site(self, obj):
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None


class PortalModelAdmin(OnSiteMixin, HistoryAdmin):
    """Reference data unless a table says otherwise: whoever edits anything sees it, the secretariat edits it."""

    form = VersionedForm
    formfield_overrides = FIELDS
    list_per_page = 50
    show_full_result_count = False

    def may_view(self, request, obj=None) -> bool:
        return self.admin_site.has_permission(request)

    def may_edit(self, request, obj=None) -> bool:
        return self.admin_site.ask(request, may_edit_reference_data)

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
        """With the form's machinery where there is something to save, and without it where there is not."""
        past = is_past(request)
        hidden = {field.name for field in self.opts.many_to_many} if past else set()
        fieldsets = without(super().get_fieldsets(request, obj), hidden)
        if obj is not None and not past and self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"] += CONCURRENCY_FIELDS
        return fieldsets

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return bare(super().formfield_for_dbfield(db_field, request, **kwargs))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """With all that is wrong on top, each linked to its field, and the clashes of the form and of its rows."""
        forms = [context["adminform"].form]
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        rows = [form for formset in formsets for form in formset.forms]
        context |= {
            "errors": [],
            "problems": problems_of(forms[0], formsets),
            "clashes": [form.clash for form in (*forms, *rows) if getattr(form, "clash", None)],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


class ViewOnlyAdmin(PortalModelAdmin):
    """A table that is read here and written elsewhere."""

    def may_edit(self, request, obj=None) -> bool:
        return False


class ReadingAdmin(StrictListMixin, OnSiteMixin, admin.ModelAdmin):
    """A table that is read here, is written by the portal itself, and keeps no history."""

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


class RowsMixin:
    """Rows under a form; they follow the permissions of the row they belong to."""

    form = VersionedForm
    formfield_overrides = FIELDS
    formset = VersionedFormSet
    extra = 0

    def may_edit(self, request, parent=None) -> bool:
        return self.admin_site.ask(request, may_edit_reference_data)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return bare(super().formfield_for_dbfield(db_field, request, **kwargs))

    def has_view_permission(self, request, obj=None):
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def has_change_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.may_edit(request, obj)

    def get_fieldsets(self, request, obj=None):
        fieldsets = without(super().get_fieldsets(request, obj), set())
        if self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"] += CONCURRENCY_FIELDS
        return fieldsets


class PortalStackedInline(RowsMixin, admin.StackedInline):
    pass


class PortalTabularInline(RowsMixin, admin.TabularInline):
    formset = RowsInColumnsFormSet
