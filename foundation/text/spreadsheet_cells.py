"""Make texts safe for spreadsheet cells: escape formulas and replace unprintable characters."""

import re

# Beginnings that a spreadsheet may read as a formula; some programs convert the full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
APOSTROPHE = "'"
FORMULA_SIGNS = "=+\\-@＝＋－＠"
# Where a formula can begin: at the start of the text, and after characters that some locales read as a cell separator,
# even within quotes; spaces and quotes after those are skipped.
FORMULA_POSITIONS = rf"(?:^(?='*[\t\r\n{FORMULA_SIGNS}])|[;,\t\r\n][ \"]*(?='*[{FORMULA_SIGNS}]))"
UNESCAPED_FORMULA = re.compile(rf"({FORMULA_POSITIONS})")
ESCAPED_FORMULA = re.compile(rf"({FORMULA_POSITIONS})\'")
# Characters that XML does not allow, and so neither workbooks nor feeds.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MAX_CELL_LENGTH = 32_767  # units of UTF-16 of a workbook's cell


def replace_unprintable(text: str) -> str:
    """Return a text with U+FFFD in place of characters that XML does not allow."""
    return UNPRINTABLE.sub("\ufffd", text)


def may_be_formula(text: str) -> bool:
    """Return whether a spreadsheet may run the text as a formula, now or after its leading apostrophes are removed."""
    return text.lstrip(APOSTROPHE).startswith(FORMULA_STARTS)


def escape_formulas(text: str) -> str:
    """Return the text for a CSV cell, with an apostrophe before everything that a spreadsheet could run.

    A spreadsheet with the semicolon as list separator splits cells there, even quoted ones.
    """
    return UNESCAPED_FORMULA.sub(rf"\1{APOSTROPHE}", text)


def unescape_formulas(cell: str) -> str:
    """Reverse `escape_formulas`; return any other text unchanged."""
    return ESCAPED_FORMULA.sub(r"\1", cell)


def normalize_line_endings(text: str) -> str:
    """Return a text with line feeds as line endings, since programs change them silently."""
    return text.replace("_x000D_\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
