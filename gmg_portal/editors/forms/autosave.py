"""Autosave: storing unsaved form contents as autosaved forms, filling forms with them, and claiming a colleague's."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Commitment
from foundation.text.numbers import is_whole_number
from reporting.models import Assessment, AutosavedForm

# The limit for the values of all fields together, about a hundred pages.
MAX_CHARACTERS = 300_000
NUL = "\x00"  # PostgreSQL does not store it
# Form fields that detect conflicting edits, and belong to no model field.
CONCURRENCY_FIELDS = ("version", "opened")

Parent = Commitment | Assessment | None


class ConcurrentAutosave(ValidationError):
    """The same person has newer unsaved contents of the same form from another window or device."""


class TooLong(ValidationError):
    """The contents of a form are longer than what is saved as it is typed."""


def posted_fields(data: QueryDict) -> dict[str, list[str]]:
    """Return the values of a posted form by field name, without buttons, tokens and choices about conflicts."""
    return {
        name.replace(NUL, ""): [value.replace(NUL, "") for value in data.getlist(name)]
        for name in sorted(data)
        if not (name.startswith("_") or "-_" in name or name == "csrfmiddlewaretoken")
    }


@transaction.atomic
def save_copy(row: Model, parent: Parent, fields: dict, *, window: str, seen: str, by: User) -> AutosavedForm:
    """Save what a person has typed into the form of a row so far; write nothing if nothing changed.

    `parent` is the row to which a new row belongs, `window` identifies the open form, `seen` is the time of the copy
    that the form was filled with.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > MAX_CHARACTERS:
        raise TooLong(_("This is too long to be saved as you type: use ‘Save draft’."))
    copy = AutosavedForm.objects.of(by, row, parent).select_for_update().first()
    if copy and copy.fields == fields:
        return copy
    if copy and window != copy.window and seen != copy.saved_at.isoformat():
        raise ConcurrentAutosave(
            _("You type into this form in another window too, and that is what is kept. Save one of the two.")
        )
    values = {
        "fields": fields,
        "window": window[:40],
        "version": version_of(fields) if row.pk else None,
        "saved_at": timezone.now(),
    }
    key = {"user": by, "form": row._meta.model_name, "row": row.pk}
    parent_columns = AutosavedForm.objects.parent_columns(row, parent)
    return AutosavedForm.objects.update_or_create(**key, **parent_columns, defaults=values)[0]


@transaction.atomic
def claim_copy(copy: AutosavedForm, row: Model, parent: Parent, *, by: User) -> AutosavedForm:
    """Transfer a colleague's autosaved form to the person `by`; the colleague no longer has it."""
    copy = AutosavedForm.objects.offered_to(by, row, parent).select_for_update(of=("self",)).filter(pk=copy.pk).first()
    if copy is None:
        raise PermissionDenied(_("This is no longer there to be taken over."))
    if AutosavedForm.objects.of(by, row, parent).exists():
        raise ValidationError(_("You have typed something here yourself and not saved it: save or discard that first."))
    copy.user = by
    copy.window = ""
    copy.save()
    return copy


def version_of(fields: dict) -> int | None:
    """Return the version on which a form was opened, without checking its signature; None if there is none."""
    number = (fields.get("version") or [""])[0].partition(":")[0]
    return int(number) if is_whole_number(number) else None


def as_querydict(fields: dict) -> QueryDict:
    """Return the stored fields as the data of a form."""
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def fill_form(data: QueryDict, form: forms.ModelForm, prefix: str | None = None) -> None:
    """Set submitted values as the initial values of an unbound form.

    With the prefix of a new row, versions and references to other rows are left out.
    """
    for name, field in form.fields.items():
        html_name = f"{prefix}-{name}" if prefix else form.add_prefix(name)
        left_out = isinstance(field, forms.FileField) or field.widget.value_omitted_from_data(data, {}, html_name)
        if left_out or prefix and (name in CONCURRENCY_FIELDS or isinstance(field, forms.ModelChoiceField)):
            continue
        value = field.widget.value_from_datadict(data, {}, html_name)
        form.initial[name] = version_of_mark(field, value) if name == "version" else value


def version_of_mark(field: forms.Field, value: str) -> int:
    """Return the version in a signed mark; 0, which no row has, if the signature is invalid."""
    return max(field.to_python(value), 0)


def new_row_prefixes(data: QueryDict, formset: type[forms.BaseInlineFormSet], existing_keys: set[str]) -> list[str]:
    """Return the form prefixes of rows without a key in `existing_keys`: new rows, or rows deleted by somebody else."""
    prefix, key = formset.get_default_prefix(), formset.model._meta.pk.name
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    rows = [f"{prefix}-{number}" for number in range(min(int(total), 100) if is_whole_number(total) else 0)]
    return [
        row
        for row in rows
        if data.get(f"{row}-{key}", "") not in existing_keys and formset.form(data, prefix=row).has_changed()
    ]


def fill_formset(data: QueryDict, formset: forms.BaseInlineFormSet) -> None:
    """Set submitted values as the initial values of an unbound formset; new rows go into its extra forms."""
    key = formset.model._meta.pk.name
    prefixes = {data.get(name): name.rpartition("-")[0] for name in data if name.endswith(f"-{key}") and data[name]}
    existing_keys = set()
    for form in formset.initial_forms:
        existing_keys.add(str(form.instance.pk))
        submitted_prefix = prefixes.get(str(form.instance.pk))
        if submitted_prefix:
            fill_form(_with_prefix(data, submitted_prefix, form.prefix), form)
    for form, row in zip(formset.extra_forms, new_row_prefixes(data, type(formset), existing_keys), strict=False):
        fill_form(data, form, row)


def _with_prefix(data: QueryDict, old_prefix: str, prefix: str) -> QueryDict:
    """Return the values of one row with another prefix."""
    row = QueryDict(mutable=True)
    for name in data:
        if name.startswith(f"{old_prefix}-"):
            row.setlist(prefix + name[len(old_prefix) :], data.getlist(name))
    return row
