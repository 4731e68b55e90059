"""Add forms of the editor area: the same form sent twice makes one row.

Sent again as it was, the form leads to the row that it made. Sent again with other words, it leads to that row's form
with those words in it, not saved: so nothing is lost and nothing is made twice.

The key of a form stands in its address as well: whoever goes back to the form, which is never kept by the browser,
fetches it under the same key, without any script. A link to the form has no key, and so opens a new one.
"""

import re
from dataclasses import dataclass

from django.db import transaction
from django.forms import ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from agencies import idempotent_forms
from commitments import autosave
from foundation.text.numbers import is_whole_number

PARAMETER = "submission"
# Counts, keys and versions, and the row that another one belongs to.
FILLED_BY_PAGES = re.compile(
    r"^(version|opened|seen|initial-.*|.*_FORMS|\w+-\d+-(id|version|opened|report|commitment))$"
)


@dataclass(frozen=True)
class TypedField:
    label: str
    value: str


class AddOnceMixin:
    def add_view(self, request, form_url="", extra_context=None):
        key = (
            request.POST.get(idempotent_forms.KEY_FIELD, "")
            if request.method == "POST"
            else self.key_in_address(request)
        )
        if not key and request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET":
            return redirect(f"{request.path}?{with_key(request.GET)}")
        context = {"submission_key": key or idempotent_forms.new_key()} | (extra_context or {})
        if request.method != "POST":
            return super().add_view(request, form_url, context)
        fields = idempotent_forms.typed_fields(request)
        with transaction.atomic():
            submission = idempotent_forms.lock_submission(
                key, form=self.opts.label_lower, fields=fields, user=request.user
            )
            if submission is not None and submission.row is not None:
                return self.lead_to_first(request, submission, fields)
            before = idempotent_forms.find_duplicate(submission) if submission is not None else None
            made = before and self.get_queryset(request).filter(pk=before.row).first()
            if made and self.is_in_use(made):
                submission.delete()
                return self.lead_to_first(request, before, fields)
            response = super().add_view(request, form_url, context)
            idempotent_forms.record_result(submission, getattr(request, "added_row", None))
        return response

    def is_in_use(self, row) -> bool:
        """Return whether a row that a form made a moment ago still serves: if not, the same form anew makes another."""
        return True

    def key_in_address(self, request) -> str:
        """Return the key with which the form was opened; '' if it has none that this person may go on with.

        If the form was sent already, say so: this page is one that its sender came back to.
        """
        key = request.GET.get(idempotent_forms.KEY_FIELD, "")
        if not idempotent_forms.is_usable_key(key, form=self.opts.label_lower, user=request.user):
            return ""
        if idempotent_forms.was_processed(key):
            message = _(
                'You sent this form before, and it was saved. <a href="{address}">Open a new form</a> to add more.'
            )
            self.message_user(request, format_html(message, address=request.path), "WARNING")
        return key

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            request.added_row = form.instance

    def lead_to_first(self, request, submission, fields):
        """Answer a form that was sent again with the page of what it made the first time."""
        row = self.get_queryset(request).filter(pk=submission.row).first()
        if row is None or not self.has_view_permission(request, row):
            message = _("You sent this form before, and it was saved. What it made is no longer here.")
            self.message_user(request, message, "WARNING")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        if idempotent_forms.has_same_fields(submission, fields):
            self.message_user(request, _("You sent this form twice. It was saved once, and this is it."), "WARNING")
            return redirect(page)
        idempotent_forms.store_resubmission(submission, fields)
        return redirect(f"{page}?{PARAMETER}={submission.key.hex}")

    # The page of the first row, with what was typed the second time

    def second_submission(self, request, obj):
        """Return the submission whose words go into this page, worked out once a request; None for any other page."""
        if not hasattr(request, "_second_submission"):
            key = request.GET.get(PARAMETER, "") if request.method == "GET" and obj is not None and obj.pk else ""
            row = {"form": self.opts.label_lower, "row": obj.pk if obj else None, "user": request.user}
            request._second_submission = idempotent_forms.find_resubmission(key, **row) if key else None
        return request._second_submission

    def get_formsets_with_inlines(self, request, obj=None):
        """With an empty row for each one more that was typed the second time."""
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            submission = self.second_submission(request, obj)
            if submission is not None:
                rows = list(inline.get_queryset(request).filter(**{formset.fk.name: obj}).order_by("pk"))
                data = number_rows(autosave.as_querydict(submission.second), formset, rows)
                known = {str(row.pk) for row in rows}
                formset.extra = max(formset.extra, len(autosave.new_row_prefixes(data, formset, known)))
            yield formset, inline

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        submission = None if add else self.second_submission(request, obj)
        if submission is not None:
            form = context["adminform"].form
            data = autosave.as_querydict(submission.second)
            context["second_submission"] = typed_lines(submission.second, form)
            context["may_change_to_second"] = self.has_change_permission(request, obj)
            if context["may_change_to_second"]:
                autosave.fill_form(data, form)
                for inline in context["inline_admin_formsets"]:
                    rows = sorted((one.instance for one in inline.formset.initial_forms), key=lambda row: row.pk)
                    autosave.fill_formset(number_rows(data, type(inline.formset), rows), inline.formset)
        return super().render_change_form(request, context, add, change, form_url, obj)


def with_key(params: QueryDict) -> str:
    """Return the query of an add form under a new key."""
    params = params.copy()
    params[idempotent_forms.KEY_FIELD] = idempotent_forms.new_key()
    return params.urlencode()


def number_rows(data: QueryDict, formset: type[BaseInlineFormSet], rows: list) -> QueryDict:
    """Return what was typed, in which the first rows under the form name those that they became, in their order."""
    data = data.copy()
    prefix, key = formset.get_default_prefix(), formset.model._meta.pk.name
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    places = [f"{prefix}-{number}" for number in range(min(int(total), 100) if is_whole_number(total) else 0)]
    typed = [place for place in places if formset.form(data, prefix=place).has_changed()]
    for place, row in zip(typed, rows, strict=False):
        data[f"{place}-{key}"] = str(row.pk)
    return data


def typed_lines(fields: dict[str, list[str]], form: ModelForm | None = None) -> list[TypedField]:
    """Return what was typed as labelled lines for people, without what is empty and what pages fill in."""
    labels = {name: str(field.label) for name, field in form.fields.items()} if form is not None else {}
    return [
        TypedField(labels.get(name) or name.replace("_", " ").replace("-", " "), value)
        for name, values in fields.items()
        for value in values
        if value.strip() and not FILLED_BY_PAGES.search(name)
    ]
