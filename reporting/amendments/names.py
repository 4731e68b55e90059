"""The names of rows that history lines refer to by key."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Model

from agencies.models import Agency
from commitments.models import Commitment
from commitments.public_fields import COMMITMENT
from foundation.public_fields import Place

# Columns of a commitment that refer to rows of other tables.
REFERENCES = [
    column
    for public_field in COMMITMENT.shown_in(Place.AMENDMENTS)
    for column in map(Commitment._meta.get_field, public_field.columns)
    if column.many_to_one
]


class Names:
    """Today's names of all rows that a history refers to, read with at most one query for each table."""

    def __init__(self):
        self._names: dict[type[Model], dict[int, str]] = {}

    def gather(self, states: Iterable, sets: dict[str, dict[int, set[int]]], partners: Iterable) -> None:
        keys_of: dict[type[Model], set[int]] = defaultdict(set)
        for row in states:
            for column in REFERENCES:
                keys_of[column.related_model].add(getattr(row, column.attname))
        keys_of[Agency] |= {row.agency_id for row in partners}
        for name, keys_by_line in sets.items():
            keys_of[COMMITMENT.column(COMMITMENT[name]).related_model].update(*keys_by_line.values())
        for model, keys in keys_of.items():
            keys.discard(None)
            if keys:
                self._names[model] = {pk: str(row) for pk, row in model.objects.in_bulk(keys).items()}

    def of(self, model: type[Model], pk: int | None) -> str:
        """Return the name of a row; '' if the key is None or the row no longer exists."""
        return self._names.get(model, {}).get(pk or 0, "")
