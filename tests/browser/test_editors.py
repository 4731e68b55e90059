import pytest

from agencies.models import Agency
from commitments.models import Commitment
from gmg_portal.revision import Standing
from tests.browser.conftest import violations
from tests.browser.people import sign_in, sign_out
from tests.factories import PartnerFactory, focal_point
from tests.files import HTML, PDF

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


def test_partner_adds_its_part_and_the_lead_sends_it_off_with_a_file(page, portal, complaints):
    iom = Agency.objects.get(code="iom")
    focal_point(iom, "iom")
    PartnerFactory(commitment=Commitment.objects.get(reference="HLD-0018"), agency=iom, part="Runs the pilots.")
    told = "Three pilot corridors ran."

    sign_in(page, portal, "iom")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_label("What your agency did, and what comes next").fill(told)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, ["color-contrast"]) == []
    complaints.clear()  # the audit tries to add styles of its own, which the page's policy forbids
    page.get_by_role("button", name="Save your part").click()
    sign_out(page, portal)

    sign_in(page, portal, "ilo")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_text(told).wait_for()
    page.get_by_label("Proposed status").select_option(label="Ongoing")
    page.get_by_label("Achieved").fill("Guidance was taken up.")
    page.get_by_label("Title").first.fill("Report of the corridors")
    page.get_by_label("File:", exact=True).first.set_input_files(
        {"name": "r.pdf", "mimeType": "application/pdf", "buffer": HTML}
    )
    page.get_by_role("button", name="Save and submit").click()
    page.get_by_text("The content of this file is not what its name says").wait_for()
    page.get_by_label("File:", exact=True).first.set_input_files(
        {"name": "r.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Save and submit").click()
    sign_out(page, portal)

    sign_in(page, portal, "secretariat")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    sign_out(page, portal)

    page.goto(f"{portal}/commitments/HLD-0018/")
    report = page.get_by_role("article").first
    assert told in report.inner_text()
    with page.expect_download() as download:
        report.get_by_role("link", name="Report of the corridors").click()
    assert download.value.suggested_filename == "HLD-0018-2-report-of-the-corridors.pdf"
    assert download.value.path().read_bytes() == PDF
    page.goto(f"{portal}/agencies/iom/")
    assert page.get_by_text(told).is_visible()
    assert violations(page) == []
    assert complaints == []
