"""Writers of the data files: the same rows in each format."""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

from django.db.models import Model
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from foundation.text.csv_file import BLOCK_SIZE, csv_blocks, drain_buffer
from foundation.text.name_lists import join_names
from foundation.text.spreadsheet_cells import APOSTROPHE, MAX_CELL_LENGTH, may_be_formula, replace_unprintable
from gmg_portal.open_data.columns import Table, Value

Records = Iterable[list[Value]]
# Metadata of a file, by heading.
Metadata = Mapping[str, str]
HEADER_FONT, LINK_FONT = Font(bold=True), Font(color="FF0563C1", underline="single")
ABOUT_COLUMN_WIDTHS = (32, 100)
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

    Rows are written one by one to a temporary file. The header is frozen and has a filter, and addresses are links.
    `widths` are those of the columns, in characters.
    """
    with TemporaryFile() as file:
        with _temporary_workbook() as workbook:
            sheet = workbook.create_sheet("data")
            sheet.freeze_panes = "A2"
            _set_widths(sheet, widths)
            sheet.append([_header_cell(sheet, name) for name in header])
            links = LinkBudget()
            rows = 1
            for record in records:
                sheet.append([_workbook_cell(sheet, value, links) for value in record])
                rows += 1
            sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(header), 1))}{rows}"
            if metadata:
                _add_about_sheet(workbook, metadata)
            workbook.save(file)
        file.seek(0)
        yield from iter(partial(file.read, BLOCK_SIZE), b"")


class LinkBudget:
    """A counter of the links that a sheet may still hold: Excel removes all links from a sheet with too many."""

    def __init__(self, max_links: int = MAX_LINKS):
        self.left = max_links

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def write_table(
    file_format: Format, table: Table, rows: Iterable[Model], origin: str, metadata: Metadata | None = None
) -> Iterator[bytes]:
    """Yield a table's file. In a workbook, which people read, each column of codes is followed by their labels."""
    if file_format.name != "xlsx":
        return file_format.write(table.header, table.records(rows, origin), metadata)
    columns = table.columns_with_labels()
    records = ([column.read(row, origin) for column in columns] for row in rows)
    return write_xlsx([column.name for column in columns], records, metadata, [column.width for column in columns])


@contextmanager
def _temporary_workbook() -> Iterator[Workbook]:
    """Yield a workbook that keeps its rows in temporary files, and delete those files in any case."""
    workbook = Workbook(write_only=True)
    try:
        yield workbook
    finally:
        for sheet in workbook.worksheets:
            _delete_temporary_files(sheet)


def _delete_temporary_files(sheet: WriteOnlyWorksheet) -> None:
    if sheet._writer is None:
        return
    for part in (sheet._rows, sheet._writer.xf):
        with suppress(Exception):  # an unfinished sheet raises when it is closed
            if part is not None:
                part.close()
    Path(sheet._writer.out).unlink(missing_ok=True)


def _add_about_sheet(workbook: Workbook, metadata: Metadata) -> None:
    sheet = workbook.create_sheet("About")
    _set_widths(sheet, ABOUT_COLUMN_WIDTHS)
    links = LinkBudget()
    for heading, text in metadata.items():
        sheet.append([_header_cell(sheet, heading), _workbook_cell(sheet, text, links)])
    workbook.properties.creator = _now("GMG HLD follow-up portal")
    workbook.properties.description = "\n".join(
        f"{heading}: {replace_unprintable(text)}" for heading, text in metadata.items()
    )


def _set_widths(sheet: WriteOnlyWorksheet, widths: Sequence[int]) -> None:
    for column_number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column_number)].width = width


def _header_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, value=replace_unprintable(text))
    cell.data_type, cell.font = "s", HEADER_FONT
    return cell


def _json_object(header: list[str], record: list[Value]) -> str:
    return json.dumps(dict(zip(header, record, strict=True)), ensure_ascii=False, separators=(",", ":"))


def _workbook_cell(sheet: WriteOnlyWorksheet, value: Value, links: LinkBudget) -> Cell | int | None:
    """Return a number as a number and a text as a text, whatever it looks like; an address is a link."""
    if isinstance(value, list):
        value = join_names(value)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    text = replace_unprintable(APOSTROPHE + value if may_be_formula(value) else value)
    if len(text) > MAX_CELL_LENGTH:
        note = _now("… (cut here: a cell holds no more; the CSV file has all of it)")
        text = text[: MAX_CELL_LENGTH - len(note)] + note
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if len(text) <= MAX_LINK_LENGTH and URL_PATTERN.fullmatch(text) and links.take():
        cell.hyperlink, cell.font = text, LINK_FONT
    return cell


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
