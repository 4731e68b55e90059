"""Days: the running day, the range that is plausible, and the one reader of what people write.

Forms, filters, imported files and the API read dates by `read_date` and `read_day` alone, so that a text means the same
day everywhere. A date of numbers whose order is not certain is refused: '01/07/2026' is July to some and January to
others.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date

from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext as _

from foundation.clock import today

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
YEAR, MONTH, DAY = "year", "month", "day"
LONGEST = 40  # characters of a text that a sentence repeats
ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

# A spreadsheet writes a day as a moment at midnight.
ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?)?)?")
MONTH_IN_WORDS = re.compile(r"(?:([0-9]{1,2})\s+)?([^\W\d_]+)\.?\s+([0-9]{4})")
NUMBERS = re.compile(r"([0-9]{1,4})\s?([-/.])\s?([0-9]{1,2})\s?\2\s?([0-9]{1,4})")


def last_day_of(year: int, month: int | None = None, day: int | None = None) -> tuple[date, str]:
    """Return the last day of a year, month or day with its precision; ValueError where the calendar has none."""
    if month is None:
        return date(year, 12, 31), YEAR
    if day is None:
        return date(year, month, 1).replace(day=calendar.monthrange(year, month)[1]), MONTH
    return date(year, month, day), DAY


def first_day_of(day: date, precision: str) -> date:
    """Return the first day of the year or month in which a day lies, or the day itself."""
    if precision == YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == MONTH else day


def date_in_words(day: date, precision: str = DAY) -> str:
    """Write a date as everywhere in the portal: '5 March 2014', 'March 2014' or '2014'."""
    if precision == YEAR:
        return str(day.year)
    words = {"month": MONTHS[day.month], "year": day.year, "day": day.day}
    return (_("%(month)s %(year)s") if precision == MONTH else _("%(day)s %(month)s %(year)s")) % words


# Reading


def read_date(text: str) -> tuple[date, str]:
    """Read a year, month or day, and return its last day with its precision.

    Accepts '2014', '2014-03', '2014-03-05', 'March 2014' and '5 March 2014', months also short ('Mar'). Raises
    ValueError with a sentence that says what to write.
    """
    text = text.strip()
    try:
        parts = _parts_of(text)
        if parts:
            return last_day_of(*parts)
    except ValueError:
        pass
    raise ValueError(_refusal(text) or _not_a_date(text))


def read_day(text: str) -> date:
    """Read a whole day: '2014-03-05' or '5 March 2014'. Raises ValueError with a sentence that says what to write."""
    text = text.strip()
    try:
        parts = _parts_of(text)
        if parts and parts[2]:
            return date(*parts)
    except ValueError:
        pass
    raise ValueError(_refusal(text) or _not_a_day(text))


def _parts_of(text: str) -> tuple[int, int | None, int | None] | None:
    """Return the year, month and day that a text names; None where it is in no form that is read."""
    if match := ISO.fullmatch(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        return year, month, day
    match = MONTH_IN_WORDS.fullmatch(text)
    month = _month_named(match[2]) if match else None
    return (int(match[3]), month, int(match[1]) if match[1] else None) if month else None


def _month_named(word: str) -> int | None:
    """Return the month of a name, whole or of three letters, in English or in the language of the page."""
    word = word.casefold()
    for number, name in enumerate(ENGLISH_MONTHS, start=1):
        names = {name, name[:3], str(MONTHS[number]).casefold(), str(MONTHS_3[number]).casefold()}
        if word in names or (word == "sept" and number == 9):
            return number
    return None


def _refusal(text: str) -> str:
    """Say what a date of numbers can mean and what to write; '' for any other text."""
    match = NUMBERS.fullmatch(text)
    readings = list(dict.fromkeys(_readings(match[1], match[3], match[4]))) if match else []
    if not readings:
        return ""
    words = {
        "text": text,
        "meanings": _(" or ").join(map(date_in_words, readings)),
        "iso": readings[0].isoformat(),
        "words": date_in_words(readings[0]),
    }
    if len(readings) > 1:
        return _("‘%(text)s’ can mean %(meanings)s. Write the day as %(iso)s or %(words)s.") % words
    return _("‘%(text)s’ is not a safe way to write a day. Write it as %(iso)s or %(words)s.") % words


def _readings(first: str, second: str, third: str) -> Iterator[date]:
    """Yield the days that three numbers can mean: the year first, or the day or the month first."""
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


def _not_a_date(text: str) -> str:
    return _(
        "‘%(text)s’ is not a date. Write it as 2014-03-05 or 5 March 2014; where only the month or year is known, as"
        " 2014-03 or 2014."
    ) % {"text": shortened(text)}


def _not_a_day(text: str) -> str:
    return _("‘%(text)s’ is not a day. Write it as 2014-03-05 or 5 March 2014.") % {"text": shortened(text)}


def shortened(text: str) -> str:
    """Return a text as a sentence repeats it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


# What is plausible


def implausible(day: date, precision: str = DAY, *, past: bool) -> str:
    """Say why a date cannot be right, or return ''.

    Every date lies in the years from 1990 to 2100. What has happened (`past`) is not in the future (UTC): a month or a
    year must have begun.
    """
    words = {"day": date_in_words(day, precision), "first": date_in_words(FIRST), "today": date_in_words(today())}
    if past and first_day_of(day, precision) > today():
        return _("%(day)s is in the future. Give a date up to today, %(today)s.") % words
    if not FIRST <= day <= LAST:
        words["last"] = words["today"] if past else date_in_words(LAST)
        return _("%(day)s is not plausible. Give a date from %(first)s to %(last)s.") % words
    return ""
