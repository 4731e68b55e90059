"""Two roles of the database: one owns the tables and migrates, the other serves, and can rewrite nothing for good.

Triggers refuse to change what is published; whoever owns a table can drop its triggers. So the application's role owns
none: it is granted just what it needs, anew after every migration.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction
from django.utils.translation import gettext as _

CONNECTION = ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")

# Kind of table, and what the application may do with it: all of it but emptying, or only adding, or only reading.
GRANTS = """
DO $$
DECLARE
    application name := {role};
    it record;
BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), application);
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC, %I', current_database(), application);
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I', current_schema(), application);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), application);
    FOR it IN
        SELECT c.oid::regclass AS name, c.relkind, CASE
            WHEN c.relkind = 'S' THEN 'USAGE'
            WHEN c.relname = 'django_migrations' THEN 'SELECT'
            WHEN EXISTS (
                SELECT 1 FROM pg_trigger WHERE tgrelid = c.oid AND tgname ~ '^pgtrigger_append_only_'
            ) THEN 'SELECT, INSERT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE'
        END AS allowed
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND c.relowner = current_user::regrole
        ORDER BY c.relkind = 'S', 1
    LOOP
        EXECUTE format(
            'REVOKE ALL ON %s %s FROM PUBLIC, %I', CASE it.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, it.name,
            application
        );
        EXECUTE format(
            'GRANT %s ON %s %s TO %I', it.allowed, CASE it.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, it.name,
            application
        );
    END LOOP;
END
$$
"""
# Tables that the role of this connection owns, or could act as the owner of.
OWNED = """
SELECT count(*) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'MEMBER')
"""


@contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the role that owns the tables, where one is named."""
    if not settings.DATABASE_OWNER:
        yield
        return
    default = connections[DEFAULT_DB_ALIAS]
    before = {name: default.settings_dict[name] for name in CONNECTION}
    default.close()
    default.settings_dict.update({name: settings.DATABASE_OWNER[name] for name in CONNECTION})
    try:
        yield
    finally:
        default.close()
        default.settings_dict.update(before)


@transaction.atomic
def grant(role: str) -> None:
    """Give the application's role what it needs and nothing else; run as the owner, as often as one likes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_literal(%s)", [role])
        (quoted,) = cursor.fetchone()
        cursor.execute(GRANTS.format(role=quoted))


def is_known(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        return cursor.fetchone()[0]


def problems() -> list[str]:
    """A sentence where, in production, the role that serves could rewrite the record."""
    if not settings.ROLES_APART or is_owner_on_purpose():
        return []
    with connection.cursor() as cursor:
        cursor.execute(OWNED)
        (owned,) = cursor.fetchone()
    return [_("Warning: the application’s role owns tables: see docs/operating.md, ‘Two roles’.")] if owned else []


def is_owner_on_purpose() -> bool:
    """Whether this is a command that runs as the owner."""
    owner = settings.DATABASE_OWNER
    return bool(owner) and connection.settings_dict["USER"] == owner["USER"] != settings.DATABASE_ROLE


def check_roles(app_configs=None, databases=None, **_kwargs) -> list[checks.Warning]:
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        return [checks.Warning(problem, id="portal.W001") for problem in problems()]
    except Error:
        return []  # whoever needs the database says so
