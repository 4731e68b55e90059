"""The migrated database that every test process copies.

Migrating takes about ten seconds, copying less than one. The migrated database stays on the server as
`test_<database>_template` for later runs. Its comment holds a digest of the code from which it was created; when the
digest differs, it is created again.
"""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

ADVISORY_LOCK = 7014002  # lets one process at a time create the template


def use_template() -> None:
    """Make Django's test runner copy the template, and create the template first if it is missing or outdated."""
    name = f"test_{connection.settings_dict['NAME']}_template"
    digest = code_digest()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        if _template_digest(cursor, name) != digest:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
            _migrate(name)
            cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [digest])
        cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def code_digest() -> str:
    """Return a digest of the project's code, from which migrations take their triggers, and of the lock files."""
    base = Path(settings.BASE_DIR)
    packages = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == base]
    files = [path for package in packages for path in package.rglob("*.py")]
    digest = hashlib.sha256()
    for path in sorted([*files, *base.glob("requirements*.lock")]):
        digest.update(f"{path.relative_to(base)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _template_digest(cursor, name: str) -> str | None:
    """Return the digest of a template's code; None if it does not exist or was not completed."""
    cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
    row = cursor.fetchone()
    return row[0] if row else None


def _migrate(name: str) -> None:
    database = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()  # a database with connections cannot be copied
        connection.settings_dict["NAME"] = database
