import pytest

from gmg_portal.revision import Standing
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "/",
    "/about/",
    "/agenda/",
    "/agenda/3/",
    "/agenda/convergence/",
    "/agencies/",
    "/agencies/ilo/",
    "/workgroups/",
    "/workgroups/decent-work/",
    "/recommendations/",
    "/recommendations/P15-1/",
    "/commitments/",
    "/commitments/?q=recruitment&status=ongoing",
    "/commitments/?statsu=done",
    "/gaps/",
    "/timeline/",
    "/data/",
    "/accounts/login/",
    "/nowhere/",
]


def sign_in(page, portal, username):
    page.goto(f"{portal}/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page, portal):
    page.goto(f"{portal}/accounts/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def test_every_page_is_accessible_fits_and_raises_no_complaint(page, portal, complaints, assert_accessible):
    """In light and dark, from left to right and from right to left, wide and on a phone."""
    for address in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(portal + address)
        assert_accessible()
        page.emulate_media(color_scheme="dark")
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert_accessible()
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address

    # A refused question and a page that is not there are answered so, and the console repeats it.
    assert [text for text in complaints if "400 (Bad Request)" not in text and "404 (Not Found)" not in text] == []


def test_reader_goes_from_home_to_an_agency_to_a_commitment_to_its_evidence(page, portal):
    page.goto(portal)
    page.get_by_role("main").get_by_role("link", name="ILO", exact=True).click()
    page.get_by_role("link", name="HLD-0018").click()

    heading = page.get_by_role("heading", level=1)
    evidence = page.get_by_role("article").get_by_role("link", name="Tripartite Meeting of Experts")
    assert heading.inner_text() == "Fair Recruitment Initiative"
    assert evidence.get_attribute("href").startswith("https://www.ilo.org/")


def test_reader_without_scripts_searches_narrows_and_lets_go(chromium, portal):
    page = chromium.new_context(java_script_enabled=False).new_page()

    page.goto(portal)
    page.get_by_label("Search the commitments").fill("recruiting")
    page.get_by_role("button", name="Search").click()
    narrow = page.get_by_role("heading", level=2).first.inner_text()
    page.locator("summary", has_text="Agenda point").click()
    page.get_by_label("2. Reduce the costs").check()
    page.get_by_role("button", name="Show").first.click()
    narrower = page.get_by_role("heading", level=2).first.inner_text()
    page.get_by_role("link", name="Let go of all").click()
    whole = page.get_by_role("heading", level=2).first.inner_text()

    numbers = [int(text.split()[0]) for text in (narrower, narrow, whole)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 60


def test_keyboard_reaches_the_content_at_once(page, portal):
    page.goto(portal)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_report_goes_from_the_focal_point_over_the_secretariat_to_the_public(page, portal, complaints):
    before = Standing.read().number
    told = "Guidance on fair recruitment was taken up in four more corridors."

    sign_in(page, portal, "ilo")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_label("Proposed status").select_option(label="Ongoing")
    page.get_by_label("Achieved").fill(told)
    page.get_by_label("Title").first.fill("Report of the corridors")
    page.get_by_label("Address").first.fill("https://example.org/corridors")
    page.get_by_role("button", name="Save and submit").click()
    assert told not in page.request.get(f"{portal}/commitments/HLD-0018/").text()
    sign_out(page, portal)

    sign_in(page, portal, "secretariat")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    sign_out(page, portal)

    page.goto(f"{portal}/commitments/HLD-0018/")
    report = page.get_by_role("article").first
    assert told in report.inner_text()
    assert report.get_by_role("link", name="Report of the corridors").is_visible()
    answer = page.request.get(f"{portal}/api/v1/commitments/HLD-0018/").json()
    assert (answer["status"], answer["freshness"]) == ("ongoing", "current")
    assert told in page.request.get(f"{portal}/feeds/changes.atom").text()
    assert Standing.read().number > before
    assert complaints == []
