"""Test editions: complete or absent, immutable, verified by digests, and compared from their own files."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from openpyxl import load_workbook

from agencies.models import Agency
from gmg_portal.models import Edition
from gmg_portal.open_data.editions import publishing
from gmg_portal.open_data.editions.differences import compare_files
from gmg_portal.open_data.editions.publishing import PublicationRefused, publish
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS
from gmg_portal.revision.current import CurrentRevision
from tests.gmg_portal.open_data.edition_files import address_of, body
from tests.support.factories import CommitmentFactory, EditionFactory, ProgressReportFactory
from tests.support.factories import published_report as report_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("editions")]

MARK = "Quetzalcoatlus"
TABLE_FILES = [f"{table}.{form}" for table in TABLES for form in FORMATS]
BESIDE = ["datapackage.json", "manifest.json", "SHA256SUMS"]


@pytest.fixture
def published_on(monkeypatch):
    """Publish the record as the edition of a day."""

    def published_on(day):
        monkeypatch.setattr(publishing, "today", lambda: date.fromisoformat(day))
        return publish()

    return published_on


# Content


def test_edition_holds_every_file_with_its_digest(client, editions, published_on, commitment):
    report_on(commitment)

    edition = published_on("2014-06-30")

    assert [file["name"] for file in edition.files] == [*TABLE_FILES, *BESIDE]
    assert {path.name for path in (editions / "2014-06-30").iterdir()} == {*TABLE_FILES, *BESIDE}
    assert [path.name for path in editions.iterdir()] == ["2014-06-30"]
    for file in edition.files:
        content = body(client, address_of(edition, file["name"]))
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    sums = body(client, address_of(edition, "SHA256SUMS")).decode().splitlines()
    assert sums == [f"{file['sha256']}  {file['name']}" for file in edition.files[:-1]]


def test_frozen_files_say_revision_day_and_licence(client, settings, published_on, commitment):
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "CC BY 4.0", ""

    edition = published_on("2014-06-30")

    package = json.loads(body(client, address_of(edition, "datapackage.json")))
    about = dict(load_workbook(io.BytesIO(body(client, address_of(edition, "commitments.xlsx"))))["About"].values)
    assert (package["revision"], package["day"]) == (edition.revision, "2014-06-30")
    assert (about["Revision"], about["Retrieved on (UTC)"], about["Licence"]) == (
        str(edition.revision), "2014-06-30", "CC BY 4.0",
    )  # fmt: skip
    assert client.head(address_of(edition, "commitments.csv"))["Record-Day"] == "2014-06-30"


def test_drafts_are_in_no_file_of_an_edition(client, editions, published_on, commitment):
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, title=MARK, summary=MARK)
        ProgressReportFactory(**{state: True}, commitment=commitment, achieved=MARK)

    edition = published_on("2014-06-30")

    assert edition.counts["commitments"] == 1
    for name in TABLE_FILES:
        content = body(client, address_of(edition, name))
        text = (
            repr(list(load_workbook(io.BytesIO(content)).active.values)) if name.endswith("xlsx") else content.decode()
        )
        assert MARK not in text


@pytest.mark.django_db(transaction=True)
def test_edition_is_one_state_of_the_record(client, monkeypatch, published_on, ilo):
    """Another connection publishes a row while the files are written: no file contains it."""
    CommitmentFactory(lead_agency=ilo, title="Before")
    number = CurrentRevision.read().number
    write, done = publishing.write_file, []

    def interrupted(folder, name, mediatype, pieces):
        if not done:
            done.append(run_in_other_connection("UPDATE agencies_agency SET headquarters = 'Elsewhere'"))
        return write(folder, name, mediatype, pieces)

    monkeypatch.setattr(publishing, "write_file", interrupted)

    edition = published_on("2014-06-30")

    agencies = [json.loads(line) for line in body(client, address_of(edition, "agencies.ndjson")).splitlines()]
    assert [row["headquarters"] for row in agencies] == [""]
    assert edition.revision == number
    assert Agency.objects.get().headquarters == "Elsewhere"


def run_in_other_connection(statement):
    """Run a statement in another connection and transaction."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(statement)
    finally:
        other.close()
    return True


# Publication


def test_second_edition_of_a_day_is_refused(published_on, commitment):
    published_on("2014-06-30")

    with pytest.raises(CommandError) as refusal:
        call_command("publish_edition")

    assert str(refusal.value) == (
        "No edition was published. There is an edition of 2014-06-30 already, and it is never altered: "
        "publish one tomorrow."
    )
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost", "http://portal", "http://10.0.0.5"])
def test_address_that_readers_cannot_reach_is_not_frozen(editions, settings, commitment, address):
    settings.PUBLIC_URL = address

    with pytest.raises(CommandError) as refusal:
        call_command("publish_edition")

    assert str(refusal.value) == (
        f"No edition was published. PUBLIC_URL is {address}, and the files of an edition would say so for ever: set it "
        "to the address under which readers find the portal, as https://portal.example.org."
    )
    assert not Edition.objects.exists()


def test_dry_run_reports_all_and_stores_nothing(client, editions, settings, commitment, capsys):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"  # which is refused for an edition

    call_command("publish_edition", dry_run=True)

    output = capsys.readouterr().out
    assert "19 files" in output
    assert "rows: commitments 1, reports 0, agencies 1, recommendations 0." in output
    assert output.endswith("Nothing was published: this was a trial.\n")
    assert list(editions.iterdir()) == []
    assert not Edition.objects.exists()


