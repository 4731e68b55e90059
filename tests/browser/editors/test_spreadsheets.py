"""Reports go out to a workbook and come back; the pages on a phone, in the dark and from right to left."""

import io

import pytest
from openpyxl import load_workbook

from reporting.models import ProgressReport
from tests.browser.accessibility import violations
from tests.browser.chromium import PHONE
from tests.browser.conftest import BOTH_DIRECTIONS
from tests.browser.signing_in import admit
from tests.support.form_filling import app_label_of

pytestmark = pytest.mark.django_db(transaction=True)

TOLD = "Guidance on fair recruitment was taken up in four more corridors."


def fetched(page):
    """The person's reports as a workbook, fetched as they would."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel workbook").click()
    return load_workbook(io.BytesIO(download.value.path().read_bytes()))


def send(page, workbook):
    file = io.BytesIO()
    workbook.save(file)
    upload = {"name": "reports.xlsx", "mimeType": "application/octet-stream", "buffer": file.getvalue()}
    page.get_by_label("Excel workbook (.xlsx) or CSV file").set_input_files(upload)
    page.get_by_role("button", name="Try this file").click()


def test_reports_go_out_to_a_workbook_and_come_back(page, portal, complaints):
    admit(page, portal, "ilo")
    page.get_by_role("link", name="progress reports", exact=True).click()
    workbook = fetched(page)
    sheet = workbook["reports"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["status"]).value = "ongoin"

    send(page, workbook)
    assert page.get_by_role("alert").get_by_role("heading").inner_text() == "Nothing was taken in"
    assert "Did you mean ‘ongoing’?" in page.get_by_role("row", name="status").inner_text()
    assert violations(page) == []

    sheet.cell(2, columns["status"]).value = "ongoing"
    sheet.cell(2, columns["achieved"]).value = TOLD
    send(page, workbook)
    assert TOLD in page.get_by_role("row", name="2 Changed").inner_text()
    assert violations(page) == []
    assert not ProgressReport.objects.filter(achieved=TOLD).exists()

    page.get_by_role("button", name="Take in this file").click()
    assert "1 changed" in page.get_by_role("list").first.inner_text()
    assert ProgressReport.objects.get(achieved=TOLD).state == "draft"
    assert complaints == []


def test_pages_hold_on_a_phone_in_the_dark_and_from_right_to_left(page, portal, complaints):
    admit(page, portal, "ilo")
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    with BOTH_DIRECTIONS:
        page.set_extra_http_headers({"Accept-Language": "ar"})
        for table in ("commitment", "milestone", "progressreport"):
            page.goto(f"{portal}/admin/{app_label_of(table)}/{table}/import/")
            page.locator("summary").click()

            assert page.locator("html").get_attribute("dir") == "rtl"
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []
