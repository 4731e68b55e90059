"""The query of an address of the register, and the addresses of queries similar to it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from register.filters import ChoicesField, CommitmentFilter, repeated_parameter
from register.spelling import suggest_spellings

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


@dataclass(frozen=True)
class Suggestion:
    """A query similar to one without results: its label, its address and the count of its results."""

    label: str
    address: str
    count: int


class RegisterQuery:
    """The parameters of an address of the register. The filterset must be valid."""

    def __init__(self, data: QueryDict, filterset: CommitmentFilter):
        self.data = data
        self.filterset = filterset

    @cached_property
    def pairs(self) -> list[Pair]:
        """Return the non-empty parameters as pairs of name and value, each once."""
        return [(name, value) for name, values in self.data.lists() for value in dict.fromkeys(values) if value]

    @property
    def text(self) -> str:
        return self.data.get("q", "")

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
        return urlencode(sorted(pair for pair in self.pairs if pair[0] in self.filterset.active_params))

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

    def spellings(self) -> list[Suggestion]:
        """Return the same query with other spellings of its search that have results, closest match first."""
        text = self.filterset.active_params.get("q")
        if not text:
            return []
        others, day = self.filterset.filtered(without="q"), self.filterset.day
        suggestions = [
            Suggestion(spelling, self._with_search(spelling), others.search(spelling, day).count())
            for spelling in suggest_spellings(text, day)
        ]
        return [suggestion for suggestion in suggestions if suggestion.count]

    def relaxed_queries(self, without: dict[str, int]) -> list[Suggestion]:
        """Return the query without one parameter, for each that has results then, most results first.

        `without` is the count of results without each parameter, by name.
        """
        suggestions = []
        for name, count in without.items():
            if count:
                values = ", ".join(self._label(name, value) for value in self.data.getlist(name) if value)
                label = _("Without “%(filter)s: %(values)s”") % {
                    "filter": self.filterset.filters[name].label,
                    "values": values,
                }
                suggestions.append(Suggestion(label, f"?{self.without(name, 'page')}", count))
        return sorted(suggestions, key=lambda suggestion: -suggestion.count)

    def _chosen(self) -> list[tuple[str, ActiveFilter]]:
        filters = self.filterset.filters
        return [
            (name, ActiveFilter(str(filters[name].label), self._label(name, value), self._without_pair((name, value))))
            for name, value in self.pairs
            if name in filters and name != "ordering"
        ]

    def _with_search(self, text: str) -> str:
        return f"?{urlencode([(name, text if name == 'q' else value) for name, value in self.pairs if name != 'page'])}"

    def _without_pair(self, removed: Pair) -> str:
        return f"?{urlencode([pair for pair in self.pairs if pair != removed and pair[0] != 'page'])}"

    def _label(self, name: str, value: str) -> str:
        choices = getattr(self.filterset.form.fields[name], "choices", [])
        return next((str(label) for choice, label in choices if str(choice) == value), value)


def _with_ampersand(query_string: str) -> str:
    return f"{query_string}&" if query_string else ""
