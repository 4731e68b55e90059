"""Whole numbers as programs and people send them, before they are read as one."""

MOST_DIGITS = 18  # of any number that a key or a version of the database can be


def is_whole_number(text: str, most_digits: int = MOST_DIGITS) -> bool:
    """Whether a text is a whole number in digits of ASCII, and short enough for the database.

    `str.isdecimal()` takes digits of all scripts, `str.isdigit()` even superscripts, and `int()` refuses thousands of
    digits.
    """
    return text.isascii() and text.isdecimal() and len(text) <= most_digits