@pytest.mark.parametrize("step", ["_write_changes", "_write_json", "_move_into_place"])
def test_publication_that_fails_midway_leaves_nothing_and_can_be_run_again(
    client, editions, monkeypatch, published_on, commitment, step
):
    published_on("2014-01-31")
    original = getattr(publishing, step)
    failing = pytest.MonkeyPatch()
    failing.setattr(publishing, step, lambda *arguments: (original(*arguments), 1 / 0))

    with failing.context(), pytest.raises(ZeroDivisionError), transaction.atomic():
        published_on("2014-06-30")
    failing.undo()

    assert client.get("/data/editions/2014-06-30/").status_code == 404
    assert client.get("/data/editions/2014-06-30/commitments.csv").status_code == 404
    assert [path.name for path in editions.iterdir() if path.name.startswith(".")] == []
    edition = published_on("2014-06-30")
    assert body(client, address_of(edition, "commitments.csv"))


@pytest.mark.parametrize(
    "statement", ["UPDATE edition SET revision = 99", "DELETE FROM edition", "UPDATE edition SET files = '[]'"]
)
def test_database_refuses_to_alter_an_edition(statement):
    edition = EditionFactory()

    refused = pytest.raises(DatabaseError, match="never changed or deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    edition.refresh_from_db()
    assert edition.revision == 1


def test_publication_moves_the_revision_so_that_lists_are_not_stale(client, published_on, commitment):
    before = client.get("/data/editions/")["ETag"]

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('portal.revision_moved_in', '', true)")
    edition = published_on("2014-06-30")

    assert CurrentRevision.read().number == edition.revision + 1
    assert client.get("/data/editions/")["ETag"] != before


def test_damaged_edition_is_no_ground_for_the_next(editions, published_on, commitment, monkeypatch):
    published_on("2014-06-30")
    (editions / "2014-06-30" / "commitments.ndjson").write_text("{}")
    monkeypatch.setattr(publishing, "today", lambda: date(2014, 12, 31))

    with pytest.raises(CommandError, match="^No edition was published. commitments.ndjson of edition 2014-06-30"):
        call_command("publish_edition")
    assert Edition.objects.count() == 1


def test_cell_of_a_difference_is_no_formula(client, published_on, ilo):
    published_on("2014-06-30")
    ilo.headquarters = "=1+1"
    ilo.save()
    published_on("2014-12-31")

    lines = body(client, "/data/editions/2014-12-31/since/2014-06-30.csv").decode("utf-8-sig")

    assert ",headquarters,,'=1+1\r\n" in lines


def test_tables_and_columns_that_only_one_edition_knows_are_compared_too():
    def lines(*rows):
        return io.BytesIO(b"".join(json.dumps(row).encode() + b"\n" for row in rows))

    differences = list(
        compare_files("x", lines({"code": "a", "old": 1}, {"code": "b"}), lines({"code": "a", "new": 2}, {"code": "b"}))
    )

    assert [(row.key, row.fields) for row in differences] == [("a", {"new": (None, 2), "old": (1, None)})]
    assert [row.change_type for row in compare_files("x", None, lines({"code": "a"}))] == ["added"]
    assert [row.change_type for row in compare_files("x", lines({"code": "a"}), None)] == ["gone"]


# Interruptions


KILLED = """
import os, signal, django
django.setup()
from gmg_portal.open_data.editions import publishing
publishing._move_into_place = lambda folder, day: os.kill(os.getpid(), signal.SIGKILL)
publishing.publish()
"""


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_killed_publication_leaves_nothing_that_is_seen(client, editions, published_on, ilo):
    CommitmentFactory(lead_agency=ilo)

    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=settings.BASE_DIR,
        env=subprocess_environment(editions),
        check=False,
        timeout=120,
    )

    assert killed.returncode == -signal.SIGKILL
    assert [path.name[:12] for path in editions.iterdir()] == [".unfinished-"]
    assert not Edition.objects.exists()
    assert "None has been published yet." in client.get("/data/editions/").content.decode()
    edition = publish()
    assert [path.name for path in editions.iterdir()] == [edition.day.isoformat()]


def subprocess_environment(editions):
    """Return the environment of a subprocess with the same database and the same folder of editions."""
    connection_params = connection.get_connection_params()
    url = f"postgresql://{connection_params['user']}:{connection_params['password']}@{connection_params['host']}:{connection_params['port']}/{connection_params['dbname']}"
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PORTAL_VAR")}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "gmg_portal.settings",
        "SECRET_KEY": "of-the-test",
        "DATABASE_URL": url,
        "EDITIONS_DIR": str(editions),
        "PLAIN_HTTP": "1",
        "PUBLIC_URL": "http://portal.example.org",
    }


def test_two_who_publish_at_once_do_not_meet(monkeypatch, commitment):
    monkeypatch.setattr(publishing, "LOCK", "taken")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('taken', 0))")
        with pytest.raises(PublicationRefused, match="An edition is being published just now: wait until it is there."):
            publish()
    finally:
        other.close()


def test_midnight_meanwhile_is_refused(monkeypatch, editions, commitment):
    days = iter([date(2014, 6, 30), date(2014, 7, 1)])
    monkeypatch.setattr(publishing, "today", lambda: next(days))

    with pytest.raises(PublicationRefused, match="Midnight"):
        publish()

    assert list(editions.iterdir()) == []


def test_unclaimed_folder_is_set_aside_and_kept(client, editions, published_on, commitment):
    lost = editions / "2014-06-30"
    lost.mkdir(parents=True)
    (lost / "commitments.csv").write_text(MARK)

    edition = published_on("2014-06-30")

    assert MARK.encode() not in body(client, address_of(edition, "commitments.csv"))
    assert [path.read_text() for path in editions.glob("2014-06-30.unclaimed-*/commitments.csv")] == [MARK]
