from datetime import date

import pytest

from foundation.dates.partial import PartialDate, Precision, partial_date


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2014", date(2014, 12, 31), "year"),
        ("2014-02", date(2014, 2, 28), "month"),
        ("2012-02", date(2012, 2, 29), "month"),
        ("2014-12", date(2014, 12, 31), "month"),
        ("2014-03-05", date(2014, 3, 5), "day"),
        ("5 March 2014", date(2014, 3, 5), "day"),
        ("2012-02-29", date(2012, 2, 29), "day"),
        (" 2014-03 ", date(2014, 3, 31), "month"),
    ],
)
def test_date_is_read_as_the_last_day_of_its_period(text, day, precision):
    assert PartialDate.parse(text) == PartialDate(day, precision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "14",
        "20145",
        "2014-3",
        "2014-13",
        "2014-00",
        "2014-02-30",
        "2013-02-29",
        "2014-03-00",
        "2014-03-05T12:00",
        "0000",
        "-2014",
        "2014-",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError) as refusal:
        PartialDate.parse(text)

    assert str(refusal.value) == (
        f"‘{text}’ is not a date. Write it as 2014-03-05 or 5 March 2014; where only the month or year is known, as"
        " 2014-03 or 2014."
    )


@pytest.mark.parametrize(
    ("day", "precision", "last"),
    [
        (date(2014, 3, 5), Precision.YEAR, date(2014, 12, 31)),
        (date(2014, 3, 5), Precision.MONTH, date(2014, 3, 31)),
        (date(2014, 2, 28), Precision.MONTH, date(2014, 2, 28)),
        (date(2016, 2, 1), Precision.MONTH, date(2016, 2, 29)),
        (date(2014, 3, 5), Precision.DAY, date(2014, 3, 5)),
    ],
)
def test_period_in_which_a_day_lies(day, precision, last):
    assert PartialDate.period(day, precision) == PartialDate(last, precision)


@pytest.mark.parametrize("text", ["2014", "2014-03", "2014-03-05"])
def test_iso_gives_back_what_was_read(text):
    assert PartialDate.parse(text).iso == text


@pytest.mark.parametrize(
    ("text", "words"), [("2014", "2014"), ("2014-03", "March 2014"), ("2014-03-05", "5 March 2014")]
)
def test_words_say_no_more_than_is_known(text, words):
    assert str(PartialDate.parse(text)) == words


def test_pair_of_columns_without_a_day_is_nothing():
    assert partial_date(None, "") is None
    assert partial_date(date(2014, 12, 31), "year") == PartialDate.parse("2014")
