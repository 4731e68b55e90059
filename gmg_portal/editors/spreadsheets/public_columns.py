"""Columns of a spreadsheet made from public fields: the description, and what the model's column says of its cells."""

from django.db import models

from foundation.public_fields import Place, PublicField, PublicTable
from foundation.text.web_addresses import LocationField
from gmg_portal.editors.spreadsheets.column_classes import DateColumn, SheetColumn
from gmg_portal.editors.spreadsheets.widgets import (
    ChoiceWidget,
    DayWidget,
    LocationWidget,
    NumberWidget,
    PartialDateWidget,
    TextWidget,
)


def sheet_names(table: PublicTable, *first: str) -> tuple[str, ...]:
    """Return the names of a table's columns: the first ones as given, then its other public fields in their order."""
    names = (public_field.name for public_field in table.shown_in(Place.SPREADSHEET))
    return (*first, *(name for name in names if name not in first))


def public_column(table: PublicTable, name: str) -> SheetColumn:
    """Return the column of a public field: text, a choice, a whole number or a day. Other columns are declared."""
    public_field = table[name]
    described = {"column_name": name, "description": public_field.description}
    if public_field.is_partial:
        return DateColumn(name.removesuffix("_on"), PartialDateWidget(), **described)
    required = not table.column(public_field).blank
    return SheetColumn(name, _widget(table, public_field), required=required, **described)


def _widget(table: PublicTable, public_field: PublicField) -> TextWidget:
    column = table.column(public_field)
    match column:
        case _ if column.choices:
            return ChoiceWidget(column.flatchoices)
        case models.DateField():
            return DayWidget()
        case models.IntegerField():
            return NumberWidget()
        case LocationField():
            return LocationWidget()
        case models.TextField() | models.CharField():
            return TextWidget(column.max_length)
    raise TypeError(f"Declare the spreadsheet column for {public_field.name}: nothing reads a {type(column).__name__}.")
