"""Compare two editions row by row, from their frozen files alone.

Memory holds only the keys and file offsets of the earlier file, so the length of rows does not matter.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import chain, starmap
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from gmg_portal.models import Edition
from gmg_portal.open_data.editions.files import edition_files, open_verified
from gmg_portal.open_data.table_classes import ClosingIterator

ADDED, GONE, CHANGED = "added", "gone", "changed"
# Types of change: heading and meaning.
CHANGE_TYPES = {
    ADDED: (_("Added"), _("In the later edition, and not in the earlier one.")),
    GONE: (_("Gone"), _("In the earlier edition, and not in the later one: withdrawn, or taken out.")),
    CHANGED: (_("Changed"), _("In both, with other words in some of its fields.")),
}
# Columns that serve as the title of a row; the first with a value is taken.
TITLE_COLUMNS = ("title", "name", "text")
NDJSON_SUFFIX = ".ndjson"
JSON_HEADER = ["table", "change", "key", "title", "url", "fields"]
CSV_HEADER = ["table", "change", "key", "title", "url", "field", "then", "now"]
Row = dict[str, Any]


@dataclass(frozen=True)
class RowDifference:
    """A row that differs; `fields` are the changed ones, each with its value then and now."""

    table: str
    change_type: str
    key: str
    title: str
    url: str
    fields: dict[str, tuple[Any, Any]]

    def as_json_record(self) -> list:
        fields = {name: {"then": then, "now": now} for name, (then, now) in self.fields.items()}
        return [self.table, self.change_type, self.key, self.title, self.url, fields]

    def as_csv_records(self) -> Iterator[list]:
        """Yield a record for each changed field; one without a field if the whole row was added or removed."""
        row_fields = [self.table, self.change_type, self.key, self.title, self.url]
        if not self.fields:
            yield [*row_fields, None, None, None]
        for name, (then, now) in self.fields.items():
            yield [*row_fields, name, then, now]


@dataclass
class TableSummary:
    """The differences of a table: the number of rows by type of change, and the first of them."""

    table: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHANGE_TYPES, 0))
    first: dict[str, list[RowDifference]] = field(
        default_factory=lambda: {change_type: [] for change_type in CHANGE_TYPES}
    )

    def add(self, difference: RowDifference, limit: int) -> None:
        self.counts[difference.change_type] += 1
        if len(self.first[difference.change_type]) < limit:
            self.first[difference.change_type].append(difference)


def table_names(*editions: Edition) -> list[str]:
    """Return the tables of some editions, in the order of the first one."""
    names = (name for edition in editions for name in edition_files(edition))
    return list(dict.fromkeys(name.removesuffix(NDJSON_SUFFIX) for name in names if name.endswith(NDJSON_SUFFIX)))


def differences(earlier: Edition, later: Edition) -> ClosingIterator:
    """Iterate over every row that differs, table by table. All files are verified before the first row."""
    with ExitStack() as stack:
        pairs = [
            (table, *(_open_rows(stack, edition, table) for edition in (earlier, later)))
            for table in table_names(later, earlier)
        ]
        return ClosingIterator(chain.from_iterable(starmap(compare_files, pairs)), stack.pop_all())


def summarize_differences(earlier: Edition, later: Edition, limit: int) -> list[TableSummary]:
    """Return a summary per table, with the first `limit` rows of each type of change."""
    summaries = {table: TableSummary(table) for table in table_names(later, earlier)}
    with closing(differences(earlier, later)) as rows:
        for difference in rows:
            summaries[difference.table].add(difference, limit)
    return list(summaries.values())


def compare_files(table: str, then: BinaryIO | None, now: BinaryIO | None) -> Iterator[RowDifference]:
    """Yield the rows that differ between two NDJSON files; the first field of a row is its key."""
    offsets = _row_offsets(then)
    for line in now or ():
        row = json.loads(line)
        offset = offsets.pop(_key(row), None)
        if offset is None:
            yield _difference(table, ADDED, row, {})
            continue
        fields = _changed_fields(_read_row(then, offset), row)
        if fields:
            yield _difference(table, CHANGED, row, fields)
    for offset in offsets.values():
        yield _difference(table, GONE, _read_row(then, offset), {})


def json_records(rows: Iterable[RowDifference]) -> Iterator[list]:
    """Return one record for each row that differs, with its fields as an object."""
    return (difference.as_json_record() for difference in rows)


def csv_records(rows: Iterable[RowDifference]) -> Iterator[list]:
    """Return one record for each changed field, because a cell holds one value."""
    return chain.from_iterable(difference.as_csv_records() for difference in rows)


def _open_rows(stack: ExitStack, edition: Edition, table: str) -> BinaryIO | None:
    file = edition_files(edition).get(table + NDJSON_SUFFIX)
    return stack.enter_context(open_verified(edition, file)) if file else None


def _row_offsets(file: BinaryIO | None) -> dict[str, int]:
    """Return the offset of each row in the file, by key."""
    offsets, offset = {}, 0
    for line in file or ():
        offsets[_key(json.loads(line))] = offset
        offset += len(line)
    return offsets


def _read_row(file: BinaryIO, offset: int) -> Row:
    file.seek(offset)
    return json.loads(file.readline())


def _key(row: Row) -> str:
    return str(next(iter(row.values())))


def _changed_fields(then: Row, now: Row) -> dict[str, tuple[Any, Any]]:
    return {name: (then.get(name), now.get(name)) for name in {**now, **then} if then.get(name) != now.get(name)}


def _difference(table: str, change_type: str, row: Row, fields: dict) -> RowDifference:
    title = next((row[name] for name in TITLE_COLUMNS if row.get(name)), "")
    return RowDifference(table, change_type, _key(row), title, row.get("url") or "", fields)
