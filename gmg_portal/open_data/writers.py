"""Writers of the data files: the same rows in each format."""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from tempfile import TemporaryDirectory, TemporaryFile

from django.db.models import Model
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat

from foundation.text.csv_file import BLOCK_SIZE, csv_blocks, drain_buffer
from foundation.text.name_lists import join_names
from foundation.text.spreadsheet_cells import APOSTROPHE, MAX_CELL_LENGTH, may_be_formula, replace_unprintable
from gmg_portal.open_data.table_classes import Table, Value

Records = Iterable[list[Value]]
# Metadata of a file, by heading.
Metadata = Mapping[str, str]
ABOUT_COLUMN_WIDTHS = (32, 100)
MAX_ROWS = 1_048_576  # of a sheet; XlsxWriter silently leaves out what is beyond
# Excel allows 65,530 links on a sheet, of at most 2,079 characters each.
URL_PATTERN = re.compile(r"https?://[^\s\"<>;]+")
MAX_LINKS, MAX_LINK_LENGTH = 65_000, 2_000


@dataclass(frozen=True)
class Format:
    """A file format; `write` yields the bytes of a file in chunks, from the column names and the rows.

    Its third argument is the file's metadata; only a workbook has a place where no reader takes it for a row.
    """

    name: str
    title: str
    content_type: str
    write: Callable[..., Iterator[bytes]]


def write_csv(
    header: list[str], records: Records, _metadata: Metadata | None = None, *, bom: bool = False
) -> Iterator[bytes]:
    """Yield CSV for programs; with `bom` for people, who open it in a spreadsheet."""
    return csv_blocks(header, records, bom=bom)


def write_ndjson(header: list[str], records: Records, _metadata: Metadata | None = None) -> Iterator[bytes]:
    """Yield a JSON object per line; several values are a list, and an unknown value is null."""
    buffer = io.StringIO()
    for record in records:
        buffer.write(_json_object(header, record))
        buffer.write("\n")
        if buffer.tell() > BLOCK_SIZE:
            yield drain_buffer(buffer)
    yield drain_buffer(buffer)


def write_json(header: list[str], records: Records, _metadata: Metadata | None = None) -> Iterator[bytes]:
    """Yield one JSON array with an object per row, as in NDJSON."""
    buffer = io.StringIO()
    buffer.write("[")
    for number, record in enumerate(records):
        buffer.write(",\n" if number else "\n")
        buffer.write(_json_object(header, record))
        if buffer.tell() > BLOCK_SIZE:
            yield drain_buffer(buffer)
    buffer.write("\n]\n")
    yield drain_buffer(buffer)


def write_xlsx(
    header: list[str], records: Records, metadata: Metadata | None = None, widths: Sequence[int] = ()
) -> Iterator[bytes]:
    """Yield a workbook: its first sheet has the rows, its second, 'About', the metadata.

    Rows are written one by one to temporary files. The header is frozen and has a filter, and addresses are links.
    `widths` are those of the columns, in characters.
    """
    with TemporaryFile() as file:
        with TemporaryDirectory() as folder:
            workbook = Workbook(file, {"constant_memory": True, "tmpdir": folder, "use_zip64": True})
            data = Sheet(workbook, "data", widths)
            data.append(header, headings=len(header))
            for record in records:
                if data.rows == MAX_ROWS - 1:
                    data.append([_now("… (cut here: a sheet holds no more rows; the CSV file has all of them)")])
                    break
                data.append(record)
            data.worksheet.freeze_panes(1, 0)
            data.worksheet.autofilter(0, 0, data.rows - 1, max(len(header) - 1, 0))
            if metadata:
                _add_about_sheet(workbook, metadata)
            workbook.close()
        file.seek(0)
        yield from iter(partial(file.read, BLOCK_SIZE), b"")


class Sheet:
    """A sheet of a workbook, written row by row. Texts are never formulas or numbers; addresses are links.

    Excel removes all links from a sheet with too many, so addresses beyond `MAX_LINKS` are texts.
    """

    def __init__(self, workbook: Workbook, name: str, widths: Sequence[int]):
        self.worksheet = workbook.add_worksheet(name)
        self.bold = workbook.add_format({"bold": True})
        self.rows = 0
        self.links_left = MAX_LINKS
        for column, width in enumerate(widths):
            self.worksheet.set_column(column, column, width)

    def append(self, values: Iterable[Value], headings: int = 0) -> None:
        """Write a row; the first `headings` cells are bold."""
        for column, value in enumerate(values):
            self._write(column, value, self.bold if column < headings else None)
        self.rows += 1

    def _write(self, column: int, value: Value, cell_format: CellFormat | None) -> None:
        if isinstance(value, list):
            value = join_names(value)
        if not isinstance(value, str):
            self.worksheet.write(self.rows, column, value)
            return
        text = _cell_text(value)
        if self.links_left and len(text) <= MAX_LINK_LENGTH and URL_PATTERN.fullmatch(text):
            self.links_left -= 1
            self.worksheet.write_url(self.rows, column, text, string=text)
        elif text:
            self.worksheet.write_string(self.rows, column, text, cell_format)


def write_table(
    file_format: Format, table: Table, rows: Iterable[Model], origin: str, metadata: Metadata | None = None
) -> Iterator[bytes]:
    """Yield a table's file. In a workbook, which people read, each column of codes is followed by their labels."""
    if file_format.name != "xlsx":
        return file_format.write(table.header, table.records(rows, origin), metadata)
    columns = table.columns_with_labels()
    records = ([column.read(row, origin) for column in columns] for row in rows)
    return write_xlsx([column.name for column in columns], records, metadata, [column.width for column in columns])


def _add_about_sheet(workbook: Workbook, metadata: Metadata) -> None:
    sheet = Sheet(workbook, "About", ABOUT_COLUMN_WIDTHS)
    for item in metadata.items():
        sheet.append(item, headings=1)
    comments = "\n".join(f"{heading}: {replace_unprintable(text)}" for heading, text in metadata.items())
    workbook.set_properties({"author": _now("GMG HLD follow-up portal"), "comments": comments})


def _json_object(header: list[str], record: list[Value]) -> str:
    return json.dumps(dict(zip(header, record, strict=True)), ensure_ascii=False, separators=(",", ":"))


def _cell_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, cut to what a cell of Excel holds: units of UTF-16."""
    text = replace_unprintable(APOSTROPHE + text if may_be_formula(text) else text)
    if len(text) <= MAX_CELL_LENGTH // 2 or len(units := text.encode("utf-16-le")) <= 2 * MAX_CELL_LENGTH:
        return text
    note = _now("… (cut here: a cell holds no more; the CSV file has all of it)")
    return units[: 2 * (MAX_CELL_LENGTH - len(note))].decode("utf-16-le", "ignore") + note


FORMATS = {
    file_format.name: file_format
    for file_format in (
        Format(
            "csv",
            _("CSV, for programs and spreadsheets"),
            "text/csv; charset=utf-8",
            partial(write_csv, bom=True),
        ),
        Format("json", _("JSON, one array of objects"), "application/json", write_json),
        Format("ndjson", _("NDJSON, one JSON object a line"), "application/x-ndjson", write_ndjson),
        Format(
            "xlsx",
            _("Excel workbook"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
        ),
    )
}
# For programs that do not expect a byte order mark.
CSV_WITHOUT_BOM = replace(FORMATS["csv"], write=write_csv)
