"""The report form in a real browser: nothing typed is lost, two editors lose nothing to each other, no barrier."""

import pytest
from playwright.sync_api import expect

from agencies.models import Agency
from reporting.models import AutosavedForm, ProgressReport
from tests.browser.accessibility import layout_violations, violations
from tests.browser.chromium import WIDE
from tests.browser.signing_in import admit, enter
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    EvidenceFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    focal_point,
    published_report,
)
from tests.support.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SAVED, OFFLINE, SIGNED_OUT = "Saved as you type at", "No connection to the portal", "You are signed out"
WORDS = "Guidance on fair recruitment was taken up in four more corridors."
PHONE = {"width": 320, "height": 800}


def to_form(page, portal, username="ilo"):
    admit(page, portal, username)
    page.get_by_role("link", name="Fair Recruitment Initiative").first.click()
    expect(page.get_by_role("heading", name="Report on HLD-")).to_be_visible()
    return page.url


def achieved(page):
    return page.get_by_label("Achieved")


def says(page, words):
    expect(page.get_by_role("status")).to_contain_text(words)


def kept_here(page):
    """The forms of which this browser keeps words."""
    return page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('autosaved-form'))")


@pytest.fixture
def portal(live_server, transactional_db, settings):
    """The address of a portal with one commitment, whose lead has reported once and is asked to report again."""
    settings.ALLOWED_HOSTS = ["localhost"]
    ilo = AgencyFactory(code="ilo", acronym="ILO")
    commitment = CommitmentFactory(lead_agency=ilo, title="Fair Recruitment Initiative")
    published_report(commitment, status="ongoing", achieved="Principles and guidelines followed in September 2016.")
    ProgressReportFactory(commitment=commitment, cycle=ReportingCycleFactory(opened=True), on_behalf_of=ilo, blank=True)
    focal_point(ilo, "ilo")
    return live_server.url


@pytest.fixture
def report(portal):
    return ProgressReport.objects.get(state="draft")


def test_closed_tab_loses_nothing(page, portal, report, complaints):
    address = to_form(page, portal)
    achieved(page).fill(WORDS)
    page.get_by_label("Title").first.fill("Report of the corridors")
    page.get_by_text("Add another").click()
    page.get_by_label("Title").nth(1).fill("A second piece")
    says(page, SAVED)
    wait_until(lambda: "A second piece" in str(AutosavedForm.objects.values_list("fields", flat=True)), "it is kept")
    context = page.context
    page.close()

    again = context.new_page()
    again.goto(address)

    expect(achieved(again)).to_have_value(WORDS)
    expect(again.get_by_label("Title").nth(1)).to_have_value("A second piece")
    expect(again.get_by_text("had not saved it")).to_be_visible()
    assert ProgressReport.objects.get(pk=report.pk).achieved == ""
    for title in again.get_by_label("Address").all()[:2]:
        title.fill("https://example.org/corridors")
    again.get_by_role("button", name="Save draft").click()
    expect(again.get_by_text("was changed successfully")).to_be_visible()
    assert ProgressReport.objects.get(pk=report.pk).achieved == WORDS
    assert set(report.evidence.values_list("title", flat=True)) == {"Report of the corridors", "A second piece"}
    assert not AutosavedForm.objects.exists()
    assert kept_here(again) == []
    assert complaints == []


def test_untouched_form_is_not_saved(page, portal, report):
    EvidenceFactory(report=report)
    with page.expect_response(f"{portal}/static/js/autosave.js"):
        to_form(page, portal)

    page.evaluate("document.getElementById('progressreport_form').dispatchEvent(new Event('input'))")
    page.get_by_role("link", name="GMG HLD follow-up portal").click()
    expect(page.get_by_role("heading", name="Your dashboard")).to_be_visible()

    assert kept_here(page) == []
    assert not AutosavedForm.objects.exists()


def test_words_typed_before_the_script_has_arrived_are_kept(page, portal):
    waiting = []
    page.route("**/autosave.js", lambda route: waiting.append(route))
    admit(page, portal, "ilo")
    page.get_by_role("link", name="Fair Recruitment Initiative").first.click(no_wait_after=True)
    achieved(page).fill(WORDS)

    waiting[0].continue_()

    says(page, SAVED)
    assert AutosavedForm.objects.get().fields["achieved"] == [WORDS]


def test_page_left_before_typing_was_kept_loses_nothing(page, portal):
    address = to_form(page, portal)
    achieved(page).fill(WORDS)
    page.goto(f"{portal}/admin/")

    page.goto(address)

    expect(achieved(page)).to_have_value(WORDS)
    expect(page.get_by_text("had not saved it")).to_be_visible()
    page.get_by_role("button", name="Discard what I typed").click()
    expect(achieved(page)).not_to_have_value(WORDS)
    assert kept_here(page) == []


def test_ended_session_loses_nothing(page, portal, report):
    to_form(page, portal)
    context = page.context
    context.clear_cookies()
    achieved(page).fill(WORDS)
    says(page, SIGNED_OUT)
    assert not AutosavedForm.objects.exists()

    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    tab = opened.value
    enter(tab, "ilo")
    expect(tab.get_by_role("heading", name="Your dashboard")).to_be_visible()
    tab.close()

    says(page, SAVED)
    assert AutosavedForm.objects.get().fields["achieved"] == [WORDS]
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert ProgressReport.objects.get(pk=report.pk).achieved == WORDS


