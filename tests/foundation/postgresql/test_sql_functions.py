"""A function of the database is installed, replaced and taken back by a migration."""

import pytest
from django.db import connection
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from foundation.postgresql.sql_functions import InstallFunction, SQLFunction

ONE = SQLFunction("test_number", "", "int", " SELECT 1 ", "sql", "IMMUTABLE")
TWO = SQLFunction("test_number", "", "int", "RETURN 2", "sql", "IMMUTABLE")
DOUBLE = SQLFunction("test_number", "factor int DEFAULT 2", "bigint", " BEGIN RETURN 2 * factor; END ")


def migrate(operation, *, backwards=False):
    state = ProjectState()
    with connection.schema_editor() as editor:
        move = operation.database_backwards if backwards else operation.database_forwards
        move("agencies", editor, state, state)


def number():
    with connection.cursor() as cursor:
        cursor.execute("SELECT test_number()")
        return cursor.fetchone()[0]


def number_of_functions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'test_number'")
        return cursor.fetchone()[0]


@pytest.mark.database
@pytest.mark.django_db
def test_function_is_installed_and_taken_back():
    operation = InstallFunction(ONE)

    migrate(operation)
    installed = number()
    migrate(operation, backwards=True)

    assert installed == 1
    assert number_of_functions() == 0


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize(("function", "value"), [(TWO, 2), (DOUBLE, 4)], ids=["body", "interface"])
def test_function_is_replaced_and_put_back(function, value):
    migrate(InstallFunction(ONE))
    operation = InstallFunction(function, ONE)

    migrate(operation)
    replaced = number(), number_of_functions()
    migrate(operation, backwards=True)

    assert replaced == (value, 1)
    assert (number(), number_of_functions()) == (1, 1)


@pytest.mark.parametrize("arguments", [(ONE,), (TWO, ONE)], ids=["first", "later"])
def test_migration_holds_copies(arguments):
    source, imports = OperationWriter(InstallFunction(*arguments), indentation=0).serialize()
    names = {}
    exec("\n".join(imports), names)  # noqa: S102 – what Django wrote for a migration file

    copy = eval(source.rstrip(","), names)  # noqa: S307

    assert (copy.function, copy.former) == (*arguments, None)[:2]
