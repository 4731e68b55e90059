"""The query of an API address: its parameters, read strictly into one value."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django_filters import FilterSet

from foundation.filters.form_fields import PastDayField
from foundation.filters.lists import split_lists
from foundation.filters.messages import with_param_name
from foundation.rest.problem_details import Fault, InvalidParameter
from foundation.rest.query_faults import (
    FIELDS,
    empty_param_faults,
    invalid_value_faults,
    repeated_param_faults,
    unknown_field_faults,
    unknown_param_faults,
)
from foundation.rest.sparse_fields import FieldTree, select_fields

FORMAT = "format"
AS_OF = "as_of"


@dataclass(frozen=True)
class ApiQuery:
    """Query of an API address. Every parameter is valid.

    `day` is None for the record of today. `fields` are those that the parameter `fields` names, {} for all of
    `offered_fields`.
    """

    params: QueryDict
    day: date | None
    fields: FieldTree
    offered_fields: FieldTree
    filterset: FilterSet | None = None

    @classmethod
    def parse(
        cls,
        params: QueryDict,
        rows: QuerySet,
        filterset_class: type[FilterSet] | None,
        *,
        offered_fields: FieldTree,
        page_params: Collection[str] = (),
    ) -> "ApiQuery":
        """Read the parameters of an address; raise InvalidParameter with every fault."""
        if filterset_class:
            filterset = filterset_class(split_lists(params, filterset_class.base_filters), rows)
            params, form_fields = filterset.data, filterset.form.fields
        else:
            filterset, form_fields = None, {}
        fields, unknown_fields = select_fields(params.getlist(FIELDS), offered_fields)
        allowed = {*form_fields, *page_params, AS_OF, FIELDS, FORMAT}
        day, day_faults = _read_day(params, filterset)
        faults = [
            *unknown_param_faults(params, allowed),
            *repeated_param_faults(params, form_fields),
            *empty_param_faults(params, allowed),
            *unknown_field_faults(unknown_fields),
            *(invalid_value_faults(filterset.form, params) if filterset else ()),
            *day_faults,
        ]
        if faults:
            raise InvalidParameter(*faults)
        return cls(params, day, fields, offered_fields, filterset)

    def filter(self, rows: QuerySet) -> QuerySet:
        """Return the rows that meet every filter. With `ordering` rows with equal values are in order of their keys."""
        if self.filterset is None:
            return rows
        rows = self.filterset.filter_queryset(rows)
        return rows.order_by(*rows.query.order_by, "pk") if "ordering" in self.params else rows

    def needs(self, *names: str) -> bool:
        """Return whether the answer has any of these fields of a row."""
        return not self.fields or any(name in self.fields for name in names)


def _read_day(params: QueryDict, filterset: FilterSet | None) -> tuple[date | None, list[Fault]]:
    """Return the day of `as_of`, or None, and the faults of `as_of` that the form does not report."""
    if filterset and AS_OF in filterset.form.fields:
        return (filterset.form.cleaned_data.get(AS_OF) if filterset.is_valid() else None), []
    try:
        return PastDayField(required=False).clean(params.get(AS_OF)), []
    except ValidationError as error:
        return None, [Fault(AS_OF, " ".join(with_param_name(AS_OF, error.messages)))]
