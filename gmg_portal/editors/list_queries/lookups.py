"""The lookups that list filters and date hierarchies link to, each with the check of its values."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import ImproperlyConfigured
from django.db import models

MAX_KEY_DIGITS = 19
YEARS = range(1900, 2201)
ValueCheck = Callable[[str], bool]


def is_flag(value: str) -> bool:
    """Tell whether a value is a boolean as Django's own filters write it."""
    return value in ("True", "False", "1", "0")


def is_timestamp(value: str) -> bool:
    """Accept a day or a moment as the links of a date filter write it."""
    try:
        return datetime.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def is_number_in(numbers: range) -> ValueCheck:
    """Return the check for a number of at most four digits in a range, such as a year or a month."""
    return lambda value: value.isascii() and value.isdecimal() and len(value) < 5 and int(value) in numbers


def is_key(value: str) -> bool:
    """Return whether a value can be a primary key, which is a number in every table."""
    return value.isascii() and value.isdecimal() and len(value) < MAX_KEY_DIGITS


def is_text(value: str) -> bool:
    """Tell whether PostgreSQL can search for a value: its texts hold no null character."""
    return "\0" not in value


def lookups_of_filter(model: type[models.Model], path: str) -> dict[str, ValueCheck]:
    """Return the lookups that the list filter on a column links to, each with the check of its values.

    The values of a relation are checked by `VisibleRelatedFilter`, which knows the rows on offer.
    """
    column = get_fields_from_path(model, path)[-1]
    empty = {f"{path}__isnull": is_flag} if column.null or column.many_to_many else {}
    if column.remote_field:
        return {f"{path}__{column.target_field.name}__exact": is_text} | empty
    if isinstance(column, models.BooleanField):
        return {f"{path}__exact": is_flag} | empty
    if column.choices:
        values = {str(value) for value, _label in column.flatchoices}
        return {f"{path}__exact": values.__contains__} | empty
    if isinstance(column, models.DateField):
        return {f"{path}__gte": is_timestamp, f"{path}__lt": is_timestamp} | empty
    raise ImproperlyConfigured(f"{model._meta.label}: a filter on {path} would list every value of a free column.")


def lookups_of_hierarchy(path: str) -> dict[str, ValueCheck]:
    """Return the lookups of the date hierarchy on a column."""
    return {
        f"{path}__year": is_number_in(YEARS),
        f"{path}__month": is_number_in(range(1, 13)),
        f"{path}__day": is_number_in(range(1, 32)),
    }
