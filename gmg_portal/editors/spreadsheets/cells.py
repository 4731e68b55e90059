"""Cells of a file as text: a value that a spreadsheet converted to something else is refused."""

import re
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from foundation.dates.parsing import EARLIEST, LATEST
from foundation.text.spreadsheet_cells import normalize_line_endings, unescape_formulas

# Parts of a number format that show no date: quoted text, escaped characters, colours and languages.
NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class BadCell(ValueError):
    """A cell whose content cannot be taken as text; the message says why."""


def text_of(cell: Any, is_day: bool) -> str:
    """Return a cell as text; raise BadCell if a spreadsheet converted it to something else."""
    if cell is None or isinstance(cell, str):
        return checked(cell or "")
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return ""
    if kind == "f":
        raise BadCell(is_formula())
    if kind == "e":
        raise BadCell(_("An error stands here: %(error)s.") % {"error": value})
    if isinstance(value, bool):
        raise BadCell(_("Excel made ‘true’ or ‘false’ of this: format the cell as text and write it again."))
    if isinstance(value, datetime | date):
        return day_of(cell, value, is_day)
    if is_day and isinstance(value, int | float) and (day := day_numbered(value, cell)):
        return day.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return checked(value)
    raise BadCell(_("This is a time, not text: format the cell as text and write it again."))


def day_of(cell: Any, value: date, is_day: bool) -> str:
    """Return a date whose format shows the day; raise BadCell otherwise, as Excel completes '2014-03' to a day."""
    shows_day = "d" in NOT_SHOWN.sub("", cell.number_format or "").lower()
    if is_day and shows_day:
        return f"{value:%Y-%m-%d}"
    if is_day:
        raise BadCell(
            _("Excel made a date of this, and its day is not sure: format the cell as text and write 2014-03.")
        )
    raise BadCell(_("Excel made a date of this: format the cell as text and write it again."))


def day_numbered(number: float, cell: Any) -> date | None:
    """Return the day of a spreadsheet's serial number; None for a year or an implausible day."""
    if number < 10_000:
        return None
    epoch = cell.parent.parent.epoch if hasattr(cell, "parent") else WINDOWS_EPOCH
    try:
        day = from_excel(int(number), epoch).date()
    except (OverflowError, ValueError):
        return None
    return day if EARLIEST <= day <= LATEST else None


def checked(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadCell(_("Half a character stands here: write the text again.")) from None
    if "\x00" in text:
        raise BadCell(_("A null character stands here: write the text again."))
    if text.startswith("="):  # in CSV a formula is text, which a spreadsheet program runs
        raise BadCell(is_formula())
    return unescape_formulas(normalize_line_endings(text))


def is_formula() -> str:
    return _("A formula stands here: write its result as text.")
