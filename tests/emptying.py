"""Delete the rows that a test committed, with the triggers of their tables off.

Django truncates every table, and makes the content types and the permissions anew. That costs several times as much, as
nearly all tables are empty. Here these two stay, and tables without rows are left alone.
"""

from django.db import connection, transaction

KEPT = {"django_content_type", "auth_permission", "django_site"}  # of the models, and not of a test
_tables: list[str] = []  # found once a process


def delete_all_rows() -> None:
    """Empty every table that has rows, but for those of `KEPT`."""
    if not _tables:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        _tables.extend(sorted(set(names) - KEPT))
    checks = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in _tables]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(checks))
        filled = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in filled:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        for table in filled:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
