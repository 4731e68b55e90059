"""The commitments that a query of the register selects: those of a day, that meet conditions."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from register.querysets import RegisterQuerySet


def rows_on(rows: RegisterQuerySet, day: date | None, *, withdrawn: bool = False) -> RegisterQuerySet:
    """Return the published rows of today or of a day, with their annotations; withdrawn ones too if they are wanted."""
    rows = rows.public(day) if withdrawn else rows.published(day)
    return rows.with_standing(day).with_state(day).with_moved_at(day)


def rows_meeting(rows: RegisterQuerySet, conditions: Mapping[str, Q], day: date | None) -> RegisterQuerySet:
    """Return the rows of `rows_on()` that meet every condition, by the names of their parameters."""
    if "q" in conditions:
        rows = rows.with_search_vector(day)
    for condition in conditions.values():
        rows = rows.filter(condition)
    return rows
