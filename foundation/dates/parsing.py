"""Parse, format and check dates.

Forms, filters, imported files and the API read dates only by `read_date` and `read_day`, so a text means the same day
everywhere. Dates in numbers with an ambiguous order are refused: '01/07/2026' can be in July or in January.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date

from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext as _

from foundation.clock import today

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
YEAR, MONTH, DAY = "year", "month", "day"
MAX_QUOTED_LENGTH = 40  # characters of the input that an error message repeats
ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

# Spreadsheets write a day as midnight of that day.
ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?)?)?")
WRITTEN_DATE = re.compile(r"(?:([0-9]{1,2})\s+)?([^\W\d_]+)\.?\s+([0-9]{4})")
NUMERIC_DATE = re.compile(r"([0-9]{1,4})\s?([-/.])\s?([0-9]{1,2})\s?\2\s?([0-9]{1,4})")


def last_day_of(year: int, month: int | None = None, day: int | None = None) -> tuple[date, str]:
    """Return the last day of a year, month or day, with its precision. Raises ValueError if there is no such day."""
    if month is None:
        return date(year, 12, 31), YEAR
    if day is None:
        return date(year, month, 1).replace(day=calendar.monthrange(year, month)[1]), MONTH
    return date(year, month, day), DAY


def first_day_of(day: date, precision: str) -> date:
    """Return the first day of the year or month that contains a day, or the day itself, by precision."""
    if precision == YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == MONTH else day


def format_date(day: date, precision: str = DAY) -> str:
    """Format a date as everywhere in the portal: '5 March 2014', 'March 2014' or '2014'."""
    if precision == YEAR:
        return str(day.year)
    params = {"month": MONTHS[day.month], "year": day.year, "day": day.day}
    return (_("%(month)s %(year)s") if precision == MONTH else _("%(day)s %(month)s %(year)s")) % params


# Reading


def read_date(text: str) -> tuple[date, str]:
    """Read a year, month or day, and return its last day with its precision.

    Accepts '2014', '2014-03', '2014-03-05', 'March 2014' and '5 March 2014', months also short ('Mar'). Raises
    ValueError with a sentence that says what to write.
    """
    text = text.strip()
    try:
        values = _parse(text)
        if values:
            return last_day_of(*values)
    except ValueError:
        pass
    raise ValueError(_numeric_date_error(text) or _date_error(text))


def read_day(text: str) -> date:
    """Read a whole day: '2014-03-05' or '5 March 2014'. Raises ValueError with a sentence that says what to write."""
    text = text.strip()
    try:
        values = _parse(text)
        if values and values[2]:
            return date(*values)
    except ValueError:
        pass
    raise ValueError(_numeric_date_error(text) or _day_error(text))


def _parse(text: str) -> tuple[int, int | None, int | None] | None:
    """Return the year, month and day of a text, or None if it has no accepted format."""
    if match := ISO_DATE.fullmatch(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        return year, month, day
    match = WRITTEN_DATE.fullmatch(text)
    month = _month_number(match[2]) if match else None
    return (int(match[3]), month, int(match[1]) if match[1] else None) if month else None


def _month_number(word: str) -> int | None:
    """Return the number of a month by its full or three-letter name, in English or in the active language."""
    word = word.casefold()
    for number, name in enumerate(ENGLISH_MONTHS, start=1):
        names = {name, name[:3], str(MONTHS[number]).casefold(), str(MONTHS_3[number]).casefold()}
        if word in names or (word == "sept" and number == 9):
            return number
    return None


def _numeric_date_error(text: str) -> str:
    """Return the error for a date in numbers: its possible meanings and what to write. '' for any other text."""
    match = NUMERIC_DATE.fullmatch(text)
    days = list(dict.fromkeys(_possible_days(match[1], match[3], match[4]))) if match else []
    if not days:
        return ""
    params = {
        "text": text,
        "meanings": _(" or ").join(map(format_date, days)),
        "iso": days[0].isoformat(),
        "words": format_date(days[0]),
    }
    if len(days) > 1:
        return _("‘%(text)s’ can mean %(meanings)s. Write the day as %(iso)s or %(words)s.") % params
    return _("‘%(text)s’ is not a safe way to write a day. Write it as %(iso)s or %(words)s.") % params


def _possible_days(first: str, second: str, third: str) -> Iterator[date]:
    """Yield the days that three numbers can mean, in the orders year-month-day, day-month-year, month-day-year."""
    numbers = int(first), int(second), int(third)
    if len(first) > 2:
        orders = [numbers]
    else:
        year = numbers[2] + (2000 if len(third) <= 2 else 0)
        orders = [(year, numbers[1], numbers[0]), (year, numbers[0], numbers[1])]
    for order in orders:
        try:
            yield date(*order)
        except ValueError:
            continue


def _date_error(text: str) -> str:
    return _(
        "‘%(text)s’ is not a date. Write it as 2014-03-05 or 5 March 2014; where only the month or year is known, as"
        " 2014-03 or 2014."
    ) % {"text": shorten(text)}


def _day_error(text: str) -> str:
    return _("‘%(text)s’ is not a day. Write it as 2014-03-05 or 5 March 2014.") % {"text": shorten(text)}


def shorten(text: str) -> str:
    """Return a text cut to the length that error messages repeat."""
    return text if len(text) <= MAX_QUOTED_LENGTH else f"{text[:MAX_QUOTED_LENGTH]}…"


# Range


def range_error(day: date, precision: str = DAY, *, past: bool) -> str:
    """Return the error for a date outside the allowed range, or ''.

    The range is 1990 to 2100. With `past` the date cannot be in the future (UTC); a month or a year must have begun.
    """
    params = {"day": format_date(day, precision), "first": format_date(EARLIEST), "today": format_date(today())}
    if past and first_day_of(day, precision) > today():
        return _("%(day)s is in the future. Give a date up to today, %(today)s.") % params
    if not EARLIEST <= day <= LATEST:
        params["last"] = params["today"] if past else format_date(LATEST)
        return _("%(day)s is not plausible. Give a date from %(first)s to %(last)s.") % params
    return ""
