"""The one writer of CSV: every file of comma-separated values that the portal hands out is written here."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from foundation.text.name_lists import join_names
from foundation.text.spreadsheet_cells import defused

BOM = "\ufeff"
BLOCK = 64 * 1024
Cell = str | int | float | None | Sequence


def csv_blocks(header: Iterable[str], rows: Iterable[Iterable[Cell]], *, bom: bool) -> Iterator[bytes]:
    """Yield RFC 4180 in UTF-8, in blocks of about 64 KiB. Several values of a cell are joined by ';'.

    Whatever a spreadsheet could take for a formula is defused. `bom` puts the byte order mark first, by which a
    spreadsheet opened with a double click knows UTF-8; programs need none.
    """
    buffer = io.StringIO()
    if bom:
        buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerow([csv_cell(name) for name in header])
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        if buffer.tell() > BLOCK:
            yield emptied(buffer)
    yield emptied(buffer)


def csv_cell(value: Cell) -> str | int | float | None:
    if isinstance(value, list | tuple):
        value = join_names(value)
    return defused(value) if isinstance(value, str) else value


def emptied(buffer: io.StringIO) -> bytes:
    block = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return block
