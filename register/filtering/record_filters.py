"""Filter sets with the day of the record, `as_of`, and with the time of the last public change."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import django_filters
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from foundation.filters.filter_classes import AsOfFilter, ColumnLookupMixin, has_value
from foundation.filters.form_fields import TimestampField
from foundation.filters.forms import StrictForm
from foundation.filters.lists import split_lists


class RecordForm(StrictForm):
    """The parameters of a filter set; refuses `as_of` with times of change, which are not kept for past days."""

    def clean(self):
        cleaned = super().clean()
        by_time_of_change = {
            "updated_since": cleaned.get("updated_since"),
            "ordering": {"updated", "-updated"} & set(cleaned.get("ordering") or []),
        }
        for name, value in by_time_of_change.items():
            if value and cleaned.get("as_of"):
                self.add_error(
                    name, now_("This cannot be combined with as_of, for which no moments of change are kept.")
                )
        return cleaned


class UpdatedSinceFilter(ColumnLookupMixin, django_filters.IsoDateTimeFilter):
    """A filter that keeps the rows whose public content changed at a timestamp or later."""

    field_class = TimestampField

    def __init__(self, **kwargs):
        super().__init__(field_name="moved_at", lookup_expr="gte", **kwargs)


@dataclass(frozen=True)
class RecordQuery:
    """The valid parameters of a filter set: the day, the values that filter rows, by name, and the sort keys.

    `day` is None for the record of today.
    """

    day: date | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    ordering: tuple[str, ...] = ()


class RecordFilter(django_filters.FilterSet):
    """A filter set with the day of the record alone; `day` is None for today.

    `query` has the values of its parameters, and `select` the rows that they mean.
    """

    as_of = AsOfFilter(label=_("The record as it stood at the end of this day (UTC)."))

    # Parameters that exclude no rows: the day of the record, and the order.
    NON_FILTER_PARAMS = frozenset({"as_of", "ordering"})

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(split_lists(data, self.base_filters), *args, **kwargs)

    @property
    def day(self):
        return self.form.cleaned_data.get("as_of")

    @property
    def active_params(self) -> dict:
        """Return the cleaned values of the parameters that filter rows, by name."""
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if has_value(value) and name not in self.NON_FILTER_PARAMS
        }

    @property
    def query(self) -> RecordQuery:
        return RecordQuery(self.day, self.active_params, tuple(self.form.cleaned_data.get("ordering") or ()))

    def filter_queryset(self, queryset):
        return self.select(queryset, self.query)

    @classmethod
    def select(cls, queryset, query: RecordQuery):
        """Return the rows that meet the filters of a query, in its order."""
        rows = cls.visible_rows(queryset, query)
        for name, value in {**query.filters, **({"ordering": query.ordering} if query.ordering else {})}.items():
            rows = copy(cls.base_filters[name]).filter(rows, value)  # filters keep the field that they build
        return rows

    @classmethod
    def visible_rows(cls, queryset, query: RecordQuery):
        """Return the rows to which the filters are applied."""
        return queryset.published(query.day)


class RecordWithMovedAtFilter(RecordFilter):
    """Rows as of the day, with `moved_at`, the time of their last public change."""

    @classmethod
    def select(cls, queryset, query):
        return super().select(queryset.with_moved_at(query.day), query)
