"""Parsing of dates: accepted and refused formats, error messages, and the range."""

from datetime import date

import pytest
import time_machine

from foundation.dates.parsing import first_day_of, format_date, range_error, read_date, read_day


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01",
        " 2026-07-01 ",
        "1 July 2026",
        "01 July 2026",
        "1 Jul 2026",
        "1 jul. 2026",
        "1  JULY  2026",
        "2026-07-01 00:00:00",
        "2026-07-01T00:00:00Z",
    ],
)
def test_day_is_read_in_every_form_that_cannot_be_mistaken(text):
    assert read_day(text) == date(2026, 7, 1)
    assert read_date(text) == (date(2026, 7, 1), "day")


@pytest.mark.parametrize(
    ("text", "last", "precision"),
    [
        ("2026", date(2026, 12, 31), "year"),
        ("2026-02", date(2026, 2, 28), "month"),
        ("July 2026", date(2026, 7, 31), "month"),
        ("Sept. 2026", date(2026, 9, 30), "month"),
        ("feb 2028", date(2028, 2, 29), "month"),
    ],
)
def test_month_or_year_is_read_as_its_last_day(text, last, precision):
    assert read_date(text) == (last, precision)


@pytest.mark.parametrize("read", [read_date, read_day])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "01/07/2026",
            "‘01/07/2026’ can mean 1 July 2026 or 7 January 2026. Write the day as 2026-07-01 or 1 July 2026.",
        ),
        ("1.7.2026", "‘1.7.2026’ can mean 1 July 2026 or 7 January 2026. Write the day as 2026-07-01 or 1 July 2026."),
        (
            "07-01-26",
            "‘07-01-26’ can mean 7 January 2026 or 1 July 2026. Write the day as 2026-01-07 or 7 January 2026.",
        ),
        ("31/12/2026", "‘31/12/2026’ is not a safe way to write a day. Write it as 2026-12-31 or 31 December 2026."),
        ("12/31/2026", "‘12/31/2026’ is not a safe way to write a day. Write it as 2026-12-31 or 31 December 2026."),
        ("5/5/2026", "‘5/5/2026’ is not a safe way to write a day. Write it as 2026-05-05 or 5 May 2026."),
        ("2026-7-1", "‘2026-7-1’ is not a safe way to write a day. Write it as 2026-07-01 or 1 July 2026."),
        ("2026/07/01", "‘2026/07/01’ is not a safe way to write a day. Write it as 2026-07-01 or 1 July 2026."),
    ],
)
def test_day_in_numbers_of_no_certain_order_is_refused_with_what_to_write(read, text, sentence):
    with pytest.raises(ValueError) as refusal:
        read(text)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "text",
    ["", "spring", "2026-02-30", "30 February 2026", "0000", "0000-01-01", "32/13/2026", "46204", "2026-07-01T14:00"],
)
def test_what_is_no_day_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError) as refusal:
        read_day(text)

    assert str(refusal.value) == f"‘{text}’ is not a day. Write it as 2014-03-05 or 5 March 2014."


@pytest.mark.parametrize("text", ["2026", "2026-07", "July 2026"])
def test_month_or_year_is_no_day(text):
    with pytest.raises(ValueError) as refusal:
        read_day(text)

    assert str(refusal.value) == f"‘{text}’ is not a day. Write it as 2014-03-05 or 5 March 2014."


def test_long_text_is_repeated_in_part():
    with pytest.raises(ValueError) as refusal:
        read_day("x" * 60_000)

    assert str(refusal.value).startswith(f"‘{'x' * 40}…’ is not a day.")


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2014, 3, 5), date(2024, 2, 29), date(2100, 12, 31)])
def test_day_in_words_is_read_back(day):
    assert read_day(format_date(day)) == day


@pytest.mark.parametrize(
    ("precision", "first"), [("year", date(2014, 1, 1)), ("month", date(2014, 3, 1)), ("day", date(2014, 3, 5))]
)
def test_first_day_of_what_is_known(precision, first):
    assert first_day_of(date(2014, 3, 5), precision) == first


# Plausible


RANGE = "is not plausible. Give a date from 1 January 1990 to 31 December 2100."
UNTIL_TODAY = "is not plausible. Give a date from 1 January 1990 to 30 November 2026."
FUTURE = "is in the future. Give a date up to today, 30 November 2026."


@pytest.mark.parametrize(
    ("day", "precision", "past", "problem"),
    [
        (date(1990, 1, 1), "day", True, ""),
        (date(2026, 11, 30), "day", True, ""),
        (date(2026, 12, 31), "year", True, ""),
        (date(2026, 11, 30), "month", True, ""),
        (date(2026, 12, 1), "day", False, ""),
        (date(2100, 12, 31), "day", False, ""),
        (date(1989, 12, 31), "day", False, f"31 December 1989 {RANGE}"),
        (date(1989, 12, 31), "year", True, f"1989 {UNTIL_TODAY}"),
        (date(2101, 12, 31), "year", False, f"2101 {RANGE}"),
        (date(9999, 12, 31), "day", False, f"31 December 9999 {RANGE}"),
        (date(2026, 12, 1), "day", True, f"1 December 2026 {FUTURE}"),
        (date(2026, 12, 31), "month", True, f"December 2026 {FUTURE}"),
        (date(9999, 12, 31), "day", True, f"31 December 9999 {FUTURE}"),
    ],
)
def test_date_is_plausible_or_the_sentence_says_what_is(day, precision, past, problem):
    with time_machine.travel("2026-11-30T23:59:59Z", tick=False):
        assert range_error(day, precision, past=past) == problem
