"""Idempotent add forms of the editor area: submitting one form twice creates one row.

A second submission with the same values redirects to the created row. One with other values redirects to that row's
change form with the new values filled in, unsaved, so that nothing is lost or duplicated.

The form's key is also part of its address. Browsers do not cache the form, so going back loads it with the same key,
without JavaScript. A link to the form has no key, and so opens a new form.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.forms import ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.forms import idempotent
from accounts.models import SubmittedForm
from foundation.text.numbers import is_whole_number
from gmg_portal.editors.context import EditorContext, FormPage
from gmg_portal.editors.forms import autosave

PARAMETER = "submission"
# Hidden inputs: form counts, keys, versions and foreign keys of inline rows.
HIDDEN_INPUTS = re.compile(r"^(version|opened|seen|initial-.*|.*_FORMS|\w+-\d+-(id|version|opened|report|commitment))$")


@dataclass(frozen=True)
class TypedField:
    """A posted value under the label of its field, shown so that no typed text is lost."""

    label: str
    value: str


def add_once(page: EditorContext, add: Callable[[str], HttpResponse]) -> HttpResponse:
    """Show or save an add form with `add`, which takes its key; send a second submission to the row of the first."""
    request = page.request
    key = request.POST.get(idempotent.KEY_FIELD, "") if request.method == "POST" else key_in_address(page)
    if not key and request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET":
        return redirect(f"{request.path}?{with_new_key(request.GET)}")
    form_key = key or idempotent.new_key()
    if request.method != "POST":
        return add(form_key)
    fields = idempotent.typed_fields(request)
    with transaction.atomic():
        submission = idempotent.lock_submission(key, form=page.opts.label_lower, fields=fields, user=page.user)
        if submission is not None and submission.row is not None:
            return redirect_to_created(page, submission, fields)
        duplicate = idempotent.find_duplicate(submission) if submission is not None else None
        created = duplicate and page.table.get_queryset(request).filter(pk=duplicate.row).first()
        if created and page.table.is_in_use(created):
            submission.delete()
            return redirect_to_created(page, duplicate, fields)
        response = add(form_key)
        idempotent.record_result(submission, page.table.added_row)
    return response


def key_in_address(page: EditorContext) -> str:
    """Return the key in the form's address; '' if there is none that this user may continue with.

    Add a message if the form was already submitted, since the user has then gone back to it.
    """
    key = page.request.GET.get(idempotent.KEY_FIELD, "")
    if not idempotent.is_usable_key(key, form=page.opts.label_lower, user=page.user):
        return ""
    if idempotent.was_processed(key):
        message = _('You sent this form before, and it was saved. <a href="{address}">Open a new form</a> to add more.')
        page.show_message(format_html(message, address=page.request.path), "WARNING")
    return key


def redirect_to_created(page: EditorContext, submission: SubmittedForm, fields: dict) -> HttpResponse:
    """Redirect a form that was submitted again to the row that its first submission created."""
    row = page.table.get_queryset(page.request).filter(pk=submission.row).first()
    if row is None or not page.table.has_view_permission(page.request, row):
        message = _("You sent this form before, and it was saved. What it made is no longer here.")
        page.show_message(message, "WARNING")
        return redirect(page.url("changelist"))
    address = page.url("change", row.pk)
    if idempotent.has_same_fields(submission, fields):
        page.show_message(_("You sent this form twice. It was saved once, and this is it."), "WARNING")
        return redirect(address)
    idempotent.store_resubmission(submission, fields)
    return redirect(f"{address}?{PARAMETER}={submission.key.hex}")


# The change form of the created row, with the values of the second submission


def second_submission(page: EditorContext) -> SubmittedForm | None:
    """Return the submission whose values fill the page of the row, or None; read once a request."""

    def find() -> SubmittedForm | None:
        key = page.request.GET.get(PARAMETER, "") if page.request.method == "GET" and page.is_saved else ""
        if not key:
            return None
        return idempotent.find_resubmission(key, form=page.opts.label_lower, row=page.row.pk, user=page.user)

    return page.once(("second_submission",), find)


def count_resubmitted_rows(
    page: EditorContext, formset: type[BaseInlineFormSet], saved_rows: Callable[[], list]
) -> int:
    """Return the number of inline rows that only the second submission has, each of which needs an empty form."""
    submission = second_submission(page)
    if submission is None:
        return 0
    rows = saved_rows()
    data = with_row_keys(autosave.as_querydict(submission.second), formset, rows)
    return len(autosave.new_row_prefixes(data, formset, {str(row.pk) for row in rows}))


def fill_with_second_submission(page: EditorContext, form_page: FormPage) -> dict:
    """Fill the form with the values of the second submission, and return them for display."""
    submission = None if form_page.is_new else second_submission(page)
    if submission is None:
        return {}
    may_change = page.table.has_change_permission(page.request, page.row)
    lines = typed_lines(submission.second, form_page.form)
    if may_change:
        data = autosave.as_querydict(submission.second)
        autosave.fill_form(data, form_page.form)
        for formset in form_page.formsets:
            rows = sorted((one.instance for one in formset.initial_forms), key=lambda row: row.pk)
            autosave.fill_formset(with_row_keys(data, type(formset), rows), formset)
    return {"second_submission": lines, "may_change_to_second": may_change}


def with_new_key(params: QueryDict) -> str:
    """Return the query string of an add form with a new key."""
    params = params.copy()
    params[idempotent.KEY_FIELD] = idempotent.new_key()
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
