"""Forms that are sent twice, and forms that are sent after the sign-in changed, in a real browser."""

import pytest
from playwright.sync_api import expect

from commitments.models import Commitment
from tests.browser.signing_in import admit, sign_in
from tests.support.factories import AgencyFactory, focal_point

pytestmark = pytest.mark.django_db(transaction=True)

SUMMARY = "Courses <b>for</b> returning migrants"


@pytest.fixture
def portal(live_server, transactional_db, settings):
    """The address of a portal with one focal point."""
    settings.ALLOWED_HOSTS = ["localhost"]
    focal_point(AgencyFactory(code="ilo", acronym="ILO"), "ilo")
    return live_server.url


def fill_in(page, portal):
    page.goto(f"{portal}/admin/commitments/commitment/add/")
    page.locator("#id_title").fill("Skills for returning migrants")
    page.locator("#id_summary").fill(SUMMARY)
    page.locator("#id_kind").select_option("programme")
    page.locator("#id_lead_agency").select_option(index=1)
    page.locator("#id_source_title").fill("A report")
    page.locator("#id_source_location").fill("A/RES/68/4")


def test_double_click_and_back_make_one_draft(page, portal):
    admit(page, portal, "ilo")
    fill_in(page, portal)

    page.get_by_role("button", name="Save draft").dblclick()
    expect(page.get_by_text("You sent this form twice").or_(page.get_by_text("was added successfully"))).to_be_visible()
    page.goto(f"{portal}/admin/")
    fill_in(page, portal)
    page.locator("#id_title").fill("Another one")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    page.go_back()
    page.locator("#id_summary").fill("Changed after Back")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_text("You sent this form twice, with different words")).to_be_visible()
    expect(page.locator("#id_summary")).to_have_value("Changed after Back")
    assert sorted(Commitment.objects.values_list("title", flat=True)) == [
        "Another one",
        "Skills for returning migrants",
    ]


def test_back_and_other_words_make_one_draft_without_scripts(open_page, portal):
    page = open_page(java_script_enabled=False)
    admit(page, portal, "ilo")
    fill_in(page, portal)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()

    page.go_back()
    expect(page.get_by_text("You sent this form before, and it was saved.")).to_be_visible()
    page.locator("#id_title").fill("Skills for returning migrants")
    page.locator("#id_summary").fill("Changed after Back")
    page.locator("#id_kind").select_option("programme")
    page.locator("#id_lead_agency").select_option(index=1)
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_text("You sent this form twice, with different words")).to_be_visible()
    expect(page.locator("#id_summary")).to_have_value("Changed after Back")
    assert [row.summary for row in Commitment.objects.all()] == [SUMMARY]


def test_form_sent_after_the_cookies_are_gone_is_sent_again(open_page, portal):
    page = open_page(java_script_enabled=False)
    admit(page, portal, "ilo")
    fill_in(page, portal)
    page.context.clear_cookies()

    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="Your form was not saved")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text=SUMMARY)).to_be_visible()
    tab = page.context.new_page()
    sign_in(tab, portal, "ilo")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("You are signed in as ilo now.")).to_be_visible()
    page.get_by_role("button", name="Send it again").click()

    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Commitment.objects.get().summary == SUMMARY
