"""Inline rows that detect edit conflicts."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext as _


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

    def show_errors(self, sentences: list[str]) -> None:
        """Show these errors above the rows of a set that was only opened, and not submitted."""
        self.errors  # noqa: B018 – prepares the set to take errors
        self._non_form_errors = self.error_class(sentences, error_class="nonform")


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
