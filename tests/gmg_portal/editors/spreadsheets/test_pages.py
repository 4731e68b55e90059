"""Import and export as pages of the editor area."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from commitments.models import Commitment
from gmg_portal.editors.spreadsheets import upload_store
from gmg_portal.editors.spreadsheets.resources import RESOURCES, CommitmentResource
from gmg_portal.editors.spreadsheets.writing import FILES, export_xlsx
from tests.support.factories import CommitmentFactory
from tests.support.form_filling import app_label_of

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
TABLES = ["commitment", "milestone", "progressreport"]
IMPORT = "/admin/commitments/commitment/import/"


def changed_file(person, summary):
    """The person's one draft with another summary."""
    workbook = load_workbook(io.BytesIO(export_xlsx(CommitmentResource(person))))
    workbook.worksheets[0]["I2"] = summary
    file = io.BytesIO()
    workbook.save(file)
    return SimpleUploadedFile("drafts.xlsx", file.getvalue())


def send(client, file):
    return client.post(IMPORT, {"file": file})


def confirm(client, response):
    return client.post(f"{IMPORT}confirm/", {"ticket": response.context["ticket"]}, follow=True)


@pytest.mark.parametrize("table", TABLES)
def test_links_lead_to_the_pages(client, ilo_focal_point, table):
    client.force_login(ilo_focal_point)
    address = reverse(f"admin:{app_label_of(table)}_{table}_import")

    assert address == f"/admin/{app_label_of(table)}/{table}/import/"
    assert address in client.get("/admin/").content.decode()
    assert address in client.get(f"/admin/{app_label_of(table)}/{table}/").content.decode()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("table", TABLES)
def test_who_writes_no_drafts_is_turned_away(client, draft, secretariat, outsider, table):
    for person, status in ((None, 302), (outsider, 302), (secretariat, 403)):
        client.logout()
        if person:
            client.force_login(person)
        address = f"/admin/{app_label_of(table)}/{table}/import/"
        answers = [client.get(address), client.post(address), client.post(f"{address}confirm/")]
        answers += [client.get(f"{address}{file}") for file in FILES]

        assert {answer.status_code for answer in answers} == {status}
    assert (
        f"/admin/{app_label_of(table)}/{table}/import/"
        not in client.get(f"/admin/{app_label_of(table)}/{table}/").content.decode()
    )


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("file", FILES)
def test_files_hold_nothing_of_others_and_are_kept_by_no_cache(client, iom, ilo, ilo_focal_point, table, file):
    CommitmentFactory(draft=True, lead_agency=iom, title=MARK)
    CommitmentFactory(submitted=True, lead_agency=iom, title=MARK)
    client.force_login(ilo_focal_point)

    answer = client.get(f"/admin/{app_label_of(table)}/{table}/import/{file}")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    text = answer.content.decode("utf-8-sig") if file.endswith("csv") else str(cells(answer.content))
    assert MARK not in text
    assert text


def cells(content):
    return [list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(io.BytesIO(content))]


def test_unknown_file_is_not_found(client, ilo_focal_point):
    client.force_login(ilo_focal_point)

    assert client.get(f"{IMPORT}passwords.csv").status_code == 404


def test_file_is_tried_first_and_then_taken_in(client, draft, ilo_focal_point):
    client.force_login(ilo_focal_point)

    tried = send(client, changed_file(ilo_focal_point, MARK))

    draft.refresh_from_db()
    assert draft.summary != MARK
    page = tried.content.decode()
    assert "<del>What is undertaken, in a few lines.</del>" in page
    assert f"<ins>{MARK}</ins>" in page
    assert "New: 0. Changed: 1. Unchanged: 0." in page
    taken = confirm(client, tried)
    draft.refresh_from_db()
    assert (draft.summary, draft.state) == (MARK, "draft")
    assert [str(message) for message in taken.context["messages"]] == [
        "Taken in: 0 drafts are new, 1 changed, 0 left as they were."
    ]
    assert default_storage.listdir(upload_store.FOLDER)[1] == []


def test_what_changed_since_the_trial_refuses_the_file_anew(client, draft, ilo_focal_point, ilo_alternate):
    client.force_login(ilo_focal_point)
    tried = send(client, changed_file(ilo_focal_point, MARK))
    draft.title, draft._history_user = "Theirs", ilo_alternate
    draft.save()

    answer = confirm(client, tried)

    draft.refresh_from_db()
    assert (draft.title, draft.summary == MARK) == ("Theirs", False)
    page = answer.content.decode()
    assert "Something changed since the trial: nothing was taken in" in page
    assert "ilo_alternate changed this on" in page


