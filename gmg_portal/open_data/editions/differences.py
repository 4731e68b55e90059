"""Two editions side by side, row by row, read from their frozen files and from nothing else.

Of the earlier file the keys and their places are kept in memory, and no row: how long the rows are does not matter.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import chain, starmap
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from gmg_portal.models import Edition
from gmg_portal.open_data.columns import Reading
from gmg_portal.open_data.editions.frozen import files_of, opened

ADDED, GONE, CHANGED = "added", "gone", "changed"
# The sorts of difference: heading, and what it means.
SORTS = {
    ADDED: (_("Added"), _("In the later edition, and not in the earlier one.")),
    GONE: (_("Gone"), _("In the earlier edition, and not in the later one: withdrawn, or taken out.")),
    CHANGED: (_("Changed"), _("In both, with other words in some of its fields.")),
}
# What a row is called by, beside its key.
NAMED_BY = ("title", "name", "text")
LINES = ".ndjson"
JSON_HEADER = ["table", "change", "key", "title", "url", "fields"]
CSV_HEADER = ["table", "change", "key", "title", "url", "field", "then", "now"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One row that differs; `fields` are those that changed, each with its value then and now."""

    table: str
    sort: str
    key: str
    title: str
    url: str
    fields: dict[str, tuple[Any, Any]]

    def as_object(self) -> list:
        fields = {name: {"then": then, "now": now} for name, (then, now) in self.fields.items()}
        return [self.table, self.sort, self.key, self.title, self.url, fields]

    def as_lines(self) -> Iterator[list]:
        """One line for each field that changed; one without a field where the whole row came or went."""
        about = [self.table, self.sort, self.key, self.title, self.url]
        if not self.fields:
            yield [*about, None, None, None]
        for name, (then, now) in self.fields.items():
            yield [*about, name, then, now]


@dataclass
class Summary:
    """What differs in one table: how many rows of each sort, and the first of them."""

    table: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SORTS, 0))
    first: dict[str, list[Difference]] = field(default_factory=lambda: {sort: [] for sort in SORTS})

    def take(self, difference: Difference, shown: int) -> None:
        self.counts[difference.sort] += 1
        if len(self.first[difference.sort]) < shown:
            self.first[difference.sort].append(difference)


def tables_of(*editions: Edition) -> list[str]:
    """The tables of some editions, in the order of the latest."""
    names = (name for edition in editions for name in files_of(edition))
    return list(dict.fromkeys(name.removesuffix(LINES) for name in names if name.endswith(LINES)))


def differences(earlier: Edition, later: Edition) -> Reading:
    """Every row that differs, table by table. Where a file is not what was published, nothing is answered at all."""
    with ExitStack() as stack:
        pairs = [
            (table, *(_lines(stack, edition, table) for edition in (earlier, later)))
            for table in tables_of(later, earlier)
        ]
        return Reading(chain.from_iterable(starmap(between, pairs)), stack.pop_all())


def summaries(earlier: Edition, later: Edition, shown: int) -> list[Summary]:
    """What differs by table, with the first rows of each sort."""
    told = {table: Summary(table) for table in tables_of(later, earlier)}
    with closing(differences(earlier, later)) as found:
        for difference in found:
            told[difference.table].take(difference, shown)
    return list(told.values())


def between(table: str, then: BinaryIO | None, now: BinaryIO | None) -> Iterator[Difference]:
    """The rows that differ between two files of lines; the first field of a row is its key."""
    places = _places(then)
    for line in now or ():
        row = json.loads(line)
        place = places.pop(_key(row), None)
        if place is None:
            yield _difference(table, ADDED, row, {})
            continue
        fields = _changed(_at(then, place), row)
        if fields:
            yield _difference(table, CHANGED, row, fields)
    for place in places.values():
        yield _difference(table, GONE, _at(then, place), {})


def object_records(found: Iterable[Difference]) -> Iterator[list]:
    return (difference.as_object() for difference in found)


def line_records(found: Iterable[Difference]) -> Iterator[list]:
    return chain.from_iterable(difference.as_lines() for difference in found)


def _lines(stack: ExitStack, edition: Edition, table: str) -> BinaryIO | None:
    file = files_of(edition).get(table + LINES)
    return stack.enter_context(opened(edition, file)) if file else None


def _places(file: BinaryIO | None) -> dict[str, int]:
    """Where the row of each key begins."""
    places, place = {}, 0
    for line in file or ():
        places[_key(json.loads(line))] = place
        place += len(line)
    return places


def _at(file: BinaryIO, place: int) -> Row:
    file.seek(place)
    return json.loads(file.readline())


def _key(row: Row) -> str:
    return str(next(iter(row.values())))


def _changed(then: Row, now: Row) -> dict[str, tuple[Any, Any]]:
    return {name: (then.get(name), now.get(name)) for name in {**now, **then} if then.get(name) != now.get(name)}


def _difference(table: str, sort: str, row: Row, fields: dict) -> Difference:
    title = next((row[name] for name in NAMED_BY if row.get(name)), "")
    return Difference(table, sort, _key(row), title, row.get("url") or "", fields)
