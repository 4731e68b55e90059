"""A report in the browser, from an invitation to the public page, and the part of a partner."""

import re

import pytest

from agencies.models import Agency
from commitments.models import Commitment
from gmg_portal.revision.current import CurrentRevision
from tests.browser.accessibility import dim, violations
from tests.browser.signing_in import admit, code_of
from tests.support.evidence_files import HTML, PDF
from tests.support.factories import PASSWORD, PartnerFactory, focal_point

pytestmark = pytest.mark.django_db(transaction=True)


# Where a report is told to everybody.
PUBLIC = {
    "/commitments/HLD-0018/",
    "/api/v1/commitments/HLD-0018/",
    "/api/v1/reports/?page_size=200",
    "/feeds/changes.atom",
    "/data/reports.ndjson",
}


def invite(page, portal, mailbox):
    """Ask a focal point of ILO in, as the secretariat; the link of the mail."""
    page.goto(f"{portal}/admin/accounts/invitation/add/")
    page.get_by_label("Mail address").fill("ada@example.org")
    page.get_by_label("Role").select_option(label="Focal point")
    page.get_by_label("Agency").select_option(label="ILO")
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text("The invitation is on its way to ada@example.org.").wait_for()
    (letter,) = (letter for letter in mailbox if letter.to == ["ada@example.org"])
    return re.search(r"http://localhost\S+/accounts/invitation/\S+/", letter.body)[0]


def arrive(page, portal, link):
    """Open an account by an invitation, set up an app on the way, and go to the dashboard."""
    page.goto(link)
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Open my account").click()
    page.goto(f"{portal}/accounts/second-step/app/")
    page.get_by_label("Code").fill(code_of(page.locator("#secret").inner_text()))
    page.get_by_role("button", name="Set up the app").click()
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("link", name="Your dashboard in the editor area").click()
    page.get_by_role("heading", name="Your dashboard").wait_for()


def tells(portal, reader, *words):
    """Where a reader who is not signed in finds one of these words."""
    texts = {address: reader.request.get(portal + address).text() for address in PUBLIC}
    return {address for address, text in texts.items() if any(word in text for word in words)}


