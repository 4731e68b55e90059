"""Check texts before they are read as whole numbers."""

MAX_DIGITS = 18  # of the largest key or version in the database


def is_whole_number(text: str, max_digits: int = MAX_DIGITS) -> bool:
    """Return whether a text is a whole number in ASCII digits and short enough for the database.

    `str.isdecimal()` accepts digits of all scripts, `str.isdigit()` even superscripts, and `int()` raises an error for
    thousands of digits.
    """
    return text.isascii() and text.isdecimal() and len(text) <= max_digits
