"""The base class of tables with a read-only history."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from gmg_portal.editors.admin_base.strict_lists import StrictListMixin, served_by_copy
from gmg_portal.editors.context import EditorContext, FormPage
from gmg_portal.editors.forms import idempotent
from gmg_portal.editors.forms.autosave import CONCURRENCY_FIELDS
from gmg_portal.editors.forms.versioned import INVALID_NUMBER
from gmg_portal.editors.histories.entries import history_entries, history_paginator, history_sources, name_of
from gmg_portal.editors.list_queries.params import HISTORY_PARAMS, check_params, requested_page
from gmg_portal.editors.list_queries.refusals import note_refusal


class HistoryAdmin(StrictListMixin, SimpleHistoryAdmin):
    """A table with a read-only history: earlier versions cannot be restored from it.

    `form_steps` fill the form and return what its template needs, in their order; each takes the `EditorContext` and
    the `FormPage`. `unsaved_row_counts` return how many empty inline rows these steps need.
    """

    object_history_template = "admin/history/page.html"
    form_steps: tuple[Callable[..., dict], ...] = (idempotent.fill_with_second_submission,)
    unsaved_row_counts: tuple[Callable[..., int], ...] = (idempotent.count_resubmitted_rows,)
    added_row: models.Model | None = None  # the row that the request of this copy created

    # Forms

    @served_by_copy
    def add_view(self, request, form_url="", extra_context=None):
        """Create one row for each opened form; a second submission of it leads to that row."""

        def add(key: str):
            context = {"submission_key": key} | (extra_context or {})
            return super(HistoryAdmin, self).add_view(request, form_url, context)

        return idempotent.add_once(self.page, add)

    @served_by_copy
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return super().changeform_view(request, object_id, form_url, extra_context)

    @served_by_copy
    def delete_view(self, request, object_id, extra_context=None):
        return super().delete_view(request, object_id, extra_context)

    def is_in_use(self, row) -> bool:
        """Return whether a row created a moment ago is still in use; if not, the same values create another row."""
        return True

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            self.added_row = form.instance

    def get_inlines(self, request, obj):
        """Let inline rows ask this copy of the table for their permissions."""
        return [partial(inline, table=self) for inline in super().get_inlines(request, obj)]

    def get_formsets_with_inlines(self, request, obj=None):
        """Add an empty inline row for each row that is to be filled in and was never saved."""
        page = self.page_about(request, obj)
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            rows = partial(saved_rows, inline, formset, page)
            formset.extra = max(formset.extra, *(count(page, formset, rows) for count in self.unsaved_row_counts))
            yield formset, inline

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        page, form_page = self.page_about(request, obj), FormPage(context["adminform"].form, formsets, add)
        for step in self.form_steps:
            context |= step(page, form_page)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Histories

    @property
    def is_past(self) -> bool:
        """Return whether the page shows an earlier version of a row."""
        return self.page is not None and self.page.is_past

    @served_by_copy
    def history_view(self, request, object_id, extra_context=None):
        """Show the history of a row and of its inline rows, also after the row was deleted."""
        request.current_app = self.admin_site.name
        row, obj = self.readable_history(request, object_id)
        sources = history_sources(self, obj.pk)
        check_params(request.GET, HISTORY_PARAMS)
        entries_page = requested_page(history_paginator(sources), request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(row)s") % {"row": name_of(obj)},
            "module_name": self.opts.verbose_name_plural,
            "opts": self.opts,
            "object": obj,
            "name": name_of(obj),
            "is_gone": row is None,
            "page": entries_page,
            "entries": history_entries(entries_page, sources, self.admin_site.name),
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
        if self.is_past:
            columns = {column.name for column in self.opts.fields if column.editable and not column.primary_key}
            listed = flatten_fieldsets(self.fieldsets or [(None, {"fields": self.fields or []})])
            readonly_fields += {*columns, *listed} - {*readonly_fields, *CONCURRENCY_FIELDS}
        return readonly_fields

    @served_by_copy
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self.readable_history(request, object_id)
        if not self.model.history.filter(id=unquote(object_id), history_id=parse_history_id(version_id)).exists():
            raise Http404
        self.page = replace(self.page, is_past=True)
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


def saved_rows(inline: InlineModelAdmin, formset: type[BaseInlineFormSet], page: EditorContext) -> list[models.Model]:
    """Return the saved inline rows of the page's row, by their keys."""
    if page.row is None:
        return []
    return list(inline.get_queryset(page.request).filter(**{formset.fk.name: page.row}).order_by("pk"))
