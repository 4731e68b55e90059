"""Columns and tables of the data files, declared once for the files and their descriptions."""

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

from foundation.postgresql.session_limits import statement_limit
from gmg_portal.models import Revision
from gmg_portal.revision.current import CurrentRevision
from register.filtering.record_filters import RecordFilter, RecordQuery

# Labels of the column types.
TYPE_LABELS = {
    "string": _("text"),
    "uri": _("address"),
    "integer": _("whole number"),
    "date": _("day"),
    "datetime": _("moment (UTC)"),
}
Value = str | int | list[str] | list[int] | None
CHUNK_SIZE = 2000
# Columns of long texts, which are wider in a workbook.
WIDE_COLUMNS = {
    "title", "summary", "original_text", "achieved", "barriers", "next_steps", "text", "mandate", "contribution_texts",
    "former_names", "evidence_titles", "evidence_locations", "source_title",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a data file, named as in the API, with its type and description.

    `type` is one of Frictionless' types; `many` means several values, joined by ';' where a cell must hold them. An
    address may be a path of this portal; it is written as an absolute URL.
    """

    name: str
    description: str
    value: Callable[[Model], Value | date]
    type: str = "string"
    format: str = "default"
    many: bool = False
    required: bool = False
    pattern: str = ""
    choices: tuple[str, ...] = ()
    # The labels of the codes, by code; or the label of the code in a row.
    labels: Callable[[], Mapping[Any, str]] | None = None
    label_in_row: Callable[[Model], str | None] | None = None
    foreign_key: tuple[str, str] | None = None
    # References that no foreign key can state: (table, its key), and a (column, value) as condition, if there is one.
    relations: tuple[tuple, ...] = ()

    @property
    def type_label(self) -> str:
        """Return the type of the value in plain words."""
        return str(TYPE_LABELS["uri" if self.format == "uri" else self.type])

    def read(self, row: Model, origin: str) -> Value:
        """Return the value in this row; an unknown or empty value is None, or an empty list."""
        value = self.value(row)
        if self.many:
            return [_absolute_url(item, origin) for item in value] if self.format == "uri" else value
        if self.format == "uri":
            return _absolute_url(value, origin) or None
        if isinstance(value, datetime):
            return value.isoformat().replace("+00:00", "Z")
        if isinstance(value, date):
            return value.isoformat()
        return None if value == "" and not self.is_free_text else value

    @property
    def is_free_text(self) -> bool:
        """Return whether people write the column freely; an empty one is then an empty text, as in the API."""
        return self.type == "string" and not (self.choices or self.pattern or self.foreign_key or self.relations)

    @property
    def width(self) -> int:
        """Return the width of the column in a workbook, in characters."""
        if self.type != "string":
            return {"integer": 10, "date": 14}.get(self.type, 22)
        if self.pattern or self.choices:
            return 18
        if self.format == "uri":
            return 40
        return 60 if self.name in WIDE_COLUMNS else 28

    def label_column(self) -> "Column | None":
        """Return the column of labels that follows this one in a workbook, if its codes have labels."""
        if self.label_in_row:
            value = self.label_in_row
        elif self.labels:
            labels = self.labels()
            value = partial(_labels_of, self, labels)
        else:
            return None
        return Column(f"{self.name}_name", self.description, value, many=self.many)


def _labels_of(column: Column, labels: Mapping[Any, str], row: Model) -> str | list[str] | None:
    value = column.value(row)
    if column.many:
        return [str(labels.get(code, code)) for code in value]
    return str(labels[value]) if value in labels else None


@dataclass(frozen=True)
class Table:
    """A table of the public record, offered in every format. Its first column is its key.

    `rows` returns the published rows of today or of the end of a day; `supports_as_of` says whether a day may be asked
    for. A table that takes further parameters has a `filterset`, and `filtered_rows` returns the rows of its query.
    """

    name: str
    title: str
    description: str
    rows: Callable[[date | None], QuerySet]
    columns: tuple[Column, ...]
    supports_as_of: bool = False
    filterset: type[RecordFilter] | None = None
    filtered_rows: Callable[[RecordQuery], QuerySet] | None = None
    header: list[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", [column.name for column in self.columns])

    @property
    def key(self) -> str:
        return self.header[0]

    def columns_with_labels(self) -> list[Column]:
        """Return the columns of a workbook: each followed by its column of labels, if it has one."""
        pairs = ((column, column.label_column()) for column in self.columns)
        return [column for pair in pairs for column in pair if column]

    def records(self, rows: Iterable[Model], origin: str) -> Iterator[list[Value]]:
        """Yield each row as a list of its values, in the order of the columns."""
        for row in rows:
            yield [column.read(row, origin) for column in self.columns]


class ClosingIterator:
    """An iterator that closes its sources when it is closed, even if it was never started.

    A generator that was never started runs none of its own cleanup; a client may disconnect before the first chunk.
    """

    def __init__(self, chunks: Iterable, *sources: Any):
        self.chunks = iter(chunks)
        self.sources = sources

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        return next(self.chunks)

    def close(self) -> None:
        with ExitStack() as stack:
            for source in (*reversed(self.sources), self.chunks):
                stack.callback(getattr(source, "close", lambda: None))


def read_consistent_rows(rows: Callable[[], QuerySet]) -> tuple[CurrentRevision, ClosingIterator]:
    """Return the revision of the record and the rows as they are in it, read in chunks.

    The rows come from one statement, and so from one state of the record, which PostgreSQL keeps for the cursor however
    slowly it is read. If the record changed between reading the revision and the first row, both are read again. The
    caller must close the iterator: until then it holds the database's cursor.
    """
    while True:
        standing = CurrentRevision.read()
        rows_with_revision = rows().annotate(revision=Subquery(Revision.objects.values("number")))
        iterator = rows_with_revision.iterator(chunk_size=CHUNK_SIZE)
        try:
            with statement_limit(
                settings.DATABASE_EXPORT_TIMEOUT
            ):  # the limit covers the query, not the reading of its rows
                first = next(iterator, None)
        except BaseException:
            iterator.close()
            raise
        if first is None or (first.revision or 0) == standing.number:
            return standing, ClosingIterator(chain([] if first is None else [first], iterator), iterator)
        iterator.close()


def _absolute_url(value: str, origin: str) -> str:
    return f"{origin}{value}" if value.startswith("/") else value