def test_text_is_not_saved_as_another_user(page, portal):
    focal_point(Agency.objects.get(code="ilo"), "colleague")
    to_form(page, portal)
    page.context.clear_cookies()
    tab = page.context.new_page()
    admit(tab, portal, "colleague")
    achieved(page).fill(WORDS)

    says(page, "Somebody else is signed in")
    page.get_by_role("button", name="Save draft").click()

    says(page, "Somebody else is signed in")
    assert not AutosavedForm.objects.exists()
    assert not ProgressReport.objects.filter(achieved=WORDS).exists()


def test_lost_connection_loses_nothing(page, portal, report):
    address = to_form(page, portal)
    context = page.context
    context.set_offline(True)
    achieved(page).fill(WORDS)
    says(page, OFFLINE)
    page.get_by_role("button", name="Save draft").click()
    says(page, OFFLINE)
    expect(achieved(page)).to_have_value(WORDS)
    page.close()
    context.set_offline(False)

    again = context.new_page()
    again.goto(address)

    expect(achieved(again)).to_have_value(WORDS)
    expect(again.get_by_text("had not saved it")).to_be_visible()
    context.set_offline(True)
    achieved(again).fill(f"{WORDS} And more.")
    says(again, OFFLINE)
    context.set_offline(False)
    says(again, SAVED)
    assert AutosavedForm.objects.get().fields["achieved"] == [f"{WORDS} And more."]
    assert kept_here(again) == []


def test_two_who_race_on_one_form_lose_nothing(open_page, portal, report, complaints):
    focal_point(Agency.objects.get(code="ilo"), "colleague")
    first, second = open_page(), open_page()
    for page, username in ((first, "ilo"), (second, "colleague")):
        to_form(page, portal, username)
    achieved(first).fill("The wording of the first")
    first.get_by_role("button", name="Save draft").click()
    expect(first.get_by_text("was changed successfully")).to_be_visible()
    achieved(second).fill("The wording of the second")
    second.get_by_label("Next steps").fill("Only the second says this")

    second.get_by_role("button", name="Save draft").click()

    clash = second.get_by_role("region", name="Both wordings")
    expect(clash).to_contain_text("The wording of the first")
    expect(clash).to_contain_text("The wording of the second")
    expect(second.locator("#problems")).to_be_focused()
    expect(second.locator("#problems")).to_contain_text("ilo saved this on")
    assert ProgressReport.objects.get(pk=report.pk).achieved == "The wording of the first"
    assert complaints == []
    assert violations(second) == []
    clash.get_by_label("Mine, as it stands below: Achieved").check()
    second.get_by_role("button", name="Save draft").click()
    expect(second.get_by_text("was changed successfully")).to_be_visible()
    saved = ProgressReport.objects.get(pk=report.pk)
    assert (saved.achieved, saved.next_steps) == ("The wording of the second", "Only the second says this")
    assert "The wording of the first" in saved.history.values_list("achieved", flat=True)


def test_form_works_without_scripts(open_page, portal, report):
    page = open_page(java_script_enabled=False)
    to_form(page, portal)
    achieved(page).fill(WORDS)
    page.get_by_role("button", name="Preview").click()

    expect(page.get_by_role("heading", name="Preview: nothing of this is public")).to_be_visible()
    expect(page.get_by_role("article").first).to_contain_text(WORDS)
    page.get_by_role("link", name="Back to the form").click()
    expect(achieved(page)).to_have_value(WORDS)
    assert ProgressReport.objects.get(pk=report.pk).state == "draft"


def test_what_is_missing_leads_to_its_field(page, portal):
    to_form(page, portal)
    page.get_by_label("Proposed status").select_option(label="Completed")
    achieved(page).fill("")
    page.get_by_role("button", name="Save and submit").click()

    summary = page.locator("#problems")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("needs at least one public piece of evidence")
    summary.get_by_role("link", name="Say what was achieved").press("Enter")
    expect(achieved(page)).to_be_focused()
    assert violations(page) == []


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_form_and_preview_have_no_barrier(locale, open_page, portal, settings, complaints):
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    page = open_page(reduced_motion="reduce")
    admit(page, portal, "ilo")
    page.set_extra_http_headers({"Accept-Language": locale})
    page.reload()
    page.get_by_role("link", name="Fair Recruitment Initiative").first.click()
    page.get_by_label("Proposed status").select_option(label="Discontinued")
    achieved(page).fill(WORDS)
    says(page, SAVED)
    assert page.locator("html").get_attribute("dir") == ("rtl" if locale == "ar" else "ltr")
    assert complaints == []
    assert barriers(page, locale) == []
    page.get_by_label("Proposed status").select_option(label="Ongoing")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_visible()
    assert barriers(page, locale) == []


def barriers(page, locale):
    """Return the barriers, wide and on a phone, light and dark; the page is left narrow and light."""
    faults = []
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        audited = violations if (locale, size) == ("en", WIDE) else layout_violations
        faults += [(size, "light", rule) for rule in audited(page)]
        page.emulate_media(color_scheme="dark")
        faults += [(size, "dark", rule) for rule in layout_violations(page)]
        page.emulate_media(color_scheme="light")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append((size, "too wide"))
    return faults
