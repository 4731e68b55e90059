"""Read an uploaded file: its cells as text, and the row and column of every cell that cannot be read.

The type is detected by content, never by name. Nothing in a file is run or fetched: a formula
is refused, even with a stored value.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from foundation.text.unknown_words import unknown_column
from gmg_portal.editors.spreadsheets.cells import BadCell, text_of
from reporting.importers.results import ImportRefused

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
MAX_UNPACKED_BYTES = 50 * MEGABYTE
MAX_ROWS = 1000
MAX_COLUMNS = 100
LAST_ROW = 1_048_576  # of any worksheet
DELIMITERS = ",;\t"
ZIP = b"PK\x03\x04"
# Workbooks of Excel 97 to 2003 and new ones with a password; those of Excel 2 to 5; and tables saved as web
# pages or as XML under the name of a workbook, which Excel opens.
OLD_WORKBOOKS = (
    b"\xd0\xcf\x11\xe0", b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08", b"<html", b"<!DOCTYPE", b"<?mso-",
    b"<?xml",
)  # fmt: skip
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
EXAMPLE = "EXAMPLE"


@dataclass(frozen=True)
class ImportProblem:
    """An error in a row and column; the column is '' for the row as a whole."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        words = {"row": self.row, "column": self.column, "reason": self.reason}
        return (_("Row %(row)d, %(column)s: %(reason)s") if self.column else _("Row %(row)d: %(reason)s")) % words


@dataclass
class ParsedSheet:
    """The rows of a file as text, each with its number in the file, under columns in the resource's order."""

    columns: list[str]
    letters: dict[str, str] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    examples: int = 0


def read(content: bytes, name: str, columns: list[str], days: set[str], former_names: Mapping[str, str]) -> ParsedSheet:
    """Read a file of these columns, of which `days` hold dates; raise ImportRefused if it is not such a file.

    `former_names` maps earlier headings to columns.
    """
    if len(content) > MAX_BYTES:
        raise ImportRefused(too_large())
    if content.startswith(OLD_WORKBOOKS):
        raise ImportRefused(old_workbook())
    records = workbook_rows(content, name) if content.startswith(ZIP) else text_rows(content, columns)
    number, header = next(records, (1, []))
    sheet, places = ParsedSheet(columns), column_positions(header, columns, former_names)
    sheet.letters = {column: get_column_letter(place + 1) for column, place in places.items()}
    for number, cells in records:
        if len(sheet.rows) == MAX_ROWS:
            raise ImportRefused(_("The file has more than %(most)s rows: send it in parts.") % {"most": MAX_ROWS})
        add_row(sheet, number, cells, places, days)
    if not sheet.rows:
        raise ImportRefused(_("The file has a header and no row to take in."))
    return sheet


def old_workbook() -> str:
    return _("This is an old Excel file (.xls), or one with a password: save it as .xlsx without a password.")


def too_large() -> str:
    return _("This file is larger than %(most)d MB: send it in parts.") % {"most": MAX_BYTES // MEGABYTE}


def column_positions(header: list, columns: list[str], former_names: Mapping[str, str]) -> dict[str, int]:
    """Return the index of each column; raise ImportRefused with all errors of the header."""
    names = [str(cell.value if hasattr(cell, "value") else cell or "").strip() for cell in header]
    names = ["" if name == "None" else former_names.get(name, name) for name in names]
    problems = []
    if missing := [column for column in columns if column not in names]:
        problems.append(_("Row 1: the column %(columns)s is missing.") % {"columns": ", ".join(missing)})
    for name in [name for name in dict.fromkeys(names) if name and name not in columns]:
        problems.append(_("Row 1: %(reason)s") % {"reason": unknown_column(name, columns)})
    if twice := [column for column in columns if names.count(column) > 1]:
        problems.append(_("Row 1: the column %(columns)s stands twice.") % {"columns": ", ".join(twice)})
    if problems:
        problems.append(_("The columns are: %(columns)s. Their order is free.") % {"columns": ", ".join(columns)})
        raise ImportRefused(*problems)
    return {column: names.index(column) for column in columns}


def add_row(sheet: ParsedSheet, number: int, cells: list, places: dict[str, int], days: set[str]) -> None:
    """Add a row to the sheet; empty rows and the template's example are skipped."""
    texts, before = [], len(sheet.problems)
    for column, place in places.items():
        try:
            texts.append(text_of(cells[place] if place < len(cells) else None, column in days))
        except BadCell as reason:
            sheet.problems.append(ImportProblem(number, column, str(reason)))
            texts.append("")
    if texts[0].strip() == EXAMPLE:
        sheet.examples += 1
        del sheet.problems[before:]
        return
    known = set(places.values())
    for place, cell in enumerate(cells):
        value = getattr(cell, "value", cell)
        if place not in known and value not in (None, ""):
            column = get_column_letter(place + 1)
            sheet.problems.append(ImportProblem(number, column, _("This stands under no column of the header.")))
    if any(texts) or len(sheet.problems) > before:
        sheet.numbers.append(number)
        sheet.rows.append(texts)


# A workbook


def workbook_rows(content: bytes, name: str) -> Iterator[tuple[int, list]]:
    """Yield the rows of a workbook's sheet, each with its number, without empty rows."""
    no_workbook = ImportRefused(
        _("This is not an Excel workbook (.xlsx), or it is damaged: save it anew and send that.")
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            names = set(archive.namelist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise ImportRefused(
                _("Unpacked, this file is larger than %(most)d MB: send it in parts.")
                % {"most": MAX_UNPACKED_BYTES // MEGABYTE}
            )
        if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
            raise no_workbook
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            yield from rows_of(sheet_of(workbook, name))
    except ImportRefused:
        raise
    except Exception as error:  # any error that a damaged or forged workbook causes in the reader
        raise no_workbook from error


def sheet_of(workbook: Workbook, name: str) -> ReadOnlyWorksheet:
    sheets = [sheet for sheet in workbook.worksheets if isinstance(sheet, ReadOnlyWorksheet)]
    named = [sheet for sheet in sheets if sheet.title.strip().lower() == name]
    if named or len(sheets) == 1:
        return (named or sheets)[0]
    raise ImportRefused(
        _("The workbook has several sheets and none is called ‘%(name)s’: name the one to take in so.") % {"name": name}
    )


def rows_of(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, list]]:
    """Yield the rows of a sheet, bounded regardless of the size that it declares."""
    last = None
    for number, cells in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=MAX_COLUMNS), start=1):
        if cells is not last and (number == 1 or any(cell.value is not None for cell in cells)):
            filled = max((place for place, cell in enumerate(cells, 1) if cell.value is not None), default=0)
            yield number, list(cells[:filled])
        last = cells


# Text


def text_rows(content: bytes, columns: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV file, each with the number of its row in a spreadsheet."""
    text = decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=lambda mark: len({cell.strip('" \r') for cell in first.split(mark)} & {*columns}))
    rows, number = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 0
    try:
        for number, row in enumerate(rows, start=1):
            if number == 1 or any(row):
                yield number, row
    except csv.Error as error:
        reason = _("Row %(row)d: this is not CSV: %(error)s.") % {"row": number + 1, "error": error}
        raise ImportRefused(reason) from None


def decoded(content: bytes) -> str:
    if content.startswith(UTF_16):
        raise ImportRefused(_("This is UTF-16: save it as ‘CSV UTF-8’."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        reason = _("Line %(line)d: this is not UTF-8: in Excel, save the file as ‘CSV UTF-8’, or as a workbook.")
        raise ImportRefused(reason % {"line": row}) from None
