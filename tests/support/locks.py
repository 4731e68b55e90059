"""Connections that wait for locks of the database, for tests of two requests at once."""

from django.db import connection

# Told by the locks alone: `pg_stat_activity` is remembered for the length of a transaction, so that one who asks inside
# of one would never hear of a connection that was opened later.
WAITING = """
SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database()
)
"""


def waiting_for_locks() -> int:
    """Return how many connections to this database wait for a lock, of any process."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0]
