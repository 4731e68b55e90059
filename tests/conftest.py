"""Fixtures for all tests: the cast of agencies, groups and people, and isolation of each test."""

import gc
import math
import os
import re
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as portal_settings
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase
from django.test.client import ClientMixin

from accounts.sessions.store import SessionStore
from foundation.http import throttling
from tests.browser.chromium import PATH, started
from tests.support import fresh_standings, row_deletion, template_database
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    CommitmentFactory,
    ParticipationFactory,
    ReportingCycleFactory,
    UserFactory,
    WorkGroupFactory,
    focal_point,
    in_group,
)
from tests.support.request_gate import RequestGate

# The browser automation runs an event loop in this thread, in which Django would refuse database access.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

PUBLIC_URL = "http://portal.example.org"
POINTS = [
    "Protect the human rights of all migrants",
    "Reduce the costs of labour migration",
    "Eliminate migrant exploitation, including human trafficking",
    "Address the plight of stranded migrants",
    "Improve public perceptions of migrants",
    "Integrate migration into the development agenda",
    "Strengthen the migration evidence base",
    "Enhance migration partnerships and cooperation",
]
BROWSER_TESTS = Path(__file__).parent / "browser"
# What the Makefile's `test-database` and `test-fast` pass to `-m`.
DATABASE_TESTS = "database or account"
FAST_TESTS = "not browser and not processes and not exhaustive"
WHOLE_FILE_NOT_FAST = re.compile(r"^pytestmark = .*mark\.(processes|exhaustive)\b", re.MULTILINE)
# The slowest files, which are started first so that the processes finish at the same time.
SLOWEST_FILES = (
    "tests/reporting/permissions/test_permission_table.py",
    "tests/browser/editors/test_pages.py",
    "tests/browser/public/test_pages.py",
    "tests/gmg_portal/trial/test_run.py",
    "tests/browser/accounts/test_accounts.py",
    "tests/browser/editors/test_report_form.py",
    "tests/browser/public/test_reader_journeys.py",
    "tests/gmg_portal/whole_portal/test_links.py",
    "tests/foundation/postgresql/test_server.py",
    "tests/browser/editors/test_report_journeys.py",
    "tests/gmg_portal/editors/test_list_queries.py",
    "tests/gmg_portal/editors/model_admins/test_admin.py",
    "tests/gmg_portal/api/test_contract.py",
    "tests/browser/editors/test_forms_sent_twice.py",
    "tests/gmg_portal/editors/forms/test_autosave.py",
    "tests/accounts/attempts/test_attempt_limits.py",
    "tests/gmg_portal/editors/forms/test_versioned.py",
    "tests/browser/editors/test_dashboard_and_queue.py",
    "tests/gmg_portal/editors/test_dashboard.py",
    "tests/gmg_portal/open_data/test_files.py",
    "tests/gmg_portal/api/test_api.py",
    "tests/gmg_portal/api/test_drafts.py",
    "tests/gmg_portal/syndication/test_feeds.py",
    "tests/gmg_portal/open_data/test_editions.py",
    "tests/browser/accounts/test_access_tokens.py",
    "tests/gmg_portal/api/clients/test_clients.py",
)

REQUEST_GATE = RequestGate()

gc.disable()  # until all tests are imported: what modules create stays


# Django's test client puts a session's key into the cookie; here the key is only a digest of the cookie.


def _session_of_client(client):
    cookie = client.cookies.get(portal_settings.SESSION_COOKIE_NAME)
    if cookie:
        return SessionStore(cookie_value=cookie.value)
    session = SessionStore()
    session.save()
    client.cookies[portal_settings.SESSION_COOKIE_NAME] = session.cookie_value
    return session


def _set_login_cookies(client, request):
    client.cookies[portal_settings.SESSION_COOKIE_NAME] = request.session.cookie_value


ClientMixin.session = property(_session_of_client)
ClientMixin._set_login_cookies = _set_login_cookies
TransactionTestCase._fixture_teardown = lambda _test: row_deletion.delete_all_rows()


def pytest_ignore_collect(collection_path, config):
    """Skip files of which `make test-database` or `make test-fast` runs nothing, as importing all takes seconds."""
    markexpr = config.getoption("markexpr")
    if markexpr not in (DATABASE_TESTS, FAST_TESTS) or not collection_path.match("test_*.py"):
        return None
    source = collection_path.read_text()
    if markexpr == DATABASE_TESTS:
        skipped = not re.search(r"mark\.(database|account)\b", source)
    else:
        skipped = BROWSER_TESTS in collection_path.parents or WHOLE_FILE_NOT_FAST.search(source)
    return True if skipped else None


