"""Two database roles on a real server: the owner, which migrates, and the restricted application role."""

import os
import secrets
from contextlib import closing, contextmanager
from types import SimpleNamespace

import psycopg2
import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client, override_settings
from django.urls import reverse

from agencies.models import Agency
from foundation.postgresql import roles
from gmg_portal.models import AuditEntry
from reporting.models import ProgressReport
from tests.support.factories import (
    AssessmentFactory,
    MilestoneFactory,
    UserFactory,
    corrected,
    in_group,
    published_report,
)
from tests.support.form_filling import filled
from tests.support.processes import environment, run

pytestmark = [pytest.mark.database, pytest.mark.processes]

# A table on which no other stands, and the migration that makes it.
MADE_BY_OWNER, MAKING = "axes_accessattemptexpiration", "0010_accessattemptexpiration"
ACHIEVED = "Courses were held in Accra."


def execute_as(address, statement, *values):
    """Execute a statement outside of transactions and return its rows."""
    own_connection = psycopg2.connect(**address)
    own_connection.autocommit = True
    with own_connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall() if cursor.description else []
    own_connection.close()
    return rows


def role_creator():
    """Return the connection of a role that may create roles: the tests' role, or the embedded server's superuser."""
    connection.ensure_connection()
    known = connection.get_connection_params()
    own = {name: known[name] for name in ("host", "port", "user", "password") if name in known} | {"dbname": "postgres"}
    (may,) = execute_as(own, "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")[0]
    if not may and settings.DATABASES["default"]["ENGINE"] == "foundation.postgresql":
        return own | {"user": "postgres"}
    if not may:
        pytest.skip("The role of DATABASE_URL may not make roles: give it CREATEROLE to test the two roles.")
    return own


# Whatever the copied database holds beside extensions is given to another owner, as if that had made it.
GIVEN = """
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT 'ALTER TABLE ' || oid::regclass FROM pg_class c
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
        AND NOT EXISTS (
            SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i')
        )
        UNION ALL
        SELECT 'ALTER ROUTINE ' || oid::regprocedure FROM pg_proc p
        WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    LOOP
        EXECUTE statement || ' OWNER TO {owner}';
    END LOOP;
END
$$
"""


@pytest.fixture(scope="module")
def two_roles(django_db_setup, django_db_blocker, tmp_path_factory):
    """A database that one role owns and has migrated, and the addresses of both roles.

    All migrations but one come with the copy: an ordinary role has made that database, as this owner would.
    """
    with django_db_blocker.unblock():
        maker = role_creator()
    template = connection.settings_dict["TEST"]["TEMPLATE"]
    mark, password = f"{os.getpid()}_{secrets.token_hex(3)}", secrets.token_hex(12)
    database, owner, application = (f"portal_{name}_{mark}" for name in ("roles", "owner", "application"))
    execute_as(maker, f"CREATE ROLE {owner} LOGIN CREATEDB PASSWORD %s", password)
    execute_as(maker, f"CREATE ROLE {application} LOGIN PASSWORD %s", password)
    execute_as(maker, f"GRANT {owner} TO CURRENT_USER")
    execute_as(maker, f"CREATE DATABASE {database} TEMPLATE {template} OWNER {owner}")
    execute_as(maker | {"dbname": database}, GIVEN.format(owner=owner))
    server = {"password": password, "host": maker.get("host", ""), "port": maker.get("port", ""), "dbname": database}
    addresses = SimpleNamespace(owner=server | {"user": owner}, application=server | {"user": application})
    env = environment(tmp_path_factory.mktemp("var"), DATABASE_URL=url(addresses.application), SECRET_KEY="x")
    env = {name: value for name, value in env.items() if name != "TRIAL"} | {"DATABASE_OWNER_URL": url(addresses.owner)}
    execute_as(addresses.owner, f"DROP TABLE {MADE_BY_OWNER}")
    execute_as(addresses.owner, "DELETE FROM django_migrations WHERE app = 'axes' AND name = %s", MAKING)
    migrated = run("manage.py", "migrate", "-v", "0", env=env)
    yield SimpleNamespace(env=env, migrated=migrated, **vars(addresses))
    # The session of a process that has just ended may still be there; the owner may end it as a member of its role.
    execute_as(maker, f"GRANT {application} TO {owner}")
    execute_as(maker | {"user": owner, "password": password}, f"DROP DATABASE {database} WITH (FORCE)")
    execute_as(maker, f"DROP ROLE {application}")
    execute_as(maker, f"DROP ROLE {owner}")


def url(address):
    return "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**address)


@contextmanager
def connected_as(address, django_db_blocker):
    """Connect this process's portal to another database as another role."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    settings_of_role = {name: address[key] for name, key in names.items()}
    before = connections["default"]
    connections["default"] = DatabaseWrapper(before.settings_dict | settings_of_role, "default")
    ContentType.objects.clear_cache()  # the kinds of rows have other keys there
    try:
        with django_db_blocker.unblock():
            yield
    finally:
        connections["default"].close()
        connections["default"] = before
        ContentType.objects.clear_cache()


@pytest.fixture
def as_application(two_roles, django_db_blocker):
    with connected_as(two_roles.application, django_db_blocker):
        yield


@pytest.fixture(scope="module")
def record(two_roles, django_db_blocker):
    """Publish something as the application's role."""
    with connected_as(two_roles.application, django_db_blocker):
        report = published_report(status="in_progress", achieved=ACHIEVED)
        AssessmentFactory(public=True, commitment=report.commitment)
        MilestoneFactory(commitment=report.commitment)
        corrected(report.commitment, title="Fair recruitment")
    return report


