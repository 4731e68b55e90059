import pytest

from gmg_portal.revision import Standing
from tests.browser.people import sign_in, sign_out

pytestmark = pytest.mark.django_db(transaction=True)


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
