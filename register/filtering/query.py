"""The query of an address of the register as a value, with the addresses that carry it on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from foundation.filters.form_fields import ChoicesField
from foundation.filters.lists import drop_empty_values
from foundation.filters.messages import form_error_messages, repeated_parameter
from foundation.rest.sparse_fields import FieldTree, UnknownField, offered_fields, select_fields
from foundation.text.unknown_words import unknown_field
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.ordering import sort_commitments
from register.filtering.rows import rows_meeting, rows_on
from register.querysets import RegisterQuerySet, register_commitments
from register.serializers import CommitmentRowSerializer

VIEWS = [("cards", _("Cards")), ("table", _("Table"))]
SIZES = (20, 50, 100, 200)
# Parameters of the page alone, which filter no rows.
PAGINATION_PARAMS = ("page", "page_size", "view", "fields")

Pair = tuple[str, str]


class PageForm(forms.Form):
    """The page of a list, its size and its view."""

    page = forms.IntegerField(
        min_value=1, required=False, error_messages={"invalid": _("page is a whole number from 1.")}
    )
    page_size = forms.IntegerField(
        min_value=1,
        max_value=200,
        required=False,
        error_messages={"invalid": _("page_size is a whole number from 1 to 200.")},
    )
    view = ChoicesField(choices=VIEWS, required=False)

    def clean(self):
        for name in ("page", "page_size"):
            if len([value for value in self.data.getlist(name) if value]) > 1:
                self.add_error(None, repeated_parameter(name))
        return super().clean()

    def clean_view(self):
        return (self.cleaned_data["view"] or ["cards"])[-1]


@dataclass(frozen=True)
class ActiveFilter:
    """A chosen value of a filter, with its labels and the address of the same query without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, eq=False)
class RegisterQuery:
    """The query of an address, as valid values; or `errors`, and then no values.

    `params` are the parameters as they stand, with their lists split; `form` has the labels and choices of the filters.
    `filters` are the values of the parameters that filter rows, and `conditions` what they mean, both by name.
    """

    params: QueryDict
    form: forms.Form
    errors: tuple[str, ...] = ()
    day: date | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Q] = field(default_factory=dict)
    ordering: Sequence[str] = ()
    page: int = 1
    page_size: int | None = None
    view: str = VIEWS[0][0]
    fields: FieldTree = field(default_factory=dict)

    @classmethod
    def parse(cls, params: QueryDict, *, page_params: Collection[str] = ()) -> Self:
        """Read the parameters of an address; `page_params` are those of `PAGINATION_PARAMS` that it takes as well."""
        params = drop_empty_values(params)
        filterset = CommitmentFilter(params, extra_params=page_params)
        page_form = PageForm(params if page_params else QueryDict())
        texts = params.getlist("fields") if "fields" in page_params else []
        fields, unknown_fields = select_fields(texts, offered_fields(CommitmentRowSerializer))
        errors = [
            *form_error_messages(filterset.form),
            *form_error_messages(page_form),
            *map(unknown_field_message, unknown_fields),
        ]
        if errors:
            return cls(filterset.data, filterset.form, tuple(errors))
        page = page_form.cleaned_data
        return cls(
            filterset.data,
            filterset.form,
            day=filterset.day,
            filters=filterset.active_params,
            conditions=filterset.conditions,
            ordering=filterset.form.cleaned_data["ordering"],
            page=page["page"] or 1,
            page_size=page["page_size"],
            view=page["view"],
            fields=fields,
        )

    @cached_property
    def unfiltered(self) -> RegisterQuerySet:
        """Return all rows of the day, annotated; with `updated_since` withdrawn ones too."""
        return rows_on(register_commitments(), self.day, withdrawn="updated_since" in self.filters)

    def filtered(self, *, without: str = "", withdrawn: bool = False) -> RegisterQuerySet:
        """Return the rows that meet all filters but `without`, unordered; withdrawn ones too if they are wanted."""
        conditions = {name: condition for name, condition in self.conditions.items() if name != without}
        rows = rows_on(register_commitments(), self.day, withdrawn=True) if withdrawn else self.unfiltered
        return rows_meeting(rows, conditions, self.day)

    def rows(self) -> RegisterQuerySet:
        """Return the rows that meet all filters, in their order."""
        return sort_commitments(self.filtered(), self.ordering, self.filters.get("q", ""))

    @cached_property
    def pairs(self) -> list[Pair]:
        """Return the non-empty parameters as pairs of name and value, each once."""
        return [(name, value) for name, values in self.params.lists() for value in dict.fromkeys(values) if value]

    @property
    def text(self) -> str:
        return self.params.get("q", "")

    @property
    def row_params(self) -> str:
        """Return the query string that selects rows, for the files."""
        return urlencode([pair for pair in self.pairs if pair[0] not in PAGINATION_PARAMS])

    @property
    def api_params(self) -> str:
        """Return the query string for the API, which takes `fields` as well."""
        return urlencode([pair for pair in self.pairs if pair[0] not in PAGINATION_PARAMS or pair[0] == "fields"])

    @property
    def active_filters(self) -> list[ActiveFilter]:
        """Return the chosen values that filter rows."""
        return [chosen for name, chosen in self._chosen() if name not in CommitmentFilter.NON_FILTER_PARAMS]

    @property
    def feed_params(self) -> str:
        """Return the query string of the parameters that filter rows, sorted, so that equal queries share a feed."""
        return urlencode(sorted(pair for pair in self.pairs if pair[0] in self.filters))

    def without(self, *names: str) -> str:
        """Return the query string without some parameters."""
        return urlencode([pair for pair in self.pairs if pair[0] not in names])

    @property
    def params_without_page(self) -> str:
        """Return the query string without the page, for links to other pages."""
        return self.without("page")

    @property
    def params_before_view(self) -> str:
        """Return the query string without the view and with a final '&', to which another view is appended."""
        return _with_ampersand(self.without("view"))

    @cached_property
    def chosen(self) -> list[ActiveFilter]:
        return [chosen for _name, chosen in self._chosen()]

    @property
    def chosen_labels(self) -> list[str]:
        """Return the chosen values for display: 'Status: Ongoing'."""
        return [f"{chosen.label}: {chosen.value}" for chosen in self.chosen]

    @property
    def hidden(self) -> list[Pair]:
        """Return the parameters that the form repeats as hidden inputs."""
        return [pair for pair in self.pairs if pair[0] in ("view", "fields")]

    def _chosen(self) -> list[tuple[str, ActiveFilter]]:
        fields = self.form.fields
        return [
            (name, ActiveFilter(str(fields[name].label), self.label(name, value), self._without_pair((name, value))))
            for name, value in self.pairs
            if name in fields and name != "ordering"
        ]

    def _without_pair(self, removed: Pair) -> str:
        return f"?{urlencode([pair for pair in self.pairs if pair != removed and pair[0] != 'page'])}"

    def label(self, name: str, value: str) -> str:
        """Return the label of a value of a parameter, or the value itself if it has none."""
        choices = getattr(self.form.fields[name], "choices", [])
        return next((str(label) for choice, label in choices if str(choice) == value), value)


def _with_ampersand(query_string: str) -> str:
    return f"{query_string}&" if query_string else ""


def unknown_field_message(field: UnknownField) -> str:
    """Return the error message for a name in `fields` that is no field, with the closest match and all fields."""
    return f"fields: {unknown_field(field.name, field.allowed)}"
