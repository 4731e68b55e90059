"""Model fields for days. The class of a field sets the allowed range, for forms, files and the database.

Beside a field `met_precision`, the field `met_on` holds the last day of the known year or month.
"""

from datetime import date

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.migrations.operations.base import Operation

from foundation.dates.inputs import DayField
from foundation.dates.parsing import DAY, EARLIEST, LATEST, range_error


class PlannedDateField(models.DateField):
    """A day that may be in the future, such as a deadline: from 1990 to 2100."""

    past = False

    @property
    def precision_name(self) -> str:
        return f"{self.name.removesuffix('_on')}_precision"

    def problem(self, day: date | None, precision: str = DAY) -> str:
        """Return the error if this field cannot hold a date, or ''."""
        return range_error(day, precision or DAY, past=self.past) if day else ""

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        problem = self.problem(value, getattr(model_instance, self.precision_name, DAY))
        if problem:
            raise ValidationError(problem, code="implausible")

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": DayField, **kwargs})

    def db_check(self, connection):
        return f"{connection.ops.quote_name(self.column)} BETWEEN '{EARLIEST}' AND '{LATEST}'"


class PastDateField(PlannedDateField):
    """A day on which something happened: from 1990 to today (UTC). A known month or year must have begun.

    A row that passes the database check passes it on any later day, so a dump can always be restored. The check allows
    one day more, because the clocks of application and database servers can differ at midnight.
    """

    past = True

    def db_check(self, connection):
        column = begins = connection.ops.quote_name(self.column)
        if precision := self._precision_column(connection):
            begins = (
                f"CASE {precision} WHEN 'year' THEN date_trunc('year', {column}::timestamp)::date"
                f" WHEN 'month' THEN date_trunc('month', {column}::timestamp)::date ELSE {column} END"
            )
        return f"{super().db_check(connection)} AND {begins} <= (now() AT TIME ZONE 'UTC')::date + 1"

    def _precision_column(self, connection) -> str:
        try:
            return connection.ops.quote_name(self.model._meta.get_field(self.precision_name).column)
        except FieldDoesNotExist:
            return ""


class NameDateChecks(Operation):
    """Name the database checks of an app's day fields after their columns, as the last step of a migration.

    PostgreSQL itself names a check over two columns after the table alone; a refusal then cannot say which date it is
    about. `AlterField` creates no check where the class of a column gives it one: add that by SQL.
    """

    reversible = True
    # Named by PostgreSQL: constraints of `Meta.constraints` never end like that.
    FIND = """
        SELECT conname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
        WHERE conrelid = to_regclass(%s) AND contype = 'c' AND conname ~ '_check[0-9]*$' AND attname = %s
    """

    def state_forwards(self, app_label, state):
        """Change no model."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for model in to_state.apps.get_app_config(app_label).get_models():
            table = model._meta.db_table
            for column in model._meta.local_fields:
                if isinstance(column, PlannedDateField) and not model._meta.proxy:
                    name = schema_editor._create_index_name(table, [column.column], "_check")
                    for former in self._names(schema_editor, table, column.column) - {name}:
                        schema_editor.execute(f'ALTER TABLE "{table}" RENAME CONSTRAINT "{former}" TO "{name}"')

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Leave the names."""

    def describe(self):
        return "Name the checks of days after their columns"

    def _names(self, schema_editor, table: str, column: str) -> set[str]:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(self.FIND, [f'"{table}"', column])
            return {name for (name,) in cursor.fetchall()}
