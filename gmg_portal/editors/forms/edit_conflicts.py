"""Edit conflicts: compare what another editor saved with what this one typed, field by field, and apply the choices.

A form based on an old version is shown again with a table of its field conflicts. If both editors changed a field, the
user chooses a wording; if only the other did, theirs is put into the form. The form is then based on the version that
the table showed. If that is no longer the newest version, the form is shown with a new table.
"""

from dataclasses import dataclass

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from foundation.text.diff import Piece, diff_words
from foundation.text.numbers import is_whole_number
from gmg_portal.editors.forms.autosave import CONCURRENCY_FIELDS

# No field name starts with an underscore.
RESOLVED_VERSION, RESOLVED_HISTORY_ID, CHOICE_PREFIX = "_settled", "_settled_line", "_take-"
THEIRS, YOURS = "theirs", "yours"


@dataclass(frozen=True)
class FieldConflict:
    """A field that another editor changed, and that has a different value in this form."""

    name: str
    html_name: str
    choice_name: str
    label: str
    theirs: str
    yours: str
    pieces: list[Piece]
    needs_choice: bool  # both editors changed it
    can_keep: bool  # False for files: browsers do not send a chosen file again
    choice: str


@dataclass(frozen=True)
class EditConflict:
    """A row that somebody else saved since the form was opened, with its field conflicts."""

    row_label: str
    messages: list[str]
    field_conflicts: list[FieldConflict]
    version_input: str
    version: str
    history_id_input: str
    history_id: int | None
    can_resolve: bool


def find_field_conflicts(
    form: forms.ModelForm, current: forms.ModelForm, original: forms.ModelForm | None
) -> list[FieldConflict]:
    """Return the fields that were changed since `original` and whose submitted value in `form` is not the current one.

    `current` is the form of the row as it is now, `original` as it was when the form was opened; None if unknown.
    """
    conflicts = (
        _field_conflict(form, current, original, name) for name in current.fields if name not in CONCURRENCY_FIELDS
    )
    return [conflict for conflict in conflicts if conflict]


def _field_conflict(
    form: forms.ModelForm, current: forms.ModelForm, original: forms.ModelForm | None, name: str
) -> FieldConflict | None:
    field, html_name = current.fields[name], form.add_prefix(name)
    your_values = submitted_values(form, name)
    their_values = rendered_values(current, name)
    # The history has no earlier values of many-to-many fields.
    has_original = original is not None and not isinstance(field, forms.ModelMultipleChoiceField)
    original_values = rendered_values(original, name) if has_original else None
    if your_values is None or your_values == their_values or their_values == original_values:
        return None
    theirs, yours = display_text(field, their_values), display_text(field, your_values)
    choice_name = form.add_prefix(f"{CHOICE_PREFIX}{name}")
    return FieldConflict(
        name=name,
        html_name=html_name,
        choice_name=choice_name,
        label=str(current[name].label),
        theirs=theirs,
        yours=yours,
        pieces=diff_words(theirs, yours),
        needs_choice=your_values != original_values,
        can_keep=not isinstance(field, forms.FileField),
        choice=form.data.get(choice_name, ""),
    )


def submitted_values(form: forms.ModelForm, name: str) -> list[str] | None:
    """Return the values submitted for a field; None if the form did not contain it."""
    field, html_name = form.fields[name], form.add_prefix(name)
    if isinstance(field, forms.FileField):
        return [form.files[html_name].name] if html_name in form.files else None
    if field.widget.value_omitted_from_data(form.data, form.files, html_name):
        return None
    return [value.strip().replace("\r\n", "\n") for value in form.data.getlist(html_name)]


def rendered_values(form: forms.ModelForm, name: str) -> list[str]:
    """Return the values that a browser would submit for a field of an unchanged form."""
    field, value = form.fields[name], form[name].value()
    if isinstance(field, forms.BooleanField):
        return ["on"] if value else []
    if isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
        return [str(one) for one in value or []]
    if isinstance(field, forms.FileField):
        return [str(value.name)] if value else []
    if value is None:
        return [""]
    if not isinstance(field, forms.ChoiceField):
        value = field.widget.format_value(value) or ""
    return [str(value).strip().replace("\r\n", "\n")]


def display_text(field: forms.Field, values: list[str]) -> str:
    """Return the value of a field as the form shows it; a dash if it is empty."""
    if isinstance(field, forms.BooleanField):
        return _("Yes") if values else _("No")
    if isinstance(field, forms.FileField):
        return _("A file") if values else "–"
    if isinstance(field, forms.ModelChoiceField):
        keys = [value for value in values if is_whole_number(value)]
        return "; ".join(map(str, field.queryset.filter(pk__in=keys))) or "–"
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.choices if key}
        values = [labels.get(value, value) for value in values]
    return "; ".join(value for value in values if value) or "–"


def apply_resolution(form: forms.ModelForm, current: forms.ModelForm, conflicts: list[FieldConflict]) -> bool:
    """Apply the user's choices to the form's data; return whether all were made on the current version."""
    history_id = form.data.get(form.add_prefix(RESOLVED_HISTORY_ID), "")
    version = form.data.get(form.add_prefix(RESOLVED_VERSION), "")
    undecided = [conflict for conflict in conflicts if conflict.needs_choice and conflict.can_keep]
    is_current = version == rendered_values(current, "version")[0]
    if not is_current or any(conflict.choice not in (THEIRS, YOURS) for conflict in undecided):
        return False
    take_theirs(form, current, [conflict.name for conflict in conflicts if conflict.choice == THEIRS])
    form.data[form.add_prefix("version")] = version
    form.data[form.add_prefix("opened")] = history_id
    return True


def take_theirs(form: forms.ModelForm, current: forms.ModelForm, names: list[str]) -> None:
    """Replace the submitted values of these fields with the current ones; files excepted."""
    form.data = data = form.data.copy()
    for name in names:
        if not isinstance(current.fields[name], forms.FileField):
            data.setlist(form.add_prefix(name), rendered_values(current, name))


def form_when_opened(form: forms.ModelForm, row: models.Model, opened: int | None) -> forms.ModelForm | None:
    """Return the form as it was when opened, from the row's history; None if the history lacks that record."""
    record = row.history.filter(history_id=opened).first() if opened else None
    return type(form)(instance=record.instance, prefix=form.prefix) if record else None
