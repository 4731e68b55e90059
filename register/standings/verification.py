"""Standings computed anew and compared with those that stand."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db import connection

from register.standings.rebuild import CHUNK, COLUMNS, CONTENT

# Both sides of a chunk are read by one statement, so that a change between two statements is no difference.
KEYS = """
    SELECT id FROM commitments_commitment WHERE state IN ('published', 'withdrawn')
    UNION SELECT commitment_id FROM register_standing
    ORDER BY 1
"""
DIFFERENCES = f"""
    WITH computed AS MATERIALIZED (SELECT {COLUMNS} FROM standings_of(%(keys)s)),
    kept AS MATERIALIZED (SELECT {COLUMNS} FROM register_standing WHERE commitment_id = ANY (%(keys)s))
    SELECT commitment_id, reference, valid::text, false, to_jsonb(c)::text
        FROM (SELECT * FROM computed EXCEPT ALL SELECT * FROM kept) c
    UNION ALL
    SELECT commitment_id, reference, valid::text, true, to_jsonb(k)::text
        FROM (SELECT * FROM kept EXCEPT ALL SELECT * FROM computed) k
    ORDER BY 1, 3, 4
"""  # noqa: S608 – columns from this package


@dataclass(frozen=True)
class Difference:
    """A period whose standing is wrong, missing or too many; `columns` are those that differ, if it is wrong."""

    commitment: int
    reference: str
    period: str
    kind: str
    columns: tuple[str, ...] = ()

    def __str__(self):
        columns = f": {', '.join(self.columns)}" if self.columns else ""
        return f"{self.reference} {self.period} {self.kind}{columns}"


def differences() -> Iterator[Difference]:
    """Yield every difference between the standings and what they would be if they were computed now."""
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        keys = [key for (key,) in cursor.fetchall()]
        for start in range(0, len(keys), CHUNK):
            cursor.execute(DIFFERENCES, {"keys": keys[start : start + CHUNK]})
            for (commitment, reference, period), rows in groupby(cursor.fetchall(), key=lambda row: row[:3]):
                yield _difference(commitment, reference, period, [row[3:] for row in rows])


def repair(commitments: Iterable[int]) -> None:
    """Rebuild the standings of commitments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rebuild_standings(%s)", [list(commitments)])


def _difference(commitment: int, reference: str, period: str, rows: list) -> Difference:
    if len(rows) == 2:
        computed, kept = (json.loads(content) for _is_kept, content in rows)
        columns = tuple(name for name in CONTENT.split(", ") if computed[name] != kept[name])
        return Difference(commitment, reference, period, "wrong", columns)
    return Difference(commitment, reference, period, "surplus" if rows[0][0] else "missing")
