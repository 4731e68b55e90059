"""Standings for tests that write and read within one transaction.

The portal commits before it reads, and its standings follow at the commit. A test never commits, so they follow before
the next statement that reads them, or before the portal begins a transaction. Within a transaction of the portal itself
nothing follows, as in production.
"""

from django.db.backends.signals import connection_created

from register.models import PendingRebuild, Standing
from register.standings.triggers import REBUILDS_STANDINGS

TABLE = Standing._meta.db_table


def install() -> None:
    """Rebuild pending standings before what reads them in a test's own transaction, on every connection."""
    connection_created.connect(_watch, weak=False, dispatch_uid="fresh standings")


def _watch(connection, **_kwargs):
    if _rebuild_before_reading not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _rebuild_before_reading)


def _rebuild_before_reading(execute, sql, params, many, context):
    connection = context["connection"]
    statement = str(sql)
    reads = TABLE in statement or statement.startswith("SAVEPOINT")
    if reads and _is_transaction_of_test(connection) and not connection.needs_rollback:
        name = REBUILDS_STANDINGS.get_pgid(PendingRebuild)
        # Past Django's cursor, so that tests that count statements do not count these.
        with connection.connection.cursor() as cursor:
            cursor.execute(f'SET CONSTRAINTS "{name}" IMMEDIATE')
            cursor.execute(f'SET CONSTRAINTS "{name}" DEFERRED')
    return execute(sql, params, many, context)


def _is_transaction_of_test(connection) -> bool:
    return connection.in_atomic_block and all(block._from_testcase for block in connection.atomic_blocks)
