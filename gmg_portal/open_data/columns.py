"""What a column and a table of the data files are: declared once, for the files and for what describes them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from foundation.postgresql.session_limits import statement_limit
from gmg_portal.http.revision import CurrentRevision
from gmg_portal.models import Revision

# What people call the types of the columns.
KINDS = {
    "string": _("text"),
    "uri": _("address"),
    "integer": _("whole number"),
    "date": _("day"),
    "datetime": _("moment (UTC)"),
}
Value = str | int | list[str] | list[int] | None
AT_A_TIME = 2000
# Columns that hold sentences, and are wider in a workbook.
LONG_TEXTS = {
    "title", "summary", "original_text", "achieved", "barriers", "next_steps", "text", "mandate", "contribution_texts",
    "former_names", "evidence_titles", "evidence_locations", "source_title",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its name is the API's, its words and type are what the descriptions say of it.

    `type` is one of Frictionless' types; `many` means several values, joined by ';' where a cell must hold them.
    An address may be given as a path of this portal, and is written in full.
    """

    name: str
    description: str
    value: Callable[[Model], Value | date]
    type: str = "string"
    format: str = "default"
    many: bool = False
    required: bool = False
    pattern: str = ""
    words: tuple[str, ...] = ()
    # What the codes or words of the column are called, by value; or what is called so in a row.
    names: Callable[[], Mapping[Any, str]] | None = None
    name_in_row: Callable[[Model], str | None] | None = None
    refers_to: tuple[str, str] | None = None
    # What `refers_to` cannot say: (table, its key), and under which (column, value) where that is not always so.
    relates_to: tuple[tuple, ...] = ()

    @property
    def kind(self) -> str:
        """What sort of value it holds, in plain words."""
        return str(KINDS["uri" if self.format == "uri" else self.type])

    def read(self, row: Model, origin: str) -> Value:
        """The value in this row; what is not known or empty is None, or a list of none."""
        value = self.value(row)
        if self.many:
            return [_absolute(each, origin) for each in value] if self.format == "uri" else value
        if self.format == "uri":
            return _absolute(value, origin) or None
        if isinstance(value, datetime):
            return value.isoformat().replace("+00:00", "Z")
        if isinstance(value, date):
            return value.isoformat()
        return None if value == "" and not self.is_free_text else value

    @property
    def is_free_text(self) -> bool:
        """Whether the column holds what people write, of which nothing is an empty text, as in the API."""
        return self.type == "string" and not (self.words or self.pattern or self.refers_to or self.relates_to)

    @property
    def width(self) -> int:
        """How wide the column is in a workbook, in characters."""
        if self.type != "string":
            return {"integer": 10, "date": 14}.get(self.type, 22)
        if self.pattern or self.words:
            return 18
        if self.format == "uri":
            return 40
        return 60 if self.name in LONG_TEXTS else 28

    def naming(self) -> "Column | None":
        """Return the column that stands beside this one in a workbook and holds names, if it has them."""
        if self.name_in_row:
            value = self.name_in_row
        elif self.names:
            names = self.names()
            value = partial(_names_of, self, names)
        else:
            return None
        return Column(f"{self.name}_name", self.description, value, many=self.many)


def _names_of(column: Column, names: Mapping[Any, str], row: Model) -> str | list[str] | None:
    value = column.value(row)
    if column.many:
        return [str(names.get(each, each)) for each in value]
    return str(names[value]) if value in names else None


@dataclass(frozen=True)
class Table:
    """One table of the public record, offered in every format. Its first column is its key.

    `rows` answers the published rows of today or of the end of a day; `by_day` says whether a day may be asked.
    A table that can be asked more than that has a `filterset`, and `found` answers the rows that it finds.
    """

    name: str
    title: str
    description: str
    rows: Callable[[date | None], QuerySet]
    columns: tuple[Column, ...]
    by_day: bool = False
    filterset: type[FilterSet] | None = None
    found: Callable[[FilterSet], QuerySet] | None = None
    header: list[str] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "header", [column.name for column in self.columns])

    @property
    def key(self) -> str:
        return self.header[0]

    def named_columns(self) -> list[Column]:
        """Return the columns of a workbook: each followed by the names of its codes, where it has codes."""
        pairs = ((column, column.naming()) for column in self.columns)
        return [each for pair in pairs for each in pair if each]

    def records(self, rows: Iterable[Model], origin: str) -> Iterator[list[Value]]:
        """Each row as its values, in the order of the columns."""
        for row in rows:
            yield [column.read(row, origin) for column in self.columns]


class Reading:
    """What is read piece by piece: closed with it is all that it is read from, whether it was begun or not.

    A generator that was never begun runs none of its own closing lines; a reader may go away before the first piece.
    """

    def __init__(self, pieces: Iterable, *sources: Any):
        self.pieces = iter(pieces)
        self.sources = sources

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        return next(self.pieces)

    def close(self) -> None:
        with ExitStack() as stack:
            for each in (*reversed(self.sources), self.pieces):
                stack.callback(getattr(each, "close", lambda: None))


def read_at_one_revision(rows: Callable[[], QuerySet]) -> tuple[CurrentRevision, Reading]:
    """The rows, a few at a time, as they stand in one revision of the record, and that revision.

    The rows are one statement, and so one state of the record, which PostgreSQL keeps for the cursor however slowly
    it is read. What was asked before it must be of the same revision: else all is asked again. Whoever reads it closes
    it, to the end or not: the cursor is the database's until then.
    """
    while True:
        standing = CurrentRevision.read()
        marked = rows().annotate(revision=Subquery(Revision.objects.values("number")))
        read = marked.iterator(chunk_size=AT_A_TIME)
        try:
            with statement_limit(settings.DATABASE_EXPORT_TIMEOUT):  # all rows are found before the first is read
                first = next(read, None)
        except BaseException:
            read.close()
            raise
        if first is None or (first.revision or 0) == standing.number:
            return standing, Reading(chain([] if first is None else [first], read), read)
        read.close()


def _absolute(value: str, origin: str) -> str:
    return f"{origin}{value}" if value.startswith("/") else value
