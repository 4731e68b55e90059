"""The rules of drafts in forms."""

from copy import copy

from django import forms
from django.db.models import Model
from django.forms.models import construct_instance

from accounts.models import User
from reporting import rules


class DraftRulesMixin(forms.ModelForm):
    """A form that shows, at their fields, the rules that even a draft must meet.

    `writer` is the person who fills it in, for rules about this person.
    """

    writer: User | None = None

    def clean(self):
        cleaned = super().clean()
        errors = rules.draft_errors(self.candidate(), self.errors.keys(), by=self.writer)
        for name, sentence in errors.items():
            self.add_error(self.field_of(name), sentence)
        return cleaned

    def candidate(self) -> Model:
        """Return a copy of the row with the valid values of the form."""
        return construct_instance(self, copy(self.instance), self._meta.fields, self._meta.exclude)

    def field_of(self, name: str) -> str | None:
        """Return the form's field for a field of the model; None if the form does not have it."""
        names = (name, name.removesuffix("_on"))
        return next((each for each in names if each in self.fields), None)
