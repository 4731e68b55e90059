"""Base classes of all triggers: what the database refuses or updates for every writer.

A model lists its triggers in `Meta.triggers`. Triggers of an observer of other apps' tables, such as the audit, are
registered in the observer's own module. `manage.py pgtrigger ls` lists all of them; `makemigrations` writes their
migrations. PostgreSQL fires the triggers of one table in the order of their names.

django-pgtrigger's own triggers step aside where a session says so (`SET pgtrigger.ignore`), and any session may.
These do not: they are rendered without that question.
"""

import pgtrigger
from django.db import models
from pgtrigger import compiler


class UnyieldingSql(compiler.UpsertTriggerSql):
    """The trigger without the prelude that asks the session whether to ignore it."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Unyielding:
    """A trigger that no setting of the session turns off."""

    def compile(self, model: type[models.Model]) -> compiler.Trigger:
        arguments = super().compile(model).sql.kwargs
        return compiler.Trigger(name=self.name, sql=UnyieldingSql(**arguments | {"ignore_func_name": ""}))


class Trigger(Unyielding, pgtrigger.Trigger):
    """Run the PL/pgSQL that a subclass defines."""


class Protect(Unyielding, pgtrigger.Protect):
    """Refuse an operation, always or under a condition."""


class ReadOnly(Unyielding, pgtrigger.ReadOnly):
    """Refuse to change some columns."""


# `roles` grants the application's role no more than SELECT and INSERT on tables with a trigger of this name.
APPEND_ONLY = Trigger(
    name="append_only",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func="RAISE EXCEPTION 'pgtrigger: rows of % are added, and never changed or deleted', TG_TABLE_NAME;",
)
