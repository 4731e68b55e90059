"""Reading a file of commitments: every line understood, or every problem named by its line."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from commitments.importers.commitments_line import COLUMNS, Known, Line, LineReader, Problem
from commitments.importers.outcome import Refused


def read(path: Path) -> tuple[list[Line], list[Problem]]:
    """Understand every line of the file. Raises Refused where it is no file of commitments at all."""
    known, lines, problems, first_of = Known.now(), [], [], {}
    for number, cells in records(text_of(path)):
        reader = LineReader(number, cells, known)
        if not reader.problems:
            line = reader.read()
            lines += [line] if line else []
            if (first := first_of.setdefault(reader.key, number)) != number:
                reader.refuse("title", _("line %(first)d has it already for this lead."), first=first)
        problems += reader.problems
    return lines, problems


def text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        reason = _("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": error.strerror}
    except UnicodeDecodeError as error:
        reason = str(Problem(content.count(b"\n", 0, error.start) + 1, _("this is not UTF-8.")))
    raise Refused(reason)


def records(text: str) -> Iterator[tuple[int, list[str]]]:
    """The records after the header, each with the line of the file on which it begins; empty lines are passed over."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        check_header(next(rows, []))
        begins = rows.line_num + 1
        for row in rows:
            if row:
                yield begins, [cell.strip() for cell in row]
            begins = rows.line_num + 1
    except csv.Error as error:
        raise Refused(str(Problem(begins, _("this is not CSV: %(error)s.") % {"error": error}))) from None


def check_header(header: list[str]) -> None:
    problems = []
    if missing := [column for column in COLUMNS if column not in header]:
        problems.append(_("the column %(columns)s is missing.") % {"columns": ", ".join(missing)})
    if unknown := [column for column in header if column not in COLUMNS]:
        problems.append(_("the column %(columns)s is not known.") % {"columns": ", ".join(unknown)})
    if not problems and header != COLUMNS:
        problems.append(_("the columns stand twice or in another order."))
    if problems:
        problems.append(_("The header is: %(header)s") % {"header": ",".join(COLUMNS)})
        raise Refused(str(Problem(1, " ".join(problems))))