def test_draft_submitted_since_the_trial_is_left_alone(client, draft, ilo_focal_point, ilo_alternate):
    client.force_login(ilo_focal_point)
    tried = send(client, changed_file(ilo_focal_point, MARK))
    Commitment.objects.filter(pk=draft.pk).update(state="submitted")

    answer = confirm(client, tried)

    draft.refresh_from_db()
    assert draft.summary != MARK
    assert "is in the state ‘Submitted’ and takes no changes." in answer.content.decode()


def test_problems_are_listed_and_nothing_can_be_confirmed(client, draft, ilo_focal_point):
    client.force_login(ilo_focal_point)

    answer = send(client, SimpleUploadedFile("a.csv", b"title\r\nx\r\n"))

    assert answer.context["ticket"] == ""
    page = answer.content.decode()
    assert "Nothing was taken in" in page
    assert "Row 1: the column reference, version, state, kind" in page
    assert "Take in this file" not in page


@pytest.mark.parametrize("upload", [{}, {"file": SimpleUploadedFile("empty.csv", b"")}], ids=["none", "empty"])
def test_no_file_is_asked_for_again(client, ilo_focal_point, upload):
    client.force_login(ilo_focal_point)

    answer = client.post(IMPORT, upload)

    assert len(answer.context["form"].errors["file"]) == 1


def test_too_large_a_file_is_refused_unread(client, ilo_focal_point):
    client.force_login(ilo_focal_point)

    answer = send(client, SimpleUploadedFile("large.xlsx", b"x" * 26 * 1024 * 1024))

    assert "This file is larger than 10 MB: send it in parts." in answer.content.decode()
    assert not default_storage.exists(upload_store.FOLDER)


def test_text_of_a_file_is_shown_and_never_run(client, draft, ilo_focal_point):
    client.force_login(ilo_focal_point)

    page = send(client, changed_file(ilo_focal_point, "<script>alert(1)</script>")).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


# The file between trial and confirmation


def test_ticket_is_good_for_its_person_its_table_and_an_hour(client, draft, ilo_focal_point, ilo_alternate):
    client.force_login(ilo_focal_point)
    ticket = send(client, changed_file(ilo_focal_point, MARK)).context["ticket"]
    kept = upload_store.load(ticket, ilo_focal_point, "commitments")
    refused = []

    client.force_login(ilo_alternate)
    refused.append(client.post(f"{IMPORT}confirm/", {"ticket": ticket}))
    client.force_login(ilo_focal_point)
    refused.append(client.post("/admin/commitments/milestone/import/confirm/", {"ticket": ticket}))
    refused.append(client.post(f"{IMPORT}confirm/", {"ticket": ticket[:-1]}))
    refused.append(client.post(f"{IMPORT}confirm/"))
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        client.force_login(ilo_focal_point)
        refused.append(client.post(f"{IMPORT}confirm/", {"ticket": ticket}))

    assert kept
    assert all("The file is no longer kept here: choose it again." in answer.content.decode() for answer in refused)
    draft.refresh_from_db()
    assert draft.summary != MARK


def test_kept_file_that_was_tampered_with_is_refused(client, draft, ilo_focal_point):
    client.force_login(ilo_focal_point)
    tried = send(client, changed_file(ilo_focal_point, MARK))
    (name,) = default_storage.listdir(upload_store.FOLDER)[1]
    with open(default_storage.path(f"{upload_store.FOLDER}/{name}"), "ab") as file:
        file.write(b"more")

    answer = confirm(client, tried)

    assert "The file is no longer kept here: choose it again." in answer.content.decode()


def test_abandoned_upload_is_deleted(ilo_focal_point):
    upload_store.store(b"old", ilo_focal_point, "commitments")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        ticket = upload_store.store(b"new", ilo_focal_point, "commitments")

        assert upload_store.load(ticket, ilo_focal_point, "commitments") == b"new"
        assert len(default_storage.listdir(upload_store.FOLDER)[1]) == 1


def test_columns_are_named_as_in_the_public_files():
    from gmg_portal.open_data.tables import TABLES as PUBLIC

    own = {"commitments": {"version"}, "reports": {"id", "version", "state"}}

    for name, extra in own.items():
        header = set(RESOURCES[name](None).get_export_headers())
        assert header - set(PUBLIC[name].header) == extra


def test_file_confirmed_twice_is_taken_in_once(client, draft, ilo_focal_point):
    client.force_login(ilo_focal_point)
    tried = send(client, changed_file(ilo_focal_point, MARK))
    first = confirm(client, tried)
    draft.refresh_from_db()
    version = draft.version

    second = confirm(client, tried)

    draft.refresh_from_db()
    assert "1 changed" in first.content.decode()
    assert "You sent this twice. The file was taken in once." in second.content.decode()
    assert draft.version == version
