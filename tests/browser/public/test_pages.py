"""Rules of every public page: no barrier, nothing cut off, no message of the console, little weight."""

import gzip
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.test.signals import template_rendered

from agencies.models import Agency
from gmg_portal.open_data.editions import publishing
from tests.browser.accessibility import dim, layout_violations, violations
from tests.browser.chromium import WIDE, resize

# Which databases are set up is read off the marks; `site` fills this one for the whole file.
pytestmark = pytest.mark.django_db

# Every template of a public page, by at least one of its states.
PAGES = [
    "/",
    "/?by=status",
    "/?as_of=2015-06-30",
    "/about/",
    "/methods/",
    "/accessibility/",
    "/agenda/",
    "/agenda/3/",
    "/agenda/convergence/",
    "/agencies/",
    "/agencies/ilo/",
    "/workgroups/",
    "/workgroups/decent-work/",
    "/recommendations/",
    "/recommendations/P15-1/",
    "/recommendations/levels/governance/",
    "/commitments/",
    "/commitments/?q=recruitment&status=ongoing",
    "/commitments/?view=table",
    "/commitments/?q=recrutment",
    "/commitments/?statsu=done",
    "/commitments/HLD-0018/",
    "/commitments/HLD-0018/mistake/",
    "/commitments/HLD-0018/mistake/thanks/",
    "/gaps/",
    "/timeline/",
    "/compare/",
    "/compare/?from=2014-06-30&until=2015-12-31",
    "/data/",
    "/data/versions/",
    "/data/editions/",
    "/data/editions/2014-12-31/",
    "/data/editions/2014-12-31/since/2014-06-30/",
    "/api/v1/docs/",
    "/accounts/login/",
    "/accounts/mail/what-is-no-token/",
    "/embed/commitment/HLD-0018/",
    "/embed/matrix/",
    "/embed/agency/ilo/",
    "/embed/agency/nobody/",
    "/embed/matrix/?as_of=never",
    "/nowhere/",
    "/?as_of=never",
]
FIRST_VIEWS = ["/", "/commitments/", "/commitments/HLD-0018/", "/agencies/ilo/", "/gaps/", "/timeline/"]
# The ones for whoever asks too often, for files that were altered (`test_editions`, `test_evidence`) and for forms that
# come after the sign-in changed (`test_csrf_failure`). Pages of accounts: `tests/browser/accounts`; the preview of a
# draft: `editors/test_report_form`; what is not open to somebody: `editors/test_pages`.
ELSEWHERE = {
    "errors/403.html",
    "errors/429.html",
    "commitments/evidence_withheld.html",
    "commitments/preview.html",
    "errors/csrf_failure.html",
    "open_data/editions/damaged.html",
}
NOT_FOUND = ("400 (Bad Request)", "404 (Not Found)")

