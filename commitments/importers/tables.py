"""Bringing one table to what a file says, without touching what an editor has."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from commitments.actions import LOAD
from commitments.importers.outcome import Refused, Tally
from foundation.dates.columns import PlannedDateField


class Gone:
    """Stands for a row that an editor deleted, wherever other rows of the file name it."""

    pk = None


GONE: Final = Gone()


@dataclass
class Wanted:
    """A row as the file has it: fields by name (a foreign key as its row, or GONE), and many-to-many sets by name."""

    label: str
    fields: dict[str, Any]
    related: dict[str, list[models.Model | Gone]] = field(default_factory=dict)


def mark(row: models.Model) -> models.Model:
    """Let the history say that the load wrote this, and nobody in person."""
    row._change_reason = LOAD
    row._history_user = None
    return row


class Table:
    """The rows of one model, and which of them are an editor's. A few queries, whatever their number."""

    def __init__(self, model: type[models.Model], key: tuple[str, ...], related: tuple[str, ...] = ()):
        self.model = model
        self.key = [model._meta.get_field(name).attname for name in key]
        self.tally = Tally(capfirst(str(model._meta.verbose_name_plural)))
        rows = model.objects.order_by().select_for_update(no_key=True).prefetch_related(*related)
        self.rows = {row.pk: row for row in rows}
        self.by_key = {self._key_of(row): row for row in self.rows.values()}
        self.edited = set(model.history.exclude(history_change_reason=LOAD).values_list("id", flat=True))
        self.formerly = {
            tuple(key): pk for pk, *key in model.history.filter(id__in=self.edited).values_list("id", *self.key)
        }
        self.seen: set[tuple] = set()

    def bring(self, wanted: Wanted) -> models.Model | Gone:
        """Add or update the row unless an editor has it; answer the row that stands, or GONE."""
        try:
            return self._bring(wanted)
        except ValidationError as error:
            reason = " ".join(error.messages)
        except (DatabaseError, ValueError) as error:
            reason = said_by_database(error, self.model)
        raise Refused(self._sentence(wanted, reason))

    def _bring(self, wanted: Wanted) -> models.Model | Gone:
        if GONE in wanted.fields.values():
            return self._leave(wanted, GONE)
        values = self._values(wanted)
        key = tuple(values[name] for name in self.key)
        if key in self.seen:
            raise ValidationError(_("this stands twice in the file."))
        self.seen.add(key)
        row = self.by_key.get(key)
        if row is None and key in self.formerly:
            return self._leave(wanted, self.rows.get(self.formerly[key], GONE))
        if row is None:
            self.tally.added += 1
            return self._write(self.model(), values, wanted)
        return self._meet(row, values, wanted)

    def _meet(self, row: models.Model, values: dict[str, Any], wanted: Wanted) -> models.Model:
        if row.pk in self.edited:
            return self._leave(wanted, row)
        if differing(row, values) or differing_sets(row, wanted.related):
            self.tally.updated += 1
            return self._write(row, values, wanted)
        self.tally.kept += 1
        return row

    def _leave(self, wanted: Wanted, row: models.Model | Gone) -> models.Model | Gone:
        self.tally.left.append(wanted.label)
        return row

    def _write(self, row: models.Model, values: dict[str, Any], wanted: Wanted) -> models.Model:
        mark(row)
        if row._state.adding or differing(row, values):
            for name, value in values.items():
                setattr(row, name, value)
            row.clean_fields(exclude={column.name for column in row._meta.fields if column.is_relation})
            row.save()
        write_sets(row, wanted.related)
        return row

    def _values(self, wanted: Wanted) -> dict[str, Any]:
        """Column values as the model's own fields read them, so that comparing them with a row is exact."""
        columns = {}
        for name, value in wanted.fields.items():
            column = self.model._meta.get_field(name)
            columns[column.attname] = column.to_python(value.pk if isinstance(value, models.Model) else value)
        return columns

    def _key_of(self, row: models.Model) -> tuple:
        return tuple(getattr(row, name) for name in self.key)

    def _sentence(self, wanted: Wanted, reason: str) -> str:
        return _("%(table)s, %(row)s: %(reason)s") % {
            "table": self.tally.name,
            "row": wanted.label,
            "reason": reason,
        }


def said_by_database(error: DatabaseError | ValueError, *models_written: type[models.Model]) -> str:
    """The sentence of the constraint that refused a row, or the database's own words."""
    refusal = getattr(error.__cause__, "diag", None)
    for model in models_written:
        for constraint in model._meta.constraints:
            if refusal and constraint.name == refusal.constraint_name:
                return str(constraint.violation_error_message)
        for column in model._meta.local_fields:
            if refusal and isinstance(column, PlannedDateField) and is_check_of(column, refusal.constraint_name):
                return _("%(column)s: the date is not plausible.") % {"column": column.verbose_name}
    return _("the database refuses it: %(error)s") % {"error": str(error).splitlines()[0]}


def is_check_of(column: models.Field, constraint: str | None) -> bool:
    """Whether a constraint that the schema editor named is the check of a column."""
    prefix = f"{column.model._meta.db_table}_{column.column}_"
    return bool(constraint) and constraint.startswith(prefix) and constraint.endswith("_check")


def differing(row: models.Model, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def differing_sets(row: models.Model, related: dict[str, list[models.Model | Gone]]) -> dict[str, list[models.Model]]:
    """Those of the many-to-many sets which the row does not have yet; what is gone belongs to none."""
    wanted = {name: [other for other in rows if other is not GONE] for name, rows in related.items()}
    return {name: rows for name, rows in wanted.items() if keys(getattr(row, name).all()) != keys(rows)}


def write_sets(row: models.Model, related: dict[str, list[models.Model | Gone]]) -> bool:
    """Write what differs, under the mark that the row carries; say whether anything did."""
    changes = differing_sets(row, related)
    for name, rows in changes.items():
        getattr(row, name).set(rows)
    return bool(changes)


def keys(rows: Iterable[models.Model]) -> set[int]:
    return {row.pk for row in rows}
