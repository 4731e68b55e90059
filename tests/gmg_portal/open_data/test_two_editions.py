"""Test two editions, published once for all tests: their pages, their files, and their differences."""

import copy
import csv
import io
import json
import shutil
from datetime import date
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse

from commitments.models import Commitment
from gmg_portal.models import Edition
from gmg_portal.open_data.editions import publishing
from gmg_portal.open_data.editions.publishing import publish
from gmg_portal.open_data.tables import TABLES
from tests.conftest import PUBLIC_URL
from tests.gmg_portal.open_data.edition_files import address_of, body
from tests.support.factories import AgencyFactory, CommitmentFactory, corrected
from tests.support.factories import published_report as report_on

CC_BY = "https://creativecommons.org/licenses/by/4.0/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("editions")]


@pytest.fixture(scope="module")
def published(module_db, tmp_path_factory):
    """Publish two editions: between them a commitment was added, one withdrawn, and one and an agency changed."""
    folder = tmp_path_factory.mktemp("published") / "editions"
    storage = {**settings.STORAGES["editions"], "OPTIONS": {"location": folder}}
    public = override_settings(PUBLIC_URL=PUBLIC_URL, STORAGES={**settings.STORAGES, "editions": storage})
    with module_db.unblock(), public, pytest.MonkeyPatch.context() as clock:

        def published_on(day):
            clock.setattr(publishing, "today", lambda: date.fromisoformat(day))
            return publish()

        ilo, iom = AgencyFactory(code="ilo"), AgencyFactory(code="iom")
        commitment = CommitmentFactory(lead_agency=ilo, title="Fair recruitment of migrant workers")
        gone = CommitmentFactory(lead_agency=iom, title="Entered by mistake")
        first = published_on("2014-06-30")
        CommitmentFactory(lead_agency=iom, title="Remittances")
        corrected(gone, state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")
        report_on(commitment, on="2014-09-30", status="completed")
        iom.headquarters = "Geneva"
        iom.save()
        return SimpleNamespace(folder=folder, changed=commitment, pair=(first, published_on("2014-12-31")))


@pytest.fixture
def pair(published, editions):
    """Return both editions, with their files in the folder of this test."""
    shutil.copytree(published.folder, editions)
    return copy.deepcopy(published.pair)


@pytest.fixture
def changed(published):
    return copy.deepcopy(published.changed)


# Their files


def test_manifest_has_both_editions_and_counts(client, settings, pair):
    first, second = pair

    manifest = json.loads(body(client, address_of(second, "manifest.json")))

    counted = {name: {"added": 0, "gone": 0, "changed": 0} for name in TABLES}
    counted["commitments"] = {"added": 1, "gone": 1, "changed": 1}
    counted["reports"]["added"] = 1
    counted["agencies"]["changed"] = 1
    assert manifest == {
        "title": "GMG HLD follow-up portal",
        "edition": "2014-12-31",
        "address": f"{settings.PUBLIC_URL}/data/editions/2014-12-31/",
        "day": "2014-12-31",
        "published_at": second.published_at.isoformat(timespec="seconds"),
        "revision": second.revision,
        "licence": {"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": CC_BY},
        "counts": {"commitments": 2, "reports": 1, "agencies": 2, "recommendations": 0},
        "previous": "2014-06-30",
        "changes": counted,
        "files": second.files[:-2],
    }
    assert first.changes is None
    assert [file["name"] for file in second.files[16:18]] == ["changes.json", "changes.csv"]


def test_later_changes_reach_no_edition(client, pair, changed):
    first, _second = pair
    before = body(client, address_of(first, "commitments.csv"))

    report_on(changed, on="2015-06-30", status="discontinued", status_reason="Funds ended.")

    assert body(client, address_of(first, "commitments.csv")) == before
    rows = list(csv.DictReader(io.StringIO(before.decode("utf-8-sig"), newline="")))
    assert [(row["title"], row["status"]) for row in rows] == [
        ("Fair recruitment of migrant workers", ""),
        ("Entered by mistake", ""),
    ]


@pytest.mark.parametrize("harm", ["altered", "cut", "lost"])
def test_file_that_is_not_what_was_published_is_not_served(client, editions, pair, caplog, harm):
    first, second = pair
    lying = editions / "2014-06-30" / "commitments.ndjson"
    good = lying.read_bytes()
    {
        "altered": lambda: lying.write_bytes(good.replace(b"Fair", b"Foul")),
        "cut": lambda: lying.write_bytes(good[:-1]),
        "lost": lying.unlink,
    }[harm]()
    reason = "cannot be read." if harm == "lost" else "is not what was published: its digest is another one."
    sentence = f"commitments.ndjson of edition 2014-06-30 {reason}"

    response = client.get(address_of(first, "commitments.ndjson"))
    page = client.get(address_of(second, "since/2014-06-30/"))
    file = client.get(address_of(second, "since/2014-06-30.json"))
    with pytest.raises(CommandError) as check:
        call_command("publish_edition", check=True)

    assert [each.status_code for each in (response, page, file)] == [503, 503, 503]
    assert response.content.decode() == f"{sentence} It is not handed out until it has been restored.\n"
    assert response["Cache-Control"] == "no-store"
    assert b"Foul" not in page.content
    assert sentence in page.content.decode()
    assert sentence in caplog.text
    assert str(check.value) == sentence
    assert body(client, address_of(first, "commitments.csv"))


def test_check_finds_every_file_as_published(editions, pair, capsys):
    call_command("publish_edition", check=True)

    assert capsys.readouterr().out == "2014-06-30: 19 files, as published.\n2014-12-31: 21 files, as published.\n"


def test_file_may_be_kept_for_ever_and_is_known_by_its_digest(client, pair):
    edition, _later = pair
    address, file = address_of(edition, "commitments.csv"), edition.files[0]

    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": f'"{file["sha256"]}"'})
    head = client.head(address)

    assert first["ETag"] == head["ETag"] == f'"{file["sha256"]}"'
    assert first["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first["Content-Type"] == "text/csv; charset=utf-8"
    assert first["Content-Length"] == str(file["bytes"])
    assert (again.status_code, again.content) == (304, b"")
    assert head.getvalue() == b""
    assert first.getvalue()


def test_check_reports_additional_files(client, editions, pair):
    edition, _later = pair
    (editions / "2014-06-30" / "users.csv").write_text("Quetzalcoatlus")

    with pytest.raises(CommandError) as check:
        call_command("publish_edition", check=True)

    assert str(check.value) == "users.csv lies in the folder of edition 2014-06-30, and was not published with it."
    assert client.get(address_of(edition, "users.csv")).status_code == 404


def test_nothing_outside_of_an_edition_is_reached(client, editions, pair):
    edition, _later = pair
    (editions / "secret.csv").write_text("Quetzalcoatlus")

    for path in ("../secret.csv", "..%2Fsecret.csv", "%2e%2e/secret.csv", "....//secret.csv"):
        assert client.get(address_of(edition, path)).status_code == 404


def test_files_are_private_to_the_account(published):
    folders = [published.folder, published.folder / "2014-06-30"]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in folders[1].iterdir()} == {0o600}


ASKED = "?as_of=2014-06-30"


@pytest.mark.parametrize(
    "path", ["", "2014-12-31/", "2014-12-31/commitments.csv", "2014-12-31/since/2014-06-30/",
             "2014-12-31/since/2014-06-30.csv", "2014-12-31/cite.bib"],
)  # fmt: skip
def test_day_of_the_record_is_not_asked_of_what_is_frozen(client, pair, path):
    response = client.get(f"/data/editions/{path}{ASKED}")

    assert response.status_code == 400
    assert "‘as_of’ is not a parameter here: this address takes none." in response.content.decode()
    assert client.get(f"/data/editions/{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["2014-06-29/", "2014-6-30/", "20140630/", "latest/", "2014-02-31/", "2014-06-30/nothing.csv",
             "2014-06-30/cite.pdf", "2014-06-30/since/2014-06-30/", "2014-12-31/since/2014-06-30.xlsx"],
)  # fmt: skip
def test_what_was_not_published_is_not_found(client, pair, path):
    assert client.get(f"/data/editions/{path}").status_code == 404