def pytest_collection_modifyitems(items):
    """Mark browser tests, and sort the slowest files first."""
    last = len(SLOWEST_FILES)
    places = {name: place for place, name in enumerate(SLOWEST_FILES)}
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], last))


def pytest_collection_finish():
    """Collect garbage rarely, since tests create little and imported modules stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Copy one migrated database for each process, instead of migrating in each."""
    with django_db_blocker.unblock():
        template_database.use_template()
    fresh_standings.install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    """Open the gate that `close_gate_after_test` closed, after the teardown of the test."""
    try:
        return (yield)
    finally:
        REQUEST_GATE.open()


@pytest.fixture(autouse=True)
def close_gate_after_test():
    """Refuse requests that browsers still send after the test."""
    yield
    REQUEST_GATE.close()


@pytest.fixture(scope="session")
def media_roots(tmp_path_factory):
    """Return names of folders for uploads, which the first upload creates; `tmp_path` would make one for each test."""
    folder = tmp_path_factory.mktemp("media")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def isolated_process_state(settings, media_roots, monkeypatch):
    """Give each test its own uploads, throttle counts and cache, and disable the periodic cleanup."""
    settings.MEDIA_ROOT = next(media_roots)
    monkeypatch.setattr(throttling, "SALT", str(settings.MEDIA_ROOT))
    monkeypatch.setattr(throttling, "CLEANUP_INTERVAL", math.inf)
    cache.clear()


class FileDatabase:
    """The database for fixtures of a file: `with module_db.unblock(): ...`."""

    def __init__(self, blocker):
        self._blocker = blocker

    @contextmanager
    def unblock(self):
        """Allow writes in a block, and run deferred triggers at its end instead of at the end of each test."""
        with self._blocker.unblock():
            yield
            connection.check_constraints()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """Return the database for fixtures of a file, whose rows are rolled back after its last test.

    Each test still has its own transaction within this one. A test that changes a row needs a copy of the object
    (`copy.deepcopy`), since only the database is rolled back. Do not use it in files with tests that commit
    (`transaction=True`) or compare times with the database's `now()`, which does not advance.
    """
    with django_db_blocker.unblock():
        transaction_of_file = transaction.atomic()
        transaction_of_file._from_testcase = True  # `durable=True` in the code does not refuse a test's transaction
        transaction_of_file.__enter__()
        try:
            with django_db_blocker.block():
                yield FileDatabase(django_db_blocker)
        finally:
            transaction.set_rollback(True)
            transaction_of_file.__exit__(None, None, None)


@pytest.fixture(scope="session")
def chromium():
    if not PATH:
        pytest.skip("No Chromium on this machine: install Debian's package 'chromium-headless-shell' for these tests.")
    with started() as browser:
        yield browser


@pytest.fixture
def editions(settings, tmp_path):
    """Return the folder of this test's editions, created by the first publication."""
    folder = tmp_path / "editions"
    settings.PUBLIC_URL = PUBLIC_URL  # an edition freezes its address, and takes none of this machine's
    settings.STORAGES = {
        **settings.STORAGES,
        "editions": {**settings.STORAGES["editions"], "OPTIONS": {"location": folder}},
    }
    return folder


# Agencies and groups


@pytest.fixture
def ilo(db):
    return AgencyFactory(code="ilo", acronym="ILO", name="International Labour Organization", position=1)


@pytest.fixture
def iom(db):
    return AgencyFactory(code="iom", acronym="IOM", name="International Organization for Migration", position=2)


@pytest.fixture
def ohchr(db):
    return AgencyFactory(
        code="ohchr",
        acronym="OHCHR",
        name="Office of the United Nations High Commissioner for Human Rights",
        position=3,
    )


@pytest.fixture
def undesa(db):
    return AgencyFactory(
        code="undesa",
        acronym="UN DESA",
        name="United Nations Department of Economic and Social Affairs",
        position=4,
    )


@pytest.fixture
def data_and_research(undesa, iom):
    """Co-chaired by UN DESA and IOM."""
    group = WorkGroupFactory(slug="data-and-research", title="Data and Research", position=1)
    ParticipationFactory(workgroup=group, agency=undesa, role="co_chair", position=1)
    ParticipationFactory(workgroup=group, agency=iom, role="co_chair", position=2)
    return group


