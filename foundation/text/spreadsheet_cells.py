"""What a cell of a spreadsheet can hold, and what it must never start with."""

import re

# What a spreadsheet may take for a formula; its full-width forms are turned into it by some.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
APOSTROPHE = "'"
SIGNS = "=+\\-@＝＋－＠"
# Where a formula may begin: at the beginning of the text, and behind what a spreadsheet of some country takes for the
# end of a cell, even within quotes. Behind that, spaces and quotes are skipped.
BEGINNINGS = rf"(?:^(?='*[\t\r\n{SIGNS}])|[;,\t\r\n][ \"]*(?='*[{SIGNS}]))"
RISKY = re.compile(rf"({BEGINNINGS})")
DEFUSED = re.compile(rf"({BEGINNINGS})\'")
# What no XML document may hold, and so neither a workbook nor a feed.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32_767  # characters that a cell of a workbook holds


def printable(text: str) -> str:
    """The text without the characters that XML refuses."""
    return UNPRINTABLE.sub("\ufffd", text)


def is_risky(text: str) -> bool:
    """Whether a spreadsheet may run the text, or would once one apostrophe too many was taken away."""
    return text.lstrip(APOSTROPHE).startswith(FORMULA)


def defused(text: str) -> str:
    """Return the text as it is written into a CSV cell: an apostrophe stands before all that a spreadsheet could run.

    A spreadsheet whose list separator is a semicolon cuts a cell of a file made with commas there, quoted or not.
    """
    return RISKY.sub(rf"\1{APOSTROPHE}", text)


def restored(cell: str) -> str:
    """Return the text that `defused` made this cell from; any other cell is its own text."""
    return DEFUSED.sub(r"\1", cell)


def lines_alike(text: str) -> str:
    """The text with every line ended in the same way: programs change that silently."""
    return text.replace("_x000D_\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
