"""Columns of data files made from public fields: names and descriptions, and what the model's columns say of types."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import attrgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from foundation.dates.partial import PartialDate, Precision
from foundation.public_fields import Place, PublicField, PublicTable
from gmg_portal.open_data.table_classes import Column

PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
# How a cell states a row of another table.
BY_CODE = _("Stated by code.")
BY_NAME = _("Stated by name.")
BY_NUMBER = _("Stated by number.")
BY_REFERENCE = _("Stated by reference.")
TYPES = (
    (models.DateTimeField, {"type": "datetime"}),
    (models.DateField, {"type": "date"}),
    (models.IntegerField, {"type": "integer"}),
    (models.URLField, {"format": "uri"}),
    (ArrayField, {"many": True}),
)


def public_columns(table: PublicTable, special: Mapping[str, dict[str, Any]]) -> tuple[Column, ...]:
    """Return the columns of a table's file. `special` has what the model does not say, by field: arguments of Column.

    An argument `stated_by` is a sentence after the description: how a cell states a row of another table.
    """
    return tuple(
        column
        for public_field in table.shown_in(Place.FILE)
        for column in _columns(table, public_field, special.get(public_field.name, {}))
    )


def _columns(table: PublicTable, public_field: PublicField, special: dict[str, Any]) -> Iterator[Column]:
    described = {"description": public_field.described}
    if "stated_by" in special:
        described["description"] = format_lazy("{} {}", public_field.described, special["stated_by"])
    arguments = _of_model(table, public_field) | described | special
    arguments.pop("stated_by", None)
    yield Column(public_field.name, **arguments)
    if public_field.is_partial:
        yield precision_column(public_field.names[1], public_field.name.removesuffix("_on"))


def _of_model(table: PublicTable, public_field: PublicField) -> dict[str, Any]:
    """Return the arguments that follow from the model's column, if there is one."""
    if public_field.is_partial:
        stem = public_field.name.removesuffix("_on")
        return {"value": lambda row: iso(getattr(row, stem)), "pattern": PARTIAL_DATE}
    value: Callable[[Any], Any] = attrgetter(public_field.name)
    if not public_field.columns:
        return {"value": value}
    column = table.column(public_field)
    arguments = {"value": value, "required": not (column.null or column.blank)}
    if column.choices:
        labels = {value: label for value, label in column.flatchoices if value}
        arguments |= {"choices": tuple(labels), "labels": partial(_as_texts, labels)}
    for type_, of_type in TYPES:
        if isinstance(column, type_):
            return arguments | of_type
    return arguments


def _as_texts(labels: Mapping[str, object]) -> dict[str, str]:
    return {value: str(label) for value, label in labels.items()}


def precision_column(name: str, day: str) -> Column:
    """Return the column with the precision of the date in the column before."""
    return Column(
        name,
        _("How precisely the day before is known: year, month or day; empty where no day is known."),
        lambda row: getattr(row, day) and getattr(row, day).precision,
        choices=tuple(Precision.values),
    )


def iso(day: PartialDate | None) -> str | None:
    """Return a date in ISO 8601 at its precision."""
    return day.iso if day else None
