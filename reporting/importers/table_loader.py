"""Loading the rows of a file into one table, except rows that were edited in the portal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from foundation.dates.model_fields import PlannedDateField
from reporting.actions import LOAD
from reporting.importers.results import ImportRefused, ImportSummary


class DeletedRow:
    """A placeholder for a row that an editor deleted, where other rows of the file refer to it."""

    pk = None


DELETED: Final = DeletedRow()


@dataclass
class RowData:
    """A row of the file: fields by name (a foreign key as its row, or DELETED), and many-to-many sets by name."""

    label: str
    fields: dict[str, Any]
    related: dict[str, list[models.Model | DeletedRow]] = field(default_factory=dict)


def mark_as_loaded(row: models.Model) -> models.Model:
    """Set the load as the reason in the row's history, without a user; return the row."""
    row._change_reason = LOAD
    row._history_user = None
    return row


class TableLoader:
    """Loads rows into one table. Reads all its rows, and which were edited, in a fixed number of queries."""

    def __init__(self, model: type[models.Model], key: tuple[str, ...], related: tuple[str, ...] = ()):
        self.model = model
        self.key = [model._meta.get_field(name).attname for name in key]
        self.summary = ImportSummary(capfirst(str(model._meta.verbose_name_plural)))
        rows = model.objects.order_by().select_for_update(no_key=True).prefetch_related(*related)
        self.rows_by_id = {row.pk: row for row in rows}
        self.by_key = {self._key_of(row): row for row in self.rows_by_id.values()}
        self.edited_ids = set(model.history.exclude(history_change_reason=LOAD).values_list("id", flat=True))
        self.former_keys = {
            tuple(key): pk for pk, *key in model.history.filter(id__in=self.edited_ids).values_list("id", *self.key)
        }
        self.seen_keys: set[tuple] = set()

    def load(self, data: RowData) -> models.Model | DeletedRow:
        """Add or update the row, unless it was edited or deleted in the portal; return the row or DELETED."""
        try:
            return self._load(data)
        except ValidationError as error:
            reason = " ".join(error.messages)
        except (DatabaseError, ValueError) as error:
            reason = database_error_message(error, self.model)
        raise ImportRefused(self._sentence(data, reason))

    def _load(self, data: RowData) -> models.Model | DeletedRow:
        if DELETED in data.fields.values():
            return self._skip(data, DELETED)
        values = self._values(data)
        key = tuple(values[name] for name in self.key)
        if key in self.seen_keys:
            raise ValidationError(_("this stands twice in the file."))
        self.seen_keys.add(key)
        row = self.by_key.get(key)
        if row is None and key in self.former_keys:
            return self._skip(data, self.rows_by_id.get(self.former_keys[key], DELETED))
        if row is None:
            self.summary.added += 1
            return self._write(self.model(), values, data)
        return self._update(row, values, data)

    def _update(self, row: models.Model, values: dict[str, Any], data: RowData) -> models.Model:
        if row.pk in self.edited_ids:
            return self._skip(data, row)
        if has_changes(row, values) or changed_sets(row, data.related):
            self.summary.updated += 1
            return self._write(row, values, data)
        self.summary.unchanged += 1
        return row

    def _skip(self, data: RowData, row: models.Model | DeletedRow) -> models.Model | DeletedRow:
        self.summary.skipped.append(data.label)
        return row

    def _write(self, row: models.Model, values: dict[str, Any], data: RowData) -> models.Model:
        mark_as_loaded(row)
        if row._state.adding or has_changes(row, values):
            for name, value in values.items():
                setattr(row, name, value)
            row.clean_fields(exclude={column.name for column in row._meta.fields if column.is_relation})
            row.save()
        write_sets(row, data.related)
        return row

    def _values(self, data: RowData) -> dict[str, Any]:
        """Return the values by database column, converted by the model's fields to compare them with a row."""
        values = {}
        for name, value in data.fields.items():
            column = self.model._meta.get_field(name)
            values[column.attname] = column.to_python(value.pk if isinstance(value, models.Model) else value)
        return values

    def _key_of(self, row: models.Model) -> tuple:
        return tuple(getattr(row, name) for name in self.key)

    def _sentence(self, data: RowData, reason: str) -> str:
        return _("%(table)s, %(row)s: %(reason)s") % {
            "table": self.summary.name,
            "row": data.label,
            "reason": reason,
        }


def database_error_message(error: DatabaseError | ValueError, *models_written: type[models.Model]) -> str:
    """Return the message of the constraint that refused a row, or the database's own message."""
    refusal = getattr(error.__cause__, "diag", None)
    for model in models_written:
        for constraint in model._meta.constraints:
            if refusal and constraint.name == refusal.constraint_name:
                return str(constraint.violation_error_message)
        for column in model._meta.local_fields:
            if (
                refusal
                and isinstance(column, PlannedDateField)
                and is_check_constraint_of(column, refusal.constraint_name)
            ):
                return _("%(column)s: the date is not plausible.") % {"column": column.verbose_name}
    return _("the database refuses it: %(error)s") % {"error": str(error).splitlines()[0]}


def is_check_constraint_of(column: models.Field, constraint: str | None) -> bool:
    """Return whether this is the name that Django gives to the check constraint of a column."""
    prefix = f"{column.model._meta.db_table}_{column.column}_"
    return bool(constraint) and constraint.startswith(prefix) and constraint.endswith("_check")


def has_changes(row: models.Model, values: dict[str, Any]) -> bool:
    """Return whether any value differs from that of the row."""
    return any(getattr(row, name) != value for name, value in values.items())


def changed_sets(
    row: models.Model, related: dict[str, list[models.Model | DeletedRow]]
) -> dict[str, list[models.Model]]:
    """Return the many-to-many sets that differ from the row's, without deleted rows."""
    rows_by_name = {name: [row for row in rows if row is not DELETED] for name, rows in related.items()}
    return {name: rows for name, rows in rows_by_name.items() if ids_of(getattr(row, name).all()) != ids_of(rows)}


def write_sets(row: models.Model, related: dict[str, list[models.Model | DeletedRow]]) -> bool:
    """Write the many-to-many sets that differ; return whether there were any."""
    changes = changed_sets(row, related)
    for name, rows in changes.items():
        getattr(row, name).set(rows)
    return bool(changes)


def ids_of(rows: Iterable[models.Model]) -> set[int]:
    return {row.pk for row in rows}
