"""A real Chromium before the real portal with the real data."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from agencies.models import Agency
from commitments import actions
from commitments.models import ReportingCycle
from tests.browser.chromium import PATIENCE, WIDE
from tests.factories import ReportingCycleFactory, UserFactory, focal_point, in_group

expect.set_options(timeout=PATIENCE)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A second language that is written from right to left, so that both sheets and both directions are seen.
BOTH_DIRECTIONS = override_settings(LANGUAGES=[("en", "English"), ("ar", "Arabic")])


@pytest.fixture
def complaints():
    """What the browser's console had to say: refused scripts and styles, errors, missing files."""
    return []


@pytest.fixture
def open_page(chromium, complaints):
    """Open a page in a browser of its own: nothing stored, and whatever it complains of is kept."""
    contexts = []

    def open_page(**options):
        context = chromium.new_context(**{"viewport": WIDE, **options})
        context.set_default_timeout(PATIENCE)
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


def load_register():
    """The real register and an open cycle."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE commitments_reference RESTART")  # numbers given to other tests do not come back
    call_command("load_reference", verbosity=0)
    call_command("load_commitments", "data/commitments.csv", verbosity=0)
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
def portal(live_server, transactional_db, settings):
    """The address of a portal with the real register and three people, for one test that writes."""
    settings.ALLOWED_HOSTS = ["localhost"]
    load_register()
    focal_point(Agency.objects.get(code="ilo"), "ilo")
    in_group(UserFactory(username="secretariat"), "secretariat")
    UserFactory(username="administrator", is_superuser=True)
    return live_server.url


CONTRAST = "color-contrast"
# What a mirrored sheet, a narrow screen or another language can change beside contrast. Names and roles stay the same.
LAYOUT_RULES = [
    "html-has-lang",
    "html-lang-valid",
    "scrollable-region-focusable",
    "target-size",
    "valid-lang",
]


def violations(page):
    """Return what can be found by machine against WCAG 2.2 A and AA on the page as it stands.

    Contrast takes most of an audit's time, so it is checked once for each look, and all other rules on every element.
    """
    return audit(page, WCAG, rules={CONTRAST: {"enabled": False}}) + dim(page)


def layout_violations(page):
    """Return what can be found on a page that was audited whole in another direction, width or colour scheme.

    Contrast is not checked again from right to left, as a direction changes no colour.
    """
    mirrored = page.evaluate("getComputedStyle(document.documentElement).direction === 'rtl'")
    return audit(page, LAYOUT_RULES) + ([] if mirrored else dim(page))


def audit(page, run_only, places="document", **options):
    """Return the rules that the page, or some places of it, do not meet, each with its elements."""
    if page.evaluate("!window.axe"):
        page.evaluate(Axe().axe_script)
    # Sheets are not fetched anew: no rule asked for here reads them, and the page's policy refuses what comes of it.
    options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False, **options}
    rows = page.evaluate(f"async options => (await axe.run({places}, options)).violations", options)
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in rows]


# Elements with words of their own, three of each look: the colours of the element and of all that it stands in.
OF_EACH_LOOK = """(() => {
    const names = new Map(), looks = new Map(), seen = new Map();
    const look = element => {
        if (!element) return 0;
        if (!looks.has(element)) {
            const style = getComputedStyle(element);
            const name = [look(element.parentElement), style.color, style.backgroundColor, style.backgroundImage,
                style.opacity, style.filter, style.mixBlendMode, style.textShadow, style.fontSize, style.fontWeight,
                style.position, style.fill].join();
            if (!names.has(name)) names.set(name, names.size + 1);
            looks.set(element, names.get(name));
        }
        return looks.get(element);
    };
    // A single sign is not judged.
    const speaks = element => element.matches('input, select, textarea, button')
        || (element.textContent.trim().length > 1
            && [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    return {include: [...document.body.querySelectorAll('*')].filter(element => {
        if (!speaks(element) || !element.checkVisibility({visibilityProperty: true})) return false;
        const times = (seen.get(look(element)) ?? 0) + 1;
        seen.set(look(element), times);
        return times <= 3;
    })};
})()"""


def dim(page):
    """Return what cannot be told from its ground in the colours that the page has now."""
    return audit(page, [CONTRAST], OF_EACH_LOOK)
