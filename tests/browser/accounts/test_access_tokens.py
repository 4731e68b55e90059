"""A focal point gives their agency's own system a token, and takes it back: in the browser, and over the wire."""

import pytest

from tests.browser.accessibility import violations
from tests.browser.signing_in import admit, sign_in
from tests.support.evidence_files import PDF

pytestmark = pytest.mark.django_db(transaction=True)

TOLD = "Written by the project database: courses were held in Accra."


def make_token(page, portal):
    """From the dashboard to the page that shows the secret this once."""
    page.goto(f"{portal}/admin/")
    page.get_by_role("link", name="access tokens", exact=True).click()
    page.get_by_role("link", name="Add access token").click()
    page.get_by_label("Name").fill("Project database")
    page.get_by_label("What it may do").select_option(label="Read and write drafts, and submit them")
    page.get_by_role("button", name="Make the token").click()
    return page.get_by_label("Token", exact=True).input_value()


def test_system_reports_with_a_token_until_it_is_taken_back(open_page, portal, complaints):
    ilo, secretariat, system = open_page(), open_page(), open_page()
    drafts = f"{portal}/api/v1/drafts/"
    sign_in(ilo, portal, "ilo")  # only who has just signed in may make a token
    secret = make_token(ilo, portal)
    assert violations(ilo) == []

    def send(address, number, **sent):
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"key-{number}"}
        return system.request.post(address, headers=headers, **sent)

    # The report that the cycle expects, with a file, sent off
    written = {"status": "ongoing", "outlook": "on_track", "achieved": TOLD}
    begun = send(drafts, 1, data={"commitment": "HLD-0018", **written})
    report = f"{drafts}{begun.json()['code']}/"
    file = {"name": "courses.pdf", "mimeType": "application/pdf", "buffer": PDF}
    backed = send(f"{report}evidence/", 2, multipart={"title": "Courses", "kind": "publication", "file": file})
    sent_off = send(f"{report}submit/", 3, data={})
    assert [answer.status for answer in (begun, backed, sent_off)] == [200, 201, 200]
    assert TOLD not in system.request.get(f"{portal}/api/v1/reports/?page_size=200").text()

    # Published by somebody else, and public
    admit(secretariat, portal, "secretariat")
    secretariat.goto(f"{portal}/admin/queue/")
    secretariat.get_by_role("main").get_by_role("link", name="HLD-0018").first.click()
    secretariat.get_by_role("button", name="Publish").click()
    secretariat.get_by_text("was published").wait_for()
    assert TOLD in system.request.get(f"{portal}/api/v1/reports/?page_size=200").text()

    # Taken back
    ilo.get_by_role("link", name="I have copied it").click()
    ilo.get_by_role("link", name="Project database").click()
    assert secret not in ilo.content()
    ilo.get_by_role("button", name="Revoke").click()
    ilo.get_by_text("The token is revoked: it opens nothing any more.").wait_for()
    assert violations(ilo) == []
    assert send(drafts, 4, data={"commitment": "HLD-0018", **written}).status == 401
    assert complaints == []