def test_report_goes_from_an_invitation_over_the_secretariat_to_the_public(open_page, portal, complaints, mailoutbox):
    secretariat, ada, reader = open_page(), open_page(), open_page()
    before = CurrentRevision.read().number
    first, text = "Guidance was taken up.", "Guidance on fair recruitment was taken up in four more corridors."

    # Asked in, and at the dashboard
    admit(secretariat, portal, "secretariat")
    arrive(ada, portal, invite(secretariat, portal, mailoutbox))

    # Written with a file and a link, looked at, and sent off
    ada.get_by_role("link", name="HLD-0018").first.click()
    ada.get_by_label("Proposed status").select_option(label="Ongoing")
    ada.get_by_label("Achieved").fill(first)
    ada.get_by_label("Title").first.fill("Report of the corridors")
    ada.get_by_label("File:", exact=True).first.set_input_files(
        {"name": "corridors.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    ada.get_by_text("Add another").click()
    ada.get_by_label("Title").nth(1).fill("Page of the corridors")
    ada.get_by_label("Address").nth(1).fill("https://example.org/corridors")
    ada.get_by_role("button", name="Preview").click()
    ada.get_by_role("heading", name="Preview: nothing of this is public").wait_for()
    preview = ada.get_by_role("article").first
    assert first in preview.inner_text()
    assert preview.get_by_role("link", name="Page of the corridors").is_visible()
    file = preview.get_by_role("link", name="Report of the corridors").get_attribute("href")
    ada.get_by_role("link", name="Back to the form").click()
    ada.get_by_role("button", name="Save and submit").click()
    ada.get_by_role("heading", name="Your dashboard").wait_for()

    # Sent back with a note
    secretariat.goto(f"{portal}/admin/queue/")
    secretariat.get_by_role("main").get_by_role("link", name="HLD-0018").first.click()
    assert first in secretariat.get_by_role("main").inner_text()
    secretariat.get_by_label("Note to the writers").fill("How many corridors?")
    secretariat.get_by_role("button", name="Send back with this note").click()
    secretariat.get_by_text("was sent back with your note").wait_for()

    # Found on the dashboard, corrected, and sent off again
    ada.goto(f"{portal}/admin/")
    assert ada.get_by_text("How many corridors?").is_visible()
    ada.get_by_role("link", name="Mend").first.click()
    ada.get_by_label("Achieved").fill(text)
    ada.get_by_role("button", name="Save and submit").click()
    ada.get_by_role("heading", name="Your dashboard").wait_for()
    assert tells(portal, reader, first, text, "corridors.pdf", "Report of the corridors") == set()
    assert reader.request.get(portal + file).status == 404
    assert CurrentRevision.read().number == before

    # Published
    secretariat.goto(f"{portal}/admin/queue/")
    secretariat.get_by_role("main").get_by_role("link", name="HLD-0018").first.click()
    secretariat.get_by_role("button", name="Publish").click()
    secretariat.get_by_text("was published").wait_for()

    assert tells(portal, reader, text) == PUBLIC
    assert tells(portal, reader, first, "How many corridors?") == set()
    answer = reader.request.get(f"{portal}/api/v1/commitments/HLD-0018/").json()
    assert (answer["status"], answer["freshness"]) == ("ongoing", "current")
    assert CurrentRevision.read().number > before
    reader.goto(f"{portal}/commitments/HLD-0018/")
    report = reader.get_by_role("article").first
    assert report.get_by_role("link", name="Page of the corridors").is_visible()
    assert report.get_by_role("link", name="Report of the corridors").get_attribute("href") == file
    evidence = reader.request.get(portal + file)
    assert evidence.body() == PDF
    assert evidence.headers["content-disposition"].startswith("attachment;")
    assert evidence.headers["content-security-policy"].startswith("sandbox;")
    assert complaints == []


def test_partner_adds_its_part_and_the_lead_sends_it_off_with_a_file(page, portal, complaints):
    iom = Agency.objects.get(code="iom")
    focal_point(iom, "iom")
    PartnerFactory(commitment=Commitment.objects.get(reference="HLD-0018"), agency=iom, part="Runs the pilots.")
    text = "Three pilot corridors ran."

    admit(page, portal, "iom")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_label("What your agency did, and what comes next").fill(text)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert dim(page) == []
    complaints.clear()  # the audit tries to add styles of its own, which the page's policy forbids
    page.get_by_role("button", name="Save your part").click()

    admit(page, portal, "ilo")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_text(text).wait_for()
    page.get_by_label("Proposed status").select_option(label="Ongoing")
    page.get_by_label("Achieved").fill("Guidance was taken up.")
    page.get_by_label("Title").first.fill("Report of the corridors")
    page.get_by_label("File:", exact=True).first.set_input_files(
        {"name": "r.pdf", "mimeType": "application/pdf", "buffer": HTML}
    )
    page.get_by_role("button", name="Save and submit").click()
    page.get_by_role("link", name="File: The content of this file is not what its name says").wait_for()
    page.get_by_label("File:", exact=True).first.set_input_files(
        {"name": "r.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Save and submit").click()

    admit(page, portal, "secretariat")
    page.get_by_role("link", name="HLD-0018").first.click()
    page.get_by_role("button", name="Publish").click()

    page.goto(f"{portal}/commitments/HLD-0018/")
    report = page.get_by_role("article").first
    assert text in report.inner_text()
    with page.expect_download() as download:
        report.get_by_role("link", name="Report of the corridors").click()
    assert download.value.suggested_filename == "HLD-0018-2-report-of-the-corridors.pdf"
    assert download.value.path().read_bytes() == PDF
    page.goto(f"{portal}/agencies/iom/")
    assert page.get_by_text(text).is_visible()
    assert violations(page) == []
    assert complaints == []
