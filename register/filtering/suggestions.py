"""Queries similar to one without results: other spellings of its search, and the query without one parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from register.filtering.query import RegisterQuery
from register.search.spelling import suggest_spellings


@dataclass(frozen=True)
class Suggestion:
    """A query similar to one without results: its label, its address and the count of its results."""

    label: str
    address: str
    count: int


def spelling_suggestions(query: RegisterQuery) -> list[Suggestion]:
    """Return the same query with other spellings of its search that have results, closest match first."""
    text = query.filters.get("q")
    if not text:
        return []
    others = query.filtered(without="q")
    suggestions = [
        Suggestion(spelling, _with_search(query, spelling), others.search(spelling, query.day).count())
        for spelling in suggest_spellings(text, query.day)
    ]
    return [suggestion for suggestion in suggestions if suggestion.count]


def relaxed_queries(query: RegisterQuery, without: Mapping[str, int]) -> list[Suggestion]:
    """Return the query without one parameter, for each that has results then, most results first.

    `without` is the count of results without each parameter, by name.
    """
    suggestions = []
    for name, count in without.items():
        if count:
            values = ", ".join(query.label(name, value) for value in query.params.getlist(name) if value)
            label = _("Without “%(filter)s: %(values)s”") % {"filter": query.form.fields[name].label, "values": values}
            suggestions.append(Suggestion(label, f"?{query.without(name, 'page')}", count))
    return sorted(suggestions, key=lambda suggestion: -suggestion.count)


def _with_search(query: RegisterQuery, text: str) -> str:
    pairs = [(name, text if name == "q" else value) for name, value in query.pairs if name != "page"]
    return f"?{urlencode(pairs)}"
