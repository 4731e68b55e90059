"""The formats of the data files: the same rows, each in the way that its readers expect."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook

from commitments.exchange.cells import defused, printable
from gmg_portal.bulk.columns import Value

Records = Iterable[list[Value]]
BLOCK = 64 * 1024
IN_MEMORY = 5 * 1024 * 1024


@dataclass(frozen=True)
class Format:
    """A format; `write` answers the bytes of a file piece by piece, from the column names and the rows."""

    name: str
    title: str
    content_type: str
    write: Callable[[list[str], Records], Iterator[bytes]]


def write_csv(header: list[str], records: Records) -> Iterator[bytes]:
    """RFC 4180 in UTF-8; what a spreadsheet would take for a formula starts with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for record in records:
        writer.writerow([_cell(value) for value in record])
        if buffer.tell() > BLOCK:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_ndjson(header: list[str], records: Records) -> Iterator[bytes]:
    """One JSON object a line; several values are a list, and what is not known is null."""
    buffer = io.StringIO()
    for record in records:
        buffer.write(_object(header, record))
        buffer.write("\n")
        if buffer.tell() > BLOCK:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_json(header: list[str], records: Records) -> Iterator[bytes]:
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


def write_xlsx(header: list[str], records: Records) -> Iterator[bytes]:
    """A workbook of one sheet, written row by row to a passing file and handed on from there."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("data")
    sheet.freeze_panes = "A2"
    sheet.append(header)
    for record in records:
        sheet.append([_printable_cell(value) for value in record])
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        workbook.save(file)
        file.seek(0)
        yield from iter(partial(file.read, BLOCK), b"")


def _object(header: list[str], record: list[Value]) -> str:
    return json.dumps(dict(zip(header, record, strict=True)), ensure_ascii=False)


def _cell(value: Value) -> str | int | None:
    if isinstance(value, list):
        value = ";".join(str(each) for each in value)
    return defused(value) if isinstance(value, str) else value


def _printable_cell(value: Value) -> str | int | None:
    cell = _cell(value)
    return printable(cell) if isinstance(cell, str) else cell


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
