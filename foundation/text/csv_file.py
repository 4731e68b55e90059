"""Write CSV files. All CSV downloads of the portal are written here."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from foundation.text.name_lists import join_names
from foundation.text.spreadsheet_cells import escape_formulas

BOM = "\ufeff"
BLOCK_SIZE = 64 * 1024
Cell = str | int | float | None | Sequence


def csv_blocks(header: Iterable[str], rows: Iterable[Iterable[Cell]], *, bom: bool) -> Iterator[bytes]:
    """Yield a CSV file (RFC 4180, UTF-8) in blocks of about 64 KiB. Several values of a cell are joined by ';'.

    Texts that a spreadsheet could run as formulas are escaped. `bom` adds the byte order mark, by which spreadsheet
    programs recognize UTF-8; other programs do not need it.
    """
    buffer = io.StringIO()
    if bom:
        buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerow([csv_cell(name) for name in header])
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        if buffer.tell() > BLOCK_SIZE:
            yield drain_buffer(buffer)
    yield drain_buffer(buffer)


def csv_cell(value: Cell) -> str | int | float | None:
    """Return a value as a cell: lists as names joined by '; ', texts with formulas escaped, others unchanged."""
    if isinstance(value, list | tuple):
        value = join_names(value)
    return escape_formulas(value) if isinstance(value, str) else value


def drain_buffer(buffer: io.StringIO) -> bytes:
    """Return what was written to a buffer as UTF-8, and empty the buffer."""
    block = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return block
