"""Delete the rows that a test committed, with the triggers of their tables off.

Django truncates every table and recreates content types and permissions, which takes several times as long, since most
tables are empty. Here those two are kept, and empty tables are skipped.
"""

from django.db import connection, transaction

KEPT_TABLES = {"django_content_type", "auth_permission", "django_site"}  # rows of the project, not of a test
_tables: list[str] = []  # read once for each process


def delete_all_rows() -> None:
    """Delete all rows except those of `KEPT_TABLES`."""
    if not _tables:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        _tables.extend(sorted(set(names) - KEPT_TABLES))
    checks = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in _tables]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(checks))
        filled_tables = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in filled_tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with pending deferred checks cannot be altered
        for table in filled_tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
