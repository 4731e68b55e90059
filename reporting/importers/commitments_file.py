"""Reading a file of commitments: its parsed lines, or all problems with their line numbers."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from foundation.text.unknown_words import unknown_column
from reporting.importers.line_parser import FILE_COLUMNS, LineParser
from reporting.importers.parsed_lines import LineProblem, ParsedLine, ReferenceLookup
from reporting.importers.results import ImportRefused


def read(path: Path) -> tuple[list[ParsedLine], list[LineProblem]]:
    """Return the parsed lines and all problems; raise ImportRefused if it is not a file of commitments."""
    lookup, lines, problems, first_lines = ReferenceLookup.load(), [], [], {}
    for number, cells in records(text_of(path)):
        parser = LineParser(number, cells, lookup)
        if not parser.problems:
            line = parser.read()
            lines += [line] if line else []
            if (first := first_lines.setdefault(parser.key, number)) != number:
                parser.refuse("title", _("line %(first)d has it already for this lead."), first=first)
        problems += parser.problems
    return lines, problems


def text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        reason = _("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": error.strerror}
    except UnicodeDecodeError as error:
        reason = str(LineProblem(content.count(b"\n", 0, error.start) + 1, _("this is not UTF-8.")))
    raise ImportRefused(reason)


def records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records after the header with the number of their first line, without empty lines."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    first_line = 1
    try:
        check_header(next(rows, []))
        first_line = rows.line_num + 1
        for row in rows:
            if row:
                yield first_line, [cell.strip() for cell in row]
            first_line = rows.line_num + 1
    except csv.Error as error:
        raise ImportRefused(str(LineProblem(first_line, _("this is not CSV: %(error)s.") % {"error": error}))) from None


def check_header(header: list[str]) -> None:
    """Refuse a file without exactly the columns, in their order."""
    problems = []
    if missing := [column for column in FILE_COLUMNS if column not in header]:
        problems.append(_("the column %(columns)s is missing.") % {"columns": ", ".join(missing)})
    problems += [unknown_column(column, FILE_COLUMNS) for column in header if column not in FILE_COLUMNS]
    if not problems and header != FILE_COLUMNS:
        problems.append(_("the columns stand twice or in another order."))
    if problems:
        problems.append(_("The header is: %(header)s") % {"header": ",".join(FILE_COLUMNS)})
        raise ImportRefused(str(LineProblem(1, " ".join(problems))))
