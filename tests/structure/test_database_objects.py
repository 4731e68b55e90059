"""The database holds the functions and triggers that the code declares, and no others.

Where one of these tests fails after a change of a function, write a migration with `InstallFunction(<copy of the new>,
<copy of the former>)` of `foundation.postgresql.sql_functions`; after a change of a trigger, run `makemigrations`.
"""

import pgtrigger
import pytest
from django.db import connection

from foundation.postgresql.sql_functions import SQLFunction, declared_functions
from foundation.postgresql.triggers import Unyielding

pytestmark = [pytest.mark.database, pytest.mark.django_db]

FUNCTIONS = """
    SELECT proname, pg_get_functiondef(p.oid) FROM pg_proc p
    WHERE pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    ORDER BY 1, 2
"""
TRIGGERS = """
    SELECT relname || ' ' || tgname, pg_get_triggerdef(t.oid), tgenabled, obj_description(t.oid, 'pg_trigger')
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
    ORDER BY 1
"""


def rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def definitions():
    return rows(FUNCTIONS), rows(TRIGGERS)


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_functions_and_triggers_are_defined_as_declared():
    """Installing the declared functions and triggers again changes nothing, however PostgreSQL prints them."""
    before = definitions()

    run(
        *(function.create_sql for function in declared_functions()),
        *(trigger.compile(model).install_sql for model, trigger in pgtrigger.registered()),
    )

    assert definitions() == before


def test_database_holds_no_function_that_the_code_does_not_declare():
    own = {function.name for function in declared_functions()}
    of_triggers = {trigger.get_pgid(model) for model, trigger in pgtrigger.registered()}

    assert {name for name, _definition in rows(FUNCTIONS)} == own | of_triggers


def test_database_holds_no_trigger_that_the_code_does_not_declare():
    declared = {f"{model._meta.db_table} {trigger.get_pgid(model)}" for model, trigger in pgtrigger.registered()}

    assert {name for name, *_definition in rows(TRIGGERS)} == declared


@pytest.mark.parametrize(
    "change",
    [
        SQLFunction(
            "portal_punctuation_to_spaces", "value text", "text", "RETURN value", "sql", "IMMUTABLE PARALLEL SAFE"
        ).create_sql,
        "ALTER FUNCTION agencies_acted_for(bigint, timestamptz) VOLATILE",
        "ALTER FUNCTION revision_move() SECURITY DEFINER",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "CREATE FUNCTION another() RETURNS int LANGUAGE sql RETURN 1",
    ],
)
def test_definitions_show_every_change(change):
    before = definitions()

    run(change)

    assert definitions() != before


def test_no_trigger_can_be_turned_off_by_a_session():
    assert {str(trigger) for _model, trigger in pgtrigger.registered() if not isinstance(trigger, Unyielding)} == set()


def test_revision_moves_after_every_other_deferred_trigger_of_a_table():
    """Those may refuse the transaction before it locks the row of the revision."""
    deferred = rows(
        "SELECT tgrelid::regclass::text, array_agg(tgname ORDER BY tgname) FROM pg_trigger"
        " WHERE tgdeferrable AND NOT tgisinternal GROUP BY 1"
    )

    last = {table: names[-1].rsplit("_", 1)[0] for table, names in deferred}
    assert last.pop("register_pendingrebuild") == "pgtrigger_rebuilds_standings"  # its rows are not public
    assert last
    assert set(last.values()) == {"pgtrigger_updates_revision"}
