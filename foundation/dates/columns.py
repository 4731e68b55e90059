"""Model fields for days. The class of a field sets the allowed range, for forms, files and the database.

Beside a field `met_precision`, the field `met_on` holds the last day of the known year or month.
"""

from collections.abc import Iterator
from datetime import date

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.migrations import RunPython

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


class AddDateChecks(RunPython):
    """A migration operation that adds the database checks of all day fields of some models.

    Django's `AlterField` does not add the check of a field class; `CreateModel` and `AddField` do.
    """

    def __init__(self, *model_names: str):
        self.model_names = model_names
        super().__init__(self._add, self._drop)

    def deconstruct(self):
        return self.__class__.__name__, list(self.model_names), {}

    def describe(self):
        return f"Add the checks of days to {', '.join(self.model_names)}"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.app_label = app_label
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.app_label = app_label
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def _checks(self, apps, schema_editor) -> Iterator[tuple[type[models.Model], str, str]]:
        for name in self.model_names:
            model = apps.get_model(self.app_label, name)
            for column in model._meta.local_fields:
                if isinstance(column, PlannedDateField):
                    constraint = schema_editor._create_index_name(model._meta.db_table, [column.column], "_check")
                    yield model, constraint, column.db_check(schema_editor.connection)

    def _add(self, apps, schema_editor) -> None:
        for model, name, check in self._checks(apps, schema_editor):
            schema_editor.execute(schema_editor._create_check_sql(model, name, check))

    def _drop(self, apps, schema_editor) -> None:
        for model, name, _check in self._checks(apps, schema_editor):
            schema_editor.execute(schema_editor._delete_check_sql(model, name))
