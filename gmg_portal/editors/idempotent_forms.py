"""Idempotent add forms of the editor area: submitting one form twice creates one row.

A second submission with the same values redirects to the created row. One with other values redirects to that row's
change form with the new values filled in, unsaved, so that nothing is lost or duplicated.

The form's key is also part of its address. Browsers do not cache the form, so going back loads it with the same key,
without JavaScript. A link to the form has no key, and so opens a new form.
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

from accounts import idempotent_forms
from foundation.text.numbers import is_whole_number
from reporting.forms import autosave

PARAMETER = "submission"
# Hidden inputs: form counts, keys, versions and foreign keys of inline rows.
HIDDEN_INPUTS = re.compile(r"^(version|opened|seen|initial-.*|.*_FORMS|\w+-\d+-(id|version|opened|report|commitment))$")


@dataclass(frozen=True)
class TypedField:
    """A posted value under the label of its field, shown so that no typed text is lost."""

    label: str
    value: str


class AddOnceMixin:
    """Create one row for each opened add form, and send a second submission of it to that row."""

    def add_view(self, request, form_url="", extra_context=None):
        key = (
            request.POST.get(idempotent_forms.KEY_FIELD, "")
            if request.method == "POST"
            else self.key_in_address(request)
        )
        if not key and request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET":
            return redirect(f"{request.path}?{with_new_key(request.GET)}")
        context = {"submission_key": key or idempotent_forms.new_key()} | (extra_context or {})
        if request.method != "POST":
            return super().add_view(request, form_url, context)
        fields = idempotent_forms.typed_fields(request)
        with transaction.atomic():
            submission = idempotent_forms.lock_submission(
                key, form=self.opts.label_lower, fields=fields, user=request.user
            )
            if submission is not None and submission.row is not None:
                return self.redirect_to_created(request, submission, fields)
            find_duplicate = idempotent_forms.find_duplicate(submission) if submission is not None else None
            created = find_duplicate and self.get_queryset(request).filter(pk=find_duplicate.row).first()
            if created and self.is_in_use(created):
                submission.delete()
                return self.redirect_to_created(request, find_duplicate, fields)
            response = super().add_view(request, form_url, context)
            idempotent_forms.record_result(submission, getattr(request, "added_row", None))
        return response

    def is_in_use(self, row) -> bool:
        """Return whether a row created a moment ago is still in use; if not, the same values create another row."""
        return True

    def key_in_address(self, request) -> str:
        """Return the key in the form's address; '' if there is none that this user may continue with.

        Add a message if the form was already submitted, since the user has then gone back to it.
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

    def redirect_to_created(self, request, submission, fields):
        """Redirect a form that was submitted again to the row that its first submission created."""
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

    # The change form of the created row, with the values of the second submission

    def second_submission(self, request, obj):
        """Return the submission whose values fill this page, or None; cached for the request."""
        if not hasattr(request, "_second_submission"):
            key = request.GET.get(PARAMETER, "") if request.method == "GET" and obj is not None and obj.pk else ""
            row = {"form": self.opts.label_lower, "row": obj.pk if obj else None, "user": request.user}
            request._second_submission = idempotent_forms.find_resubmission(key, **row) if key else None
        return request._second_submission

    def get_formsets_with_inlines(self, request, obj=None):
        """Add an empty inline row for each row that only the second submission has."""
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            submission = self.second_submission(request, obj)
            if submission is not None:
                rows = list(inline.get_queryset(request).filter(**{formset.fk.name: obj}).order_by("pk"))
                data = with_row_keys(autosave.as_querydict(submission.second), formset, rows)
                saved_keys = {str(row.pk) for row in rows}
                formset.extra = max(formset.extra, len(autosave.new_row_prefixes(data, formset, saved_keys)))
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
                    autosave.fill_formset(with_row_keys(data, type(inline.formset), rows), inline.formset)
        return super().render_change_form(request, context, add, change, form_url, obj)


def with_new_key(params: QueryDict) -> str:
    """Return the query string of an add form with a new key."""
    params = params.copy()
    params[idempotent_forms.KEY_FIELD] = idempotent_forms.new_key()
    return params.urlencode()


def with_row_keys(data: QueryDict, formset: type[BaseInlineFormSet], rows: list) -> QueryDict:
    """Return the submitted data with the keys of the saved `rows` set on its first inline rows, in order."""
    data = data.copy()
    prefix, key = formset.get_default_prefix(), formset.model._meta.pk.name
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    prefixes = [f"{prefix}-{number}" for number in range(min(int(total), 100) if is_whole_number(total) else 0)]
    filled_prefixes = [row_prefix for row_prefix in prefixes if formset.form(data, prefix=row_prefix).has_changed()]
    for row_prefix, row in zip(filled_prefixes, rows, strict=False):
        data[f"{row_prefix}-{key}"] = str(row.pk)
    return data


def typed_lines(fields: dict[str, list[str]], form: ModelForm | None = None) -> list[TypedField]:
    """Return the submitted values with labels, without empty ones and hidden inputs."""
    labels = {name: str(field.label) for name, field in form.fields.items()} if form is not None else {}
    return [
        TypedField(labels.get(name) or name.replace("_", " ").replace("-", " "), value)
        for name, values in fields.items()
        for value in values
        if value.strip() and not HIDDEN_INPUTS.search(name)
    ]