@pytest.fixture(scope="module")
def owner_view(two_roles, record):
    """Return what the owner reads: the published text and the number of entries."""
    with closing(psycopg2.connect(**two_roles.owner)) as session:
        session.autocommit = True

        def owner_view():
            with session.cursor() as cursor:
                cursor.execute("SELECT achieved, state, number FROM reporting_progressreport ORDER BY id")
                words = cursor.fetchall()
                cursor.execute("SELECT count(*) FROM audit_entry")
                return words, cursor.fetchone()

        yield owner_view


def test_owner_migrates_and_the_application_owns_nothing(two_roles):
    owners = dict(
        execute_as(two_roles.application, "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'")
    )

    assert (two_roles.migrated.returncode, two_roles.migrated.stderr) == (0, "")
    assert set(owners.values()) == {two_roles.owner["user"]}
    assert MADE_BY_OWNER in owners


def test_application_only_adds_to_what_is_append_only(two_roles):
    granted = dict(
        execute_as(
            two_roles.owner,
            "SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants WHERE grantee = %s GROUP BY 1",
            two_roles.application["user"],
        )
    )

    only_added = {name for name, allowed in granted.items() if allowed == "INSERT SELECT"}
    assert {"audit_entry", "reporting_statuschange"} <= only_added
    assert {name for name in granted if "_historical" in name} <= only_added
    assert granted["django_migrations"] == "SELECT"
    assert granted["commitments_commitment"] == "DELETE INSERT SELECT UPDATE"
    assert not any("TRUNCATE" in allowed or "TRIGGER" in allowed for allowed in granted.values())


def test_portal_serves_and_an_editor_saves(as_application, record, rf):
    secretariat = in_group(UserFactory(username="secretariat"), "secretariat")
    client = Client()
    agency = Agency.objects.get(pk=record.commitment.lead_agency_id)
    page = reverse("admin:agencies_agency_change", args=[agency.pk])

    served = [client.get(path).status_code for path in ("/", "/commitments/", record.commitment.get_absolute_url())]
    ready = client.get("/readyz")
    client.force_login(secretariat)
    client.post(page, filled(client.get(page), headquarters="Geneva"))

    agency.refresh_from_db()
    assert served == [200, 200, 200]
    assert (ready.status_code, ready.content) == (200, b"ok\n")
    assert agency.headquarters == "Geneva"
    assert AuditEntry.objects.filter(kind="agencies.agency", row=agency.pk, person=secretariat).exists()


