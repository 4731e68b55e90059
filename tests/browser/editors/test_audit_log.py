"""The audit as the secretariat sees it: on wide and narrow screens, in both directions, light and dark."""

import pytest

from commitments.models import Commitment
from tests.browser.accessibility import layout_violations, violations
from tests.browser.chromium import PHONE, WIDE
from tests.browser.conftest import BOTH_DIRECTIONS
from tests.browser.signing_in import admit, sign_in
from tests.support.factories import MilestoneFactory, corrected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def corrected_commitment(portal):
    commitment = Commitment.objects.get(reference="HLD-0018")
    corrected(commitment, summary=f"{commitment.summary} It went on in two more corridors.", scope="regional")
    corrected(
        MilestoneFactory(commitment=commitment, title="Guidance"), deadline_on="2015-12-31", deadline_precision="year"
    )
    return commitment


def width(page):
    return page.evaluate("document.documentElement.scrollWidth")


def test_secretariat_follows_a_change_to_its_history_and_takes_the_audit_away(
    page, portal, corrected_commitment, complaints
):
    sign_in(page, portal, "secretariat")
    page.get_by_text("All tables").click()
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_label("Reference or request").fill("HLD-0018")
    page.get_by_label("Kind of row").select_option(label="Commitment")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="History of Commitment HLD-0018").first.click()

    newest = page.get_by_role("listitem").filter(has_text="It went on in two more corridors.")
    assert "It went on in two more corridors." in newest.locator("ins").first.inner_text()
    assert page.get_by_text("Milestone: Guidance").first.is_visible()

    page.goto(f"{portal}/admin/gmg_portal/auditentry/?what=signed_in")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take all of these away (CSV)").click()
    lines = download.value.path().read_text().splitlines()
    assert [line.split(",")[1:3] for line in lines] == [["person", "what"], ["secretariat", "signed_in"]]
    assert complaints == []


def test_audit_and_history_are_accessible_at_every_width_in_every_light_and_direction(
    open_page, portal, corrected_commitment
):
    history = f"commitments/commitment/{corrected_commitment.pk}/history/"
    looks = [
        (WIDE, "light", "en", ["gmg_portal/auditentry/", "gmg_portal/auditentry/?since=x", history]),
        (PHONE, "dark", "en", ["gmg_portal/auditentry/?kind=agencies.agency", history]),
        (PHONE, "light", "ar", ["gmg_portal/auditentry/?kind=agencies.agency", history]),
    ]

    page = open_page(reduced_motion="reduce")
    admit(page, portal, "secretariat")
    for viewport, scheme, language, paths in looks:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        page.set_extra_http_headers({"Accept-Language": language})
        with BOTH_DIRECTIONS:
            for path in paths:
                page.goto(f"{portal}/admin/{path}")
                assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
                assert width(page) <= viewport["width"], path
                assert (violations if viewport is WIDE else layout_violations)(page) == [], path
