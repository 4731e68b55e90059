"""Two database roles: the owner, which migrates, and the application's role, which serves requests.

Triggers protect published rows, and the owner of a table can drop its triggers. So the application's role owns no
tables; it gets only the privileges it needs, after every migration.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction
from django.utils.translation import gettext as _

CONNECTION_KEYS = ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")

# By kind of table: read and write without TRUNCATE, only read and insert, or only read.
GRANT_PRIVILEGES = """
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
# Tables owned by the role of this connection, or by a role of which it is a member.
COUNT_OWNED_TABLES = """
SELECT count(*) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'MEMBER')
"""


@contextmanager
def connect_as_owner() -> Iterator[None]:
    """Connect as the role that owns the tables, if one is configured."""
    if not settings.DATABASE_OWNER:
        yield
        return
    default = connections[DEFAULT_DB_ALIAS]
    previous_settings = {name: default.settings_dict[name] for name in CONNECTION_KEYS}
    default.close()
    default.settings_dict.update({name: settings.DATABASE_OWNER[name] for name in CONNECTION_KEYS})
    try:
        yield
    finally:
        default.close()
        default.settings_dict.update(previous_settings)


@transaction.atomic
def grant_privileges(role: str) -> None:
    """Grant the application's role the privileges it needs and revoke others. Run as the owner; idempotent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_literal(%s)", [role])
        (quoted,) = cursor.fetchone()
        cursor.execute(GRANT_PRIVILEGES.format(role=quoted))


def role_exists(role: str) -> bool:
    """Tell whether the database server has a role of this name, on any database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        return cursor.fetchone()[0]


def role_warnings() -> list[str]:
    """Return a warning if, in production, the application's role owns tables."""
    if not settings.REQUIRE_SEPARATE_DB_ROLES or runs_as_owner():
        return []
    with connection.cursor() as cursor:
        cursor.execute(COUNT_OWNED_TABLES)
        (owned,) = cursor.fetchone()
    return [_("Warning: the application’s role owns tables: see docs/operating.md, ‘Two roles’.")] if owned else []


def runs_as_owner() -> bool:
    """Return whether the connection uses the owner's role, as some commands do."""
    owner = settings.DATABASE_OWNER
    return bool(owner) and connection.settings_dict["USER"] == owner["USER"] != settings.DATABASE_ROLE


def check_roles(
    app_configs: object = None, databases: Collection[str] | None = None, **_kwargs: object
) -> list[checks.Warning]:
    """Return W001 for each fault of the two roles. It asks the database only where `check --database` names it."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        return [checks.Warning(problem, id="portal.W001") for problem in role_warnings()]
    except Error:
        return []  # other code reports an unreachable database