HOSTILE = [
    # What triggers refuse to anybody
    "UPDATE reporting_progressreport SET achieved = 'Other'",
    "UPDATE reporting_progressreport SET state = 'draft', number = NULL, published_on = NULL",
    "DELETE FROM reporting_progressreport",
    "UPDATE reporting_evidence SET title = 'Other'",
    "DELETE FROM reporting_evidence",
    "UPDATE reporting_assessment SET finding = 'disagrees'",
    "UPDATE commitments_commitment SET reference = 'HLD-9999'",
    "UPDATE commitments_commitment SET title = 'Other'",
    "UPDATE commitments_commitment SET status = 'completed'",
    "UPDATE commitments_commitment SET state = 'draft', published_on = NULL, published_precision = ''",
    "DELETE FROM commitments_commitment",
    "UPDATE commitments_milestone SET title = 'Other'",
    "DELETE FROM commitments_milestone",
    # What a setting of the session would open
    "SET pgtrigger.ignore = '{pgtrigger_fixed_once_published_2c1d0}';"
    " UPDATE reporting_progressreport SET achieved = 'Other'",
    "SET session_replication_role = replica",
    "SET CONSTRAINTS ALL DEFERRED; UPDATE commitments_commitment SET summary = 'Other'",
    # What the role may not touch
    "UPDATE reporting_statuschange SET reason = 'Other'",
    "DELETE FROM reporting_statuschange",
    "UPDATE commitments_historicalcommitment SET title = 'Other'",
    "DELETE FROM reporting_historicalprogressreport",
    "UPDATE audit_entry SET person_id = NULL",
    "DELETE FROM audit_entry",
    "INSERT INTO audit_entry (id, what) VALUES (1, 'signed_in') ON CONFLICT (id) DO UPDATE SET what = 'deleted'",
    "DELETE FROM django_migrations",
    "TRUNCATE reporting_progressreport CASCADE",
    "TRUNCATE audit_entry",
    "SELECT setval('commitments_reference', 1)",
    # What only the owner may do
    "ALTER TABLE reporting_progressreport DISABLE TRIGGER ALL",
    "ALTER TABLE reporting_progressreport DISABLE TRIGGER pgtrigger_fixed_once_published_2c1d0",
    "DROP TRIGGER pgtrigger_fixed_once_published_2c1d0 ON reporting_progressreport",
    "DROP TRIGGER pgtrigger_append_only_da00d ON audit_entry",
    "CREATE TRIGGER hostile BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION pgtrigger_append_only_da00d()",
    "ALTER TABLE reporting_progressreport ADD COLUMN other text",
    "ALTER TABLE audit_entry OWNER TO CURRENT_USER",
    "DROP TABLE audit_entry",
    "CREATE RULE hostile AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION pgtrigger_append_only_da00d() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'",
    "CREATE OR REPLACE FUNCTION audit_note(text, bigint, text, bigint, bigint, text) RETURNS void LANGUAGE plpgsql"
    " AS 'BEGIN END'",
    "CREATE OR REPLACE FUNCTION revision_move() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
    "DROP FUNCTION pgtrigger_append_only_da00d() CASCADE",
    "CREATE FUNCTION portal_punctuation_to_spaces(text, int) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    "CREATE TABLE commitments_other (id int)",
    "CREATE TEMPORARY TABLE reporting_progressreport (id bigint, state text)",
    "CREATE SCHEMA hostile",
    "CREATE EXTENSION hstore",
    "GRANT UPDATE ON audit_entry TO CURRENT_USER; UPDATE audit_entry SET via = 'Other'",
    "SET ROLE {owner}",
    "ALTER ROLE CURRENT_USER SUPERUSER",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_hostile_statement_is_refused(two_roles, owner_view, statement):
    before = owner_view()
    hostile = psycopg2.connect(**two_roles.application)

    with closing(hostile), pytest.raises(psycopg2.Error) as refusal, hostile, hostile.cursor() as cursor:
        cursor.execute(statement.replace("{owner}", two_roles.owner["user"]))

    assert not isinstance(refusal.value, psycopg2.errors.SyntaxError | psycopg2.errors.UndefinedTable)
    assert not isinstance(refusal.value, psycopg2.errors.UndefinedObject | psycopg2.errors.UndefinedColumn)
    assert owner_view() == before
    assert before[0][0][0] == ACHIEVED


@contextmanager
def configured_roles(two_roles, django_db_blocker, role=None):
    """Configure both roles in this process, as in `.env.example`."""
    names = {"USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port", "NAME": "dbname"}
    owner = {name: two_roles.owner[key] for name, key in names.items()} | {"OPTIONS": {}}
    role_settings = {
        "DATABASE_OWNER": owner,
        "DATABASE_ROLE": role or two_roles.application["user"],
        "REQUIRE_SEPARATE_DB_ROLES": True,
    }
    with connected_as(two_roles.application, django_db_blocker), override_settings(**role_settings):
        yield


def test_granting_may_be_repeated(two_roles, django_db_blocker, capsys):
    query = "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    before = execute_as(two_roles.owner, query)

    with configured_roles(two_roles, django_db_blocker):
        call_command("grant_roles")
        call_command("migrate", verbosity=0, skip_checks=False)
        user = connection.settings_dict["USER"]

    output = capsys.readouterr()
    assert output.out == f"The role {two_roles.application['user']} has what it needs, and owns nothing.\n"
    assert output.err == ""
    assert execute_as(two_roles.owner, query) == before
    assert user == two_roles.application["user"]


@pytest.mark.parametrize(
    ("role", "sentence"), [("owner", "name the same role"), ("stranger", "knows no role stranger")]
)
def test_granting_is_refused_in_a_sentence(two_roles, django_db_blocker, role, sentence):
    role = two_roles.owner["user"] if role == "owner" else role

    with configured_roles(two_roles, django_db_blocker, role), pytest.raises(CommandError, match=sentence):
        call_command("grant_roles")


WARNING = "Warning: the application’s role owns tables: see docs/operating.md, ‘Two roles’."


def test_role_that_owns_tables_is_warned_of(two_roles, django_db_blocker):
    with connected_as(two_roles.owner, django_db_blocker):
        with override_settings(REQUIRE_SEPARATE_DB_ROLES=True):
            warnings = roles.check_roles(databases=["default"])
            ready = Client().get("/readyz")
            unasked = roles.check_roles(databases=None)
            with pytest.raises(SystemCheckError, match="portal.W001"):
                call_command("check", databases=["default"], fail_level="WARNING")
        trial = roles.check_roles(databases=["default"])

    assert [(warning.id, warning.msg) for warning in warnings] == [("portal.W001", WARNING)]
    assert (ready.status_code, ready.content.decode()) == (200, f"ok\n{WARNING}\n")
    assert (unasked, trial) == ([], [])


def test_role_that_owns_nothing_is_not_warned_of(as_application):
    with override_settings(REQUIRE_SEPARATE_DB_ROLES=True):
        assert roles.check_roles(databases=["default"]) == []
        assert Client().get("/readyz").content == b"ok\n"


@pytest.mark.django_db
def test_without_an_owner_nothing_is_granted():
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL is not set"):
        call_command("grant_roles")

    assert not Group.objects.exists()
    assert not ProgressReport.objects.exists()
