"""Tasks of readers in a real browser: at a desktop and on a phone, with scripts and without."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import BROWSER_TIMEOUT, PHONE, WIDE

# Which databases are set up is read off the marks; `site` fills this one for the whole file.
pytestmark = pytest.mark.django_db

WAYS = {
    "desktop": {"viewport": WIDE},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
    "desktop-without-scripts": {"viewport": WIDE, "java_script_enabled": False},
    "phone-without-scripts": {"viewport": PHONE, "is_mobile": True, "has_touch": True, "java_script_enabled": False},
}


# Scripts matter to the register's filters alone. Everywhere else no width changes what a script does, nor the other way
# about, so that it is enough to see each width once, and to read once with scripts and once without.
IN_EVERY_WAY = pytest.mark.parametrize("reader", WAYS, indirect=True)
WIDE_AND_NARROW = pytest.mark.parametrize("reader", ["desktop", "phone-without-scripts"], indirect=True)


@pytest.fixture(scope="module")
def readers(chromium):
    """One reader of each way, who is at hand all the time and so has fetched the sheets already."""
    pages, complaints = {}, []

    def reader(way):
        if way not in pages:
            context = chromium.new_context(**WAYS[way])
            context.set_default_timeout(BROWSER_TIMEOUT)
            pages[way] = context.new_page()
            pages[way].on("console", lambda message: complaints.append(message.text))
            pages[way].on("pageerror", lambda error: complaints.append(str(error)))
        return pages[way]

    yield reader, complaints
    for page in pages.values():
        page.context.close()


@pytest.fixture
def reader(request, readers, site):
    """A reader at the home page; whatever the browser complained of on the way fails the test."""
    reader, complaints = readers
    complaints.clear()
    page = reader(request.param)
    page.goto(site)
    yield page
    assert page.context.cookies() == []
    assert complaints == []


@pytest.fixture
def scripted(reader, request):
    return WAYS[request.node.callspec.params["reader"]].get("java_script_enabled", True)


def heading(page):
    return page.get_by_role("heading", level=1)


def first_number(locator):
    return int(re.search(r"\d+", locator.inner_text()).group())


@WIDE_AND_NARROW
def test_reader_finds_a_commitment_of_ilo_on_point_2_within_three_clicks(reader):
    table = reader.get_by_role("table", name="Commitments by lead and agenda point")
    row = table.get_by_role("row").filter(has=reader.get_by_role("rowheader", name="ILO", exact=True))

    row.get_by_role("cell").nth(1).get_by_role("link").click()
    reader.get_by_role("link", name="Fair Recruitment Initiative").click()

    expect(heading(reader)).to_have_text("Fair Recruitment Initiative")
    main = reader.get_by_role("main")
    expect(main.get_by_role("link", name="2. Reduce the costs of labour migration").first).to_be_visible()
    expect(main.get_by_role("link", name="ILO", exact=True).first).to_be_visible()


@WIDE_AND_NARROW
def test_reader_compares_two_days(reader):
    reader.get_by_role("contentinfo").get_by_role("link", name="Compare two days").click()
    reader.get_by_label("From the end of").fill("2014-06-30")
    reader.get_by_label("Until the end of").fill("2015-12-31")
    reader.get_by_role("button", name="Compare").click()

    totals = reader.get_by_role("region", name="Totals by status").get_by_role("row").last
    expect(totals).to_be_visible()
    then, now, difference = totals.get_by_role("cell").all_inner_texts()
    assert int(now) - int(then) == int(difference) > 0
    assert "from=2014-06-30&until=2015-12-31" in reader.url
    new = reader.get_by_role("heading", name=re.compile(r"^New"))
    assert first_number(new) == int(difference)


@WIDE_AND_NARROW
def test_reader_finds_who_is_silent_and_on_what(reader):
    silent = reader.get_by_role("region", name="Who has gone silent").get_by_role("listitem").first
    owed = silent.get_by_role("link", name=re.compile(r"reports? owed"))
    count = first_number(owed)

    owed.click()

    assert reader.url.count("freshness=") == 3
    assert first_number(reader.get_by_role("heading", level=2, name=re.compile(r"^\d+ of \d+ commitments"))) == count


@WIDE_AND_NARROW
def test_reader_cites_a_commitment(reader, site):
    reader.goto(f"{site}/commitments/HLD-0018/")
    reader.get_by_role("main").get_by_role("link", name="Cite").click()
    reader.locator("summary", has_text="BibTeX").click()

    region = reader.get_by_role("region", name="Cite and use")
    expect(region).to_contain_text(f"HLD-0018. {site}/commitments/HLD-0018/ (as the record stood on")
    expect(region).to_contain_text(f"url = {{{site}/commitments/HLD-0018/}}")
    with reader.expect_download() as download:
        region.get_by_role("link", name="Download HLD-0018.bib").click()
    assert download.value.suggested_filename == "HLD-0018.bib"


@IN_EVERY_WAY
def test_reader_filters_shares_the_address_and_downloads(reader, scripted, open_page):
    reader.get_by_label("Search the commitments").fill("migrants")
    reader.get_by_role("button", name="Search").click()
    results = reader.get_by_role("heading", level=2, name=re.compile(r"^\d+ of \d+ commitments"))
    total = first_number(results)
    reader.evaluate("window.stayed = true") if scripted else None

    choose(reader, "Agenda point", "Reduce the costs of labour migration", scripted)

    expect(reader.get_by_role("link", name="Remove filter")).to_have_count(2)
    narrowed = first_number(results)
    assert 0 < narrowed < total
    if scripted:
        assert reader.evaluate("window.stayed"), "the page was loaded anew"
        expect(reader.get_by_role("status").filter(has_text=re.compile(rf"^{narrowed} of"))).to_have_count(1)
    other = open_page()
    other.goto(reader.url)
    assert first_number(other.get_by_role("heading", level=2, name=re.compile(r"^\d+ of"))) == narrowed
    with reader.expect_download() as download:
        reader.get_by_role("link", name=re.compile("^CSV")).click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == narrowed
    assert {"2" in row["agenda_points"].split(";") for row in rows} == {True}


def test_box_ticked_before_the_script_loads_is_applied(open_page, site, complaints):
    page = open_page()
    held = []
    page.route("**/js/register*.js", lambda route: held.append(route))
    page.goto(f"{site}/commitments/", wait_until="commit")
    box(page, "Agenda point", "Reduce the costs of labour migration").check()

    held.pop().continue_()

    expect(page.get_by_role("link", name="Remove filter")).to_have_count(1)
    assert page.url == f"{site}/commitments/?agenda_point=2"
    assert complaints == []


def test_untouched_register_form_makes_one_request(open_page, site):
    page = open_page()
    request_urls = []
    page.on("request", lambda request: request_urls.append(request.url))
    address = f"{site}/commitments/?agenda_point=2&ordering=due"

    page.goto(address, wait_until="networkidle")

    expect(page.locator("html.scripted")).to_have_count(1)
    assert request_urls.count(address) == 1
    assert [url for url in request_urls if "/commitments/?" in url] == [address]


def box(page, facet, option):
    """A box of a facet, with the facet opened if need be."""
    checkbox = page.get_by_role("group", name=facet, include_hidden=True).get_by_label(option)
    checkbox.wait_for(state="attached")
    if not checkbox.is_visible():
        page.locator("summary", has_text=re.compile(f"^{facet}")).click()
    return checkbox


def choose(reader, facet, option, scripted):
    """Tick a box of a facet, and ask, where no script does."""
    panel = reader.get_by_role("button", name=re.compile("^Filters"))
    if panel.is_visible():
        panel.click()
    wanted = box(reader, facet, option)
    if scripted:
        with reader.expect_response(re.compile(r"/commitments/\?")):
            wanted.check()
        if panel.is_visible():
            reader.get_by_role("button", name="Close").click()
    else:
        wanted.check()
        reader.get_by_role("search").get_by_role("button", name="Show").last.click()


@WIDE_AND_NARROW
def test_reader_goes_from_home_to_an_agency_to_a_commitment_to_its_evidence(reader):
    reader.get_by_role("main").get_by_role("link", name="ILO", exact=True).first.click()
    reader.get_by_role("link", name="Fair Recruitment Initiative").first.click()

    evidence = reader.get_by_role("article").get_by_role("link", name="Tripartite Meeting of Experts")
    expect(heading(reader)).to_have_text("Fair Recruitment Initiative")
    assert evidence.get_attribute("href").startswith("https://www.ilo.org/")


@WIDE_AND_NARROW
def test_reader_looks_at_an_earlier_day_and_stays_there(reader):
    reader.locator("summary", has_text="See the record of another day").click()
    reader.get_by_label("At the end of this day").fill("2014-12-31")
    reader.get_by_role("button", name="Show").click()
    reader.get_by_role("main").get_by_role("link", name="ILO", exact=True).first.click()

    expect(heading(reader)).to_have_text("International Labour Organization")
    expect(reader.get_by_role("note").first).to_contain_text("at the end of 31 December 2014")
    assert "as_of=2014-12-31" in reader.url


def test_reader_goes_all_the_way_by_keyboard(open_page, site, complaints):
    """From the address bar to the content, by search to a result, with the place of the focus always to be seen."""
    page = open_page(reduced_motion="reduce")
    page.goto(site)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    press_until(page, page.get_by_label("Search the commitments"))
    page.keyboard.type("fair recruitment initiative")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/commitments/\?q="))
    press_until(page, page.get_by_role("link", name="Fair Recruitment Initiative", exact=True))
    page.keyboard.press("Enter")

    expect(heading(page)).to_have_text("Fair Recruitment Initiative")
    assert complaints == []


def press_until(page, target, most=150):
    """Walk by Tab; every stop shows that it is the stop."""
    for _step in range(most):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => { const style = getComputedStyle(document.activeElement);
            const box = document.activeElement.getBoundingClientRect();
            return document.activeElement === document.body
                || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.bottom > 0
                    && box.top < innerHeight); }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("The target cannot be reached by Tab.")