@pytest.fixture
def decent_work(ilo, iom):
    """Co-convened by ILO and IOM."""
    group = WorkGroupFactory(slug="decent-work", kind="task_force", title="Migration and Decent Work", position=2)
    ParticipationFactory(workgroup=group, agency=ilo, role="co_convener", position=1)
    ParticipationFactory(workgroup=group, agency=iom, role="co_convener", position=2)
    return group


# People


@pytest.fixture
def administrator(db):
    return UserFactory(username="administrator", is_superuser=True, is_staff=True)


@pytest.fixture
def secretariat(db):
    """A member of the Chair's team, who acts for no agency."""
    return in_group(UserFactory(username="secretariat"), "secretariat")


@pytest.fixture
def ilo_focal_point(ilo, decent_work):
    """Acts for ILO, which co-convenes decent-work."""
    return focal_point(ilo, "ilo_focal_point")


@pytest.fixture
def ilo_alternate(ilo, decent_work):
    return focal_point(ilo, "ilo_alternate", role="alternate")


@pytest.fixture
def iom_focal_point(iom, data_and_research, decent_work):
    """Acts for IOM, which leads both groups."""
    return focal_point(iom, "iom_focal_point")


@pytest.fixture
def undesa_focal_point(undesa, data_and_research):
    """Acts for UN DESA, which co-chairs data-and-research."""
    return focal_point(undesa, "undesa_focal_point")


@pytest.fixture
def ohchr_focal_point(ohchr):
    """Acts for OHCHR, which leads no group."""
    return focal_point(ohchr, "ohchr_focal_point")


@pytest.fixture
def outsider(db):
    """An ordinary account that acts for nobody."""
    return UserFactory(username="outsider")


# Rows


@pytest.fixture
def points(db):
    """The eight points."""
    return [AgendaPointFactory(number=number, title=title) for number, title in enumerate(POINTS, start=1)]


@pytest.fixture
def commitment(ilo):
    """Published, led by ILO."""
    return CommitmentFactory(lead_agency=ilo, title="Fair recruitment of migrant workers")


@pytest.fixture
def draft(ilo):
    """A draft of ILO's."""
    return CommitmentFactory(draft=True, lead_agency=ilo, title="Portability of skills, not yet public")


@pytest.fixture
def cycle(db):
    """Opened on 1 July 2014, due on 31 August; nothing is expected yet."""
    return ReportingCycleFactory(opened=True, title="Second half of 2014")


# Declared constraints and the database


@pytest.fixture
def models_of():
    """Return a function that lists the models of an app, without history models."""

    def models_of(app):
        return [model for model in apps.get_app_config(app).get_models() if not hasattr(model, "instance_type")]

    return models_of


@pytest.fixture
def assert_refused_by(db):
    """Return an assertion that a constraint of the database refuses a write.

    PostgreSQL reports the first violated check constraint by name; `behind` names one to drop before.
    """

    def assert_refused_by(constraint, write, behind=None):
        with transaction.atomic(), connection.cursor() as cursor:
            if behind:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SELECT conrelid::regclass FROM pg_constraint WHERE conname = %s", [behind])
                cursor.execute(f"ALTER TABLE {cursor.fetchone()[0]} DROP CONSTRAINT {behind}")
            with pytest.raises(IntegrityError) as refusal, transaction.atomic():
                write()
            transaction.set_rollback(True)

        assert refusal.value.__cause__.diag.constraint_name == constraint

    return assert_refused_by


@pytest.fixture
def assert_unique(db):
    """Return an assertion that a column is unique in the database."""

    def assert_unique(factory, field, value):
        factory(**{field: value})

        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            factory(**{field: value})

        column = factory._meta.model._meta.get_field(field).column
        name = refusal.value.__cause__.diag.constraint_name
        assert name.startswith(f"{factory._meta.model._meta.db_table}_{column}_")

    return assert_unique


@pytest.fixture
def constraint_values(db):
    """Return a function that reads the values listed by a check constraint from the database."""

    def constraint_values(constraint):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint])
            (definition,) = cursor.fetchone()
        return set(re.findall(r"'([^']*)'::", definition))

    return constraint_values


@pytest.fixture
def assert_declared(models_of):
    """Return an assertion that the lists of a test are exactly what the models of some apps declare."""

    def assert_declared(apps, constraints, unique, choices):
        models = [model for app in apps.split() for model in models_of(app)]
        fields = [(model, field) for model in models for field in model._meta.local_fields if not field.primary_key]

        assert constraints == {rule.name for model in models for rule in model._meta.constraints}
        assert unique == {(model, field.name) for model, field in fields if field.unique}
        assert choices == {(model, field.name) for model, field in fields if field.choices}

    return assert_declared
