"""Filter classes that know no model."""

from collections.abc import Callable
from numbers import Number

import django_filters
from django import forms
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from foundation.dates.inputs import DayPickerField
from foundation.filters.database_choices import Choices
from foundation.filters.form_fields import ChoicesField, PastDayField


def has_value(value) -> bool:
    """Return whether a parameter has a value: zero is one; an empty list or queryset and False are none."""
    return bool(value) or (isinstance(value, Number) and not isinstance(value, bool))


class ConditionMixin:
    """A filter whose meaning is its `condition(value)` alone."""

    def filter(self, queryset, value):
        return queryset.filter(self.condition(value)) if has_value(value) else queryset


class ChoicesFilter(ConditionMixin, django_filters.MultipleChoiceFilter):
    """A filter that keeps the rows that meet `condition` for any of the chosen values."""

    field_class = ChoicesField

    def __init__(self, condition: Callable[[list[str]], Q], **kwargs):
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(**kwargs)
        self.condition = condition

    def all_choices(self) -> Choices:
        """Return every value that is valid, with its label; a subclass may take more values than it offers."""
        choices = self.extra["choices"]
        return choices() if callable(choices) else choices


class ColumnLookupMixin(ConditionMixin):
    """A filter that compares a column with one value, by its lookup expression."""

    def condition(self, value) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})


class DayFilter(ColumnLookupMixin, django_filters.DateFilter):
    """A filter that compares a column with a day."""

    field_class = DayPickerField


class AsOfFilter(django_filters.DateFilter):
    """The day of the record. It filters nothing itself: the filter set reads it to select and annotate the rows."""

    field_class = PastDayField

    def filter(self, queryset, _value):
        return queryset


def column_in(column: str) -> Callable[[list[str]], Q]:
    return lambda values: Q(**{f"{column}__in": values})


def ordering_filter(columns: list[tuple[str, str]]) -> django_filters.OrderingFilter:
    """Return a filter that sorts by columns, given as pairs of the column and its name in the query string."""
    allowed = ", ".join(f"{name}, -{name}" for _column, name in columns)
    message = format_lazy(_("‘%(value)s’ is not a valid value. Allowed: {allowed}."), allowed=allowed)
    return django_filters.OrderingFilter(
        fields=columns, label=_("Sort by; downwards with a minus."), error_messages={"invalid_choice": message}
    )


def takes_list(filterset: django_filters.FilterSet, name: str) -> bool:
    """Return whether a parameter takes several values; at this point a comma list counts as one."""
    return isinstance(filterset.filters[name], django_filters.MultipleChoiceFilter)
