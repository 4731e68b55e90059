"""A real Chromium before the real portal with the real data."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import sync_playwright

from agencies.models import Agency
from commitments import actions
from commitments.models import ReportingCycle
from tests.factories import ReportingCycleFactory, UserFactory, focal_point, in_group

# As the browser's automation runs a loop of its own in this thread, the ORM must be told that this is meant.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("No Chromium on this machine: install Debian's package 'chromium' to run the browser's journeys.")
    with sync_playwright() as automation:
        # A root account can start Chromium only without its sandbox.
        without = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = automation.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *without])
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What the browser's console had to say: refused scripts and styles, errors, missing files."""
    return []


@pytest.fixture
def page(chromium, complaints):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def portal(live_server, transactional_db, settings):
    """The address of a portal with the real register, an open cycle and three people."""
    settings.ALLOWED_HOSTS = ["localhost"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE commitments_reference RESTART")  # numbers given to other tests do not come back
    call_command("load_reference", verbosity=0)
    call_command("load_commitments", settings.BASE_DIR / "data" / "commitments.csv", verbosity=0)
    cycle: ReportingCycle = ReportingCycleFactory(title="The running half-year")
    actions.open_cycle(cycle, by=None)
    focal_point(Agency.objects.get(code="ilo"), "ilo")
    in_group(UserFactory(username="secretariat"), "secretariat")
    UserFactory(username="administrator", is_superuser=True)
    return live_server.url


@pytest.fixture
def assert_accessible(page):
    """Assert that the page as it stands has no violation of WCAG 2.2 A and AA that can be found by machine."""

    def assert_accessible():
        found = Axe().run(page, options=WCAG).response["violations"]

        assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []

    return assert_accessible
