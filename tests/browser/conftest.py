"""A real Chromium before the real portal with the real data."""

import csv

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from agencies.models import Agency
from reporting import actions
from reporting.models import ReportingCycle
from tests.browser.chromium import BROWSER_TIMEOUT, WIDE
from tests.support.factories import ReportingCycleFactory, UserFactory, focal_point, in_group

expect.set_options(timeout=BROWSER_TIMEOUT)

# A second language that is written from right to left, so that both sheets and both directions are seen.
BOTH_DIRECTIONS = override_settings(LANGUAGES=[("en", "English"), ("ar", "Arabic")])


@pytest.fixture
def complaints():
    """Collect the messages of the browser's console: refused scripts and styles, errors, missing files."""
    return []


@pytest.fixture
def open_page(chromium, complaints):
    """Open a page in a browser of its own: nothing stored, and whatever it complains of is kept."""
    contexts = []

    def open_page(**options):
        context = chromium.new_context(**{"viewport": WIDE, **options})
        context.set_default_timeout(BROWSER_TIMEOUT)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page):
    return open_page()


def load_register(commitments="data/commitments.csv"):
    """The real register and an open cycle."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE commitments_reference RESTART")  # numbers given to other tests do not come back
    call_command("load_reference", verbosity=0)
    call_command("load_commitments", commitments, verbosity=0)
    cycle: ReportingCycle = ReportingCycleFactory(title="The running half-year")
    actions.open_cycle(cycle, by=None)


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """The address of a portal with the real register, for tests of one file that only read."""
    with django_db_blocker.unblock(), BOTH_DIRECTIONS:
        load_register()
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def portal(live_server, transactional_db, settings, tmp_path):
    """The address of a portal with the first third of the real register and three people, for one test that writes."""
    settings.ALLOWED_HOSTS = ["localhost"]
    with open("data/commitments.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with open(tmp_path / "commitments.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows[:22])  # HLD-0001 to HLD-0021: all that ILO leads
    load_register(tmp_path / "commitments.csv")
    focal_point(Agency.objects.get(code="ilo"), "ilo")
    in_group(UserFactory(username="secretariat"), "secretariat")
    UserFactory(username="administrator", is_superuser=True)
    return live_server.url
