"""Forms that detect edit conflicts: the second to save a row is shown both wordings, and nothing is overwritten."""

from concurrency.exceptions import VersionError
from concurrency.forms import ConcurrentForm, VersionField
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from gmg_portal.editors.forms.autosave import CONCURRENCY_FIELDS
from gmg_portal.editors.forms.change_messages import history_since, latest_history_id, saved_by_others_message
from gmg_portal.editors.forms.edit_conflicts import (
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