# What its box neither shows nor lets be scrolled to; what is for listeners alone may be so.
CUT_OFF = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(element => {
    const style = getComputedStyle(element);
    const hides = ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
    const cut = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
    return hides && cut && !element.closest('.visually-hidden, svg');
}).map(element => element.outerHTML.slice(0, 120))"""
WIDTH = "document.documentElement.scrollWidth"
# One full audit of each page; the mirrored sheet is asked what it can change.
LANGUAGES = [("en", "ltr", violations), ("ar", "rtl", layout_violations)]


@pytest.fixture(scope="module", autouse=True)
def two_editions(site, django_db_blocker, tmp_path_factory):
    """The register as it was loaded, and as it was after one row of it changed."""
    place = {"editions": settings.STORAGES["editions"] | {"OPTIONS": {"location": tmp_path_factory.mktemp("editions")}}}
    with (
        django_db_blocker.unblock(),
        override_settings(STORAGES=settings.STORAGES | place, PUBLIC_URL="http://portal.example.org"),
    ):
        for day, headquarters in ((date(2014, 6, 30), "Geneva"), (date(2014, 12, 31), "Geneva, Switzerland")):
            agency = Agency.objects.get(code="ilo")
            agency.headquarters = headquarters
            agency.save()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(publishing, "today", lambda day=day: day)
                publishing.publish()
        yield


@pytest.mark.parametrize(("language", "direction", "audited"), LANGUAGES)
def test_every_page_is_without_barrier_and_fits(open_page, site, complaints, language, direction, audited):
    """Takes long, as it visits every public page: light, dark, on a small screen, with large text."""
    page = open_page(locale=language, reduced_motion="reduce")
    faults = []

    for address in PAGES:
        page.emulate_media(color_scheme="light")
        page.goto(site + address)
        faults += [(address, "light", rule) for rule in audited(page)]
        page.emulate_media(color_scheme="dark")
        faults += [(address, "dark", rule) for rule in (dim(page) if direction == "ltr" else [])]
        faults += [(address, *fault) for fault in what_does_not_fit(page)]

    assert page.evaluate("document.documentElement.dir") == direction
    assert faults == []
    # A refused question and a page that is not there are answered so, and the console repeats it.
    assert [text for text in complaints if not text.endswith(NOT_FOUND) and not any(n in text for n in NOT_FOUND)] == []


def what_does_not_fit(page):
    """Yield what is cut off or too wide at 320 px, and at 1280 px with letters of twice the size."""
    resize(page, {"width": 320, "height": 640})
    assert page.evaluate("innerWidth") == 320
    yield from (("320 px", element) for element in page.evaluate(CUT_OFF))
    yield from (("320 px", width) for width in [page.evaluate(WIDTH)] if width > 320)
    resize(page, WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield from (("200 %", element) for element in page.evaluate(CUT_OFF))
    yield from (("200 %", width) for width in [page.evaluate(WIDTH)] if width > WIDE["width"])


def test_dim_words_of_a_single_cell_are_found_in_the_dark(open_page, site):
    page = open_page(reduced_motion="reduce")
    page.goto(f"{site}/commitments/?view=table")
    page.emulate_media(color_scheme="dark")
    before = dim(page)

    page.evaluate(
        """rule => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(rule);
            document.adoptedStyleSheets = [sheet];
        }""",
        "tbody tr:last-child > :first-child, tbody tr:last-child > :first-child * { color: #333 !important }",
    )

    assert before == []
    assert [rule for rule, _places in dim(page)] == ["color-contrast"]


@pytest.fixture(scope="module")
def answers(two_editions, django_db_blocker):
    """Return the answer of each page, and the names of all templates that were shown."""
    seen, client = set(), Client()

    def note(template, **_kwargs):
        seen.add(template.name)

    template_rendered.connect(note)
    try:
        with django_db_blocker.unblock():
            return {address: client.get(address) for address in PAGES}, seen
    finally:
        template_rendered.disconnect(note)


def test_pages_listed_here_show_every_public_template(answers):
    _answers, seen = answers

    folder = Path(settings.BASE_DIR) / "templates"
    whole = {str(path.relative_to(folder)) for path in folder.rglob("*.html") if "{% extends" in path.read_text()}
    assert {name for name in whole if not name.startswith(("admin/", "accounts/", "mail/"))} - seen == ELSEWHERE


@pytest.mark.parametrize(
    "address", ["/", "/commitments/", "/commitments/HLD-0018/", "/agencies/ilo/", "/gaps/", "/timeline/"]
)
def test_first_view_is_light(page, site, address):
    """At most 60 KB and 10 requests, packed as production packs: files by brotli when collected, pages by gzip."""
    request_urls, answers = [], []
    page.on("request", lambda request: request_urls.append(request.url))
    page.on("response", lambda answer: answers.append(answer))

    page.goto(site + address, wait_until="networkidle")

    weights = {}
    for answer in answers:
        static = urlsplit(answer.url).path.startswith(settings.STATIC_URL)
        weights[answer.url] = len(brotli.compress(answer.body()) if static else gzip.compress(answer.body(), 6))
    assert set(weights) == set(request_urls)
    assert len(request_urls) <= 10, weights
    assert sum(weights.values()) <= 60 * 1024, weights


@pytest.mark.parametrize("address", PAGES)
def test_policy_lets_no_inline_script_or_style_through(answers, address):
    policy = answers[0][address].headers["content-security-policy"]

    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'self'" in policy
