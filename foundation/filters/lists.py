"""Query parameters with several values: repeated, or as one list separated by commas."""

from collections.abc import Callable, Collection, Mapping

import django_filters
from django.http import QueryDict

from foundation.filters.database_choices import Choices
from foundation.filters.filter_classes import ChoicesFilter


def split_lists(params: QueryDict, filters: Mapping[str, django_filters.Filter]) -> QueryDict:
    """Return the parameters with one entry for each value of a list; repeated values and comma lists mean the same.

    Parameters that django-filter reads as one comma list are joined instead.
    """
    if not hasattr(params, "lists"):
        return params
    joined = {
        name: [",".join(values)]
        for name, values in params.lists()
        if isinstance(filters.get(name), django_filters.BaseCSVFilter)
    }
    # Filters by rows have no choices here: the identifiers of rows have no commas.
    choices = {
        name: filter_.all_choices if isinstance(filter_, ChoicesFilter) else filter_.extra.get("choices", ())
        for name, filter_ in filters.items()
        if isinstance(filter_, django_filters.MultipleChoiceFilter)
    }
    return with_values(split_comma_lists(params, choices), joined)


def split_comma_lists(params: QueryDict, choices: Mapping[str, Choices | Callable[[], Choices]]) -> QueryDict:
    """Return the parameters with the comma lists of those in `choices` split into single values.

    A valid value that contains commas, such as some names of places, stays whole.
    """
    split = {}
    for name, values in params.lists():
        if name in choices and any("," in value for value in values):
            valid = valid_values(choices[name])
            split[name] = [part for value in values for part in split_value(value, valid)]
    return with_values(params, split)


def drop_empty_values(params: QueryDict) -> QueryDict:
    """Return the parameters without their empty values, which forms send for fields that are not filled in.

    A parameter that has no other value keeps one, so that unknown names are still refused. Pages, feeds, charts and
    their files read parameters so; the API and the data files refuse empty values.
    """
    lists = {name: [value for value in values if value] or [""] for name, values in params.lists() if "" in values}
    return with_values(params, lists)


def with_values(params: QueryDict, lists: Mapping[str, list[str]]) -> QueryDict:
    """Return a copy of the parameters with some values replaced; the parameters themselves if `lists` is empty."""
    if not lists:
        return params
    params = params.copy()
    for name, values in lists.items():
        params.setlist(name, values)
    return params


def valid_values(choices: Choices | Callable[[], Choices]) -> set[str]:
    """Return the valid values among `choices`, as text."""
    return {str(value) for value, _label in (choices() if callable(choices) else choices)}


def split_value(value: str, valid: Collection[str]) -> list[str]:
    """Return the parts of a comma list, where the longest runs that are valid values stay together."""
    parts = value.split(",")
    longest = 1 + max((name.count(",") for name in valid), default=0)
    values, start = [], 0
    while start < len(parts):
        ends = range(min(start + longest, len(parts)), start, -1)
        end = next((end for end in ends if ",".join(parts[start:end]) in valid), start + 1)
        values.append(",".join(parts[start:end]))
        start = end
    return values