# The pages


def test_list_names_editions_newest_first_with_their_changes(client, pair):
    html = client.get("/data/editions/").content.decode()

    assert html.index('href="/data/editions/2014-12-31/"') < html.index('href="/data/editions/2014-06-30/"')
    assert 'href="/data/editions/2014-12-31/since/2014-06-30/"' in html
    assert "The first one" in html


def test_edition_names_files_digests_and_its_citation(client, pair):
    first, second = pair

    html = client.get(address_of(second)).content.decode()

    for file in second.files:
        assert f'href="/data/editions/2014-12-31/{file["name"]}"' in html
        assert file["sha256"] in html
    assert (
        "Global Migration Group (2014). "
        "The public record of the follow-up to the 2013 High-level Dialogue [data files]. "
        f"GMG HLD follow-up portal, edition of 31 December 2014, revision {second.revision}. "
        "http://testserver/data/editions/2014-12-31/" in html
    )
    assert 'href="/data/editions/2014-12-31/since/2014-06-30/"' in client.get(address_of(first)).content.decode()


def test_citation_comes_for_bibtex_and_ris(client, pair):
    _first, second = pair

    bibtex = body(client, address_of(second, "cite.bib")).decode()
    ris = body(client, address_of(second, "cite.ris")).decode()

    assert bibtex.startswith("@misc{GMG-HLD-2014-12-31,\n")
    assert "url = {http://testserver/data/editions/2014-12-31/}" in bibtex
    assert f"N1  - Edition of 31 December 2014, revision {second.revision}\r\n" in ris


