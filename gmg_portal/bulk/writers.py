"""The formats of the data files: the same rows, each in the way that its readers expect."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from commitments.exchange.cells import LONGEST, defused, printable
from foundation.name_lists import join_names
from gmg_portal.bulk.columns import Value

Records = Iterable[list[Value]]
# What a file says of itself beside its rows, by heading: where it has a place for that.
About = Mapping[str, str]
BLOCK = 64 * 1024


@dataclass(frozen=True)
class Format:
    """A format; `write` answers the bytes of a file piece by piece, from the column names and the rows.

    A third argument says what the file is; only a workbook has a place for it that no reader takes for a row.
    """

    name: str
    title: str
    content_type: str
    write: Callable[..., Iterator[bytes]]


def write_csv(header: list[str], records: Records, _about: About | None = None) -> Iterator[bytes]:
    """RFC 4180 in UTF-8; what a spreadsheet would take for a formula starts with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for record in records:
        writer.writerow([_cell(value) for value in record])
        if buffer.tell() > BLOCK:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_ndjson(header: list[str], records: Records, _about: About | None = None) -> Iterator[bytes]:
    """One JSON object a line; several values are a list, and what is not known is null."""
    buffer = io.StringIO()
    for record in records:
        buffer.write(_object(header, record))
        buffer.write("\n")
        if buffer.tell() > BLOCK:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_json(header: list[str], records: Records, _about: About | None = None) -> Iterator[bytes]:
    """One array with an object a row, as in NDJSON."""
    buffer = io.StringIO()
    buffer.write("[")
    for number, record in enumerate(records):
        buffer.write(",\n" if number else "\n")
        buffer.write(_object(header, record))
        if buffer.tell() > BLOCK:
            yield _emptied(buffer)
    buffer.write("\n]\n")
    yield _emptied(buffer)


def write_xlsx(header: list[str], records: Records, about: About | None = None) -> Iterator[bytes]:
    """A workbook: its rows on the first sheet, written one by one to a passing file, and what it is on the second."""
    with TemporaryFile() as file:
        with _passing_workbook() as workbook:
            sheet = workbook.create_sheet("data")
            sheet.freeze_panes = "A2"
            sheet.append(header)
            for record in records:
                sheet.append([_workbook_cell(sheet, value) for value in record])
            if about:
                _tell(workbook, about)
            workbook.save(file)
        file.seek(0)
        yield from iter(partial(file.read, BLOCK), b"")


@contextmanager
def _passing_workbook() -> Iterator[Workbook]:
    """A workbook whose rows lie in a passing file of the library's, which is gone in every outcome."""
    workbook = Workbook(write_only=True)
    try:
        yield workbook
    finally:
        for sheet in workbook.worksheets:
            _clear(sheet)


def _clear(sheet: WriteOnlyWorksheet) -> None:
    if sheet._writer is None:
        return
    for part in (sheet._rows, sheet._writer.xf):
        with suppress(Exception):  # a sheet cut short cannot be ended as it should
            if part is not None:
                part.close()
    Path(sheet._writer.out).unlink(missing_ok=True)


def _tell(workbook: Workbook, about: About) -> None:
    sheet = workbook.create_sheet("about")
    for heading, text in about.items():
        sheet.append([_workbook_cell(sheet, heading), _workbook_cell(sheet, text)])
    workbook.properties.creator = _now("GMG HLD follow-up portal")
    workbook.properties.description = "\n".join(f"{heading}: {printable(text)}" for heading, text in about.items())


def _object(header: list[str], record: list[Value]) -> str:
    return json.dumps(dict(zip(header, record, strict=True)), ensure_ascii=False, separators=(",", ":"))


def _cell(value: Value) -> str | int | None:
    if isinstance(value, list):
        value = join_names(value)
    return defused(value) if isinstance(value, str) else value


def _workbook_cell(sheet: WriteOnlyWorksheet, value: Value) -> Cell | int | None:
    """A number as a number, and a text as a text, whatever it looks like."""
    text = _cell(value)
    if not isinstance(text, str):
        return text
    text = printable(text)
    if len(text) > LONGEST:
        note = _now("… (cut here: a cell holds no more; the CSV file has all of it)")
        text = text[: LONGEST - len(note)] + note
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def _emptied(buffer: io.StringIO) -> bytes:
    block = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return block


FORMATS = {
    kind.name: kind
    for kind in (
        Format("csv", _("CSV, for programs and spreadsheets"), "text/csv; charset=utf-8", write_csv),
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
