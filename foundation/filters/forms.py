"""A form for query parameters that refuses unknown and repeated ones."""

from collections.abc import Iterable
from functools import cache

from django import forms
from django.utils.choices import CallableChoiceIterator

from foundation.filters.database_choices import CachedChoices
from foundation.filters.messages import repeated_parameter
from foundation.text.unknown_words import unknown_parameter

# Form fields that take several values.
LIST_FIELDS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


class StrictForm(forms.Form):
    """A form that refuses unknown parameters: a misspelt filter must not return every row.

    `extra_params` are parameters that the page or file takes, and that filter no rows.
    """

    def __init__(self, *args, extra_params: Iterable[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.extra_params = frozenset(extra_params)
        read = cache(lambda choices: list(choices()))
        for field in self.fields.values():
            choices = getattr(field, "choices", None)
            if isinstance(choices, CallableChoiceIterator):
                field.choices = CachedChoices(choices.func, read)

    def clean(self):
        allowed = {*self.fields, *self.extra_params}
        for name in sorted(set(self.data) - allowed):
            self.add_error(None, unknown_parameter(name, allowed))
        for name, values in self.data.lists() if hasattr(self.data, "lists") else ():
            if name in allowed and not self.takes_list(name) and len([value for value in values if value]) > 1:
                self.add_error(None, repeated_parameter(name))
        return super().clean()

    def takes_list(self, name: str) -> bool:
        """Return whether a parameter may be repeated. The `extra_params` are validated elsewhere."""
        return name not in self.fields or isinstance(self.fields[name], LIST_FIELDS)