# Differences


def test_differences_name_rows_and_fields_with_both_values(client, pair, changed):
    commitments = Commitment.objects.order_by("pk")
    gone, new = commitments[1], commitments[2]

    rows = json.loads(body(client, "/data/editions/2014-12-31/since/2014-06-30.json"))

    assert [(row["table"], row["change"], row["key"]) for row in rows] == [
        ("commitments", "changed", changed.reference),
        ("commitments", "added", new.reference),
        ("commitments", "gone", gone.reference),
        ("reports", "added", f"{changed.reference}-1"),
        ("agencies", "changed", "iom"),
    ]
    assert rows[0]["fields"]["status"] == {"then": None, "now": "completed"}
    assert rows[0]["fields"]["last_update_on"] == {"then": None, "now": "2014-09-30"}
    assert rows[-1]["fields"] == {"headquarters": {"then": "", "now": "Geneva"}}
    assert (rows[2]["title"], rows[2]["fields"]) == ("Entered by mistake", {})


def test_differences_are_those_that_were_frozen_with_the_edition(client, pair):
    _first, second = pair

    for form in ("json", "csv"):
        now = body(client, f"/data/editions/2014-12-31/since/2014-06-30.{form}")
        assert body(client, address_of(second, f"changes.{form}")) == now


def test_page_shows_what_differs_and_bounds_it(client, pair, monkeypatch):
    html = client.get("/data/editions/2014-12-31/since/2014-06-30/").content.decode()

    assert 'href="#commitments-gone">1<' in html
    assert "Entered by mistake" in html
    assert "<code>headquarters</code>" in html
    assert "Geneva" in html
    assert 'href="/data/editions/2014-12-31/since/2014-06-30.csv"' in html
    monkeypatch.setattr("gmg_portal.open_data.editions.views.MAX_ROWS_SHOWN", 0)
    bounded = client.get("/data/editions/2014-12-31/since/2014-06-30/").content.decode()
    assert "Entered by mistake" not in bounded
    assert "The first 0 are shown; the file has all." in bounded


def test_differences_come_from_the_files_alone(client, pair, django_assert_num_queries):
    Edition.objects.count()

    with django_assert_num_queries(3):  # the revision, and the two rows that hold the digests
        body(client, "/data/editions/2014-12-31/since/2014-06-30.csv")


@pytest.mark.parametrize("end", ["/", ".csv", ".json"])
def test_later_before_earlier_leads_to_the_other_way_round(client, pair, end):
    response = client.get(f"/data/editions/2014-06-30/since/2014-12-31{end}")

    assert (response.status_code, response["Location"]) == (301, f"/data/editions/2014-12-31/since/2014-06-30{end}")


def test_catalogue_and_data_page_lead_to_editions(client, pair):
    page = client.get(reverse("data")).content.decode()

    assert 'href="/data/editions/"' in page
    assert 'href="/data/editions/2014-12-31/"' in page
