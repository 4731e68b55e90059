"""Test the streaming of data files: constant memory, no open cursors or leftover files, and revisions in headers."""

import csv
import io
import json
import os
import tracemalloc
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from agencies.serializers import AgencySerializer
from commitments.models import Stakeholder
from foundation.clock import today
from foundation.text.spreadsheet_cells import MAX_CELL_LENGTH
from gmg_portal.open_data import writers
from gmg_portal.open_data.table_classes import Column, Table, read_consistent_rows
from gmg_portal.open_data.tables import TABLES
from gmg_portal.open_data.writers import FORMATS, write_xlsx
from gmg_portal.revision.current import CurrentRevision
from recommendations.serializers import RecommendationSerializer
from register.serializers import CommitmentSerializer, ReportSerializer
from tests.support.factories import published_report

pytestmark = pytest.mark.django_db

MANY = Table(
    name="many",
    title="Many",
    description="Made for tests.",
    rows=lambda day: Stakeholder.objects.order_by("pk"),
    columns=(
        Column("pk", "Its key.", lambda row: row.pk, type="integer"),
        Column("name", "Its name.", lambda row: row.name),
    ),
)


@pytest.fixture
def stakeholders():
    """Insert rows up to a number with one statement."""

    def stakeholders(number):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO commitments_stakeholder (name, acronym, kind, version)"
                " SELECT 'Body ' || n || repeat(' of many words', 10), '', 'civil_society', 1"
                " FROM generate_series((SELECT count(*) FROM commitments_stakeholder) + 1, %s) AS n",
                [number],
            )
        assert Stakeholder.objects.count() == number

    return stakeholders


@pytest.fixture
def temporary_folder(tmp_path, monkeypatch):
    """Return the folder of temporary files, for this test alone."""
    folder = tmp_path / "passing"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def open_cursors():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '\\_django%'")
        return cursor.fetchone()[0]


def peak_memory(kind):
    """Return the peak memory (bytes) of writing the table, and the length of the file."""
    _standing, rows = read_consistent_rows(lambda: MANY.rows(None))
    tracemalloc.start()
    try:
        length = sum(len(piece) for piece in kind.write(MANY.header, MANY.records(rows, "")))
        return tracemalloc.get_traced_memory()[1], length
    finally:
        tracemalloc.stop()
        rows.close()


# A workbook takes longest, and its compressed length does not grow in proportion to its rows.
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("form", "few", "many"),
    [("csv", 1_000, 6_000), ("json", 1_000, 6_000), ("ndjson", 1_000, 6_000), ("xlsx", 500, 5_000)],
)
def test_memory_stays_flat_whatever_the_size(stakeholders, monkeypatch, form, few, many):
    monkeypatch.setattr("gmg_portal.open_data.table_classes.CHUNK_SIZE", 200)
    stakeholders(10)
    peak_memory(FORMATS[form])  # what is loaded at first use is no part of a file
    stakeholders(few)
    peak_of_few, short = peak_memory(FORMATS[form])
    stakeholders(many)

    peak_of_many, long = peak_memory(FORMATS[form])

    assert long > 5 * short
    assert peak_of_many < 1.3 * peak_of_few


# Cleanup


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("read", [0, 1])
def test_reader_who_goes_away_leaves_nothing_open(client, stakeholders, temporary_folder, monkeypatch, form, read):
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda **_kwargs: [])  # it closes the connection
    stakeholders(2_500)
    monkeypatch.setitem(TABLES, "many", MANY)
    response = client.get(f"/data/many.{form}")
    for _piece in range(read):
        assert next(iter(response.streaming_content))
    assert open_cursors() == (0 if form == "xlsx" and read else 1)

    response.close()

    assert open_cursors() == 0
    assert list(temporary_folder.iterdir()) == []


def test_record_that_moved_leaves_no_cursor_behind(commitment, monkeypatch):
    truth = CurrentRevision.read()
    answers = [CurrentRevision(truth.number - 1, truth.moved_at), truth]
    monkeypatch.setattr("gmg_portal.open_data.table_classes.CurrentRevision.read", lambda: answers.pop(0))

    _standing, rows = read_consistent_rows(lambda: TABLES["commitments"].rows(None))

    assert open_cursors() == 1
    rows.close()
    assert open_cursors() == 0


def test_failure_midway_leaves_no_passing_file(temporary_folder):
    def records():
        yield ["1"]
        assert [path.is_dir() for path in temporary_folder.iterdir()] == [True]
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        list(write_xlsx(["number"], records()))

    assert list(temporary_folder.iterdir()) == []


def test_workbook_is_handed_on_from_a_file_without_a_name(temporary_folder):
    pieces = write_xlsx(["text"], [[os.urandom(3000).hex()] for _ in range(40)])
    first = next(pieces)

    assert len(first) == writers.BLOCK_SIZE
    assert list(temporary_folder.iterdir()) == []
    assert load_workbook(io.BytesIO(first + b"".join(pieces))).active.max_row == 41


# Cells of workbooks


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "1.5", "2014-06-30", "TRUE", "plain"])
def test_text_of_a_workbook_stays_a_text(text):
    workbook = load_workbook(io.BytesIO(b"".join(write_xlsx(["text"], [[text]]))))

    assert (workbook.active["A2"].value, workbook.active["A2"].data_type) == (text, "s")


@pytest.mark.parametrize("text", ["＝1+1", "＋1", "－1", "＠SUM(A1)", "'=1", "\n=1"])
def test_formula_in_other_clothes_is_defused_too(text):
    plain = b"".join(writers.write_csv(["text"], [[text]])).decode()
    workbook = load_workbook(io.BytesIO(b"".join(write_xlsx(["text"], [[text]]))))

    (_header, (cell,)) = csv.reader(io.StringIO(plain, newline=""))
    assert cell == ("'\n'=1" if text == "\n=1" else f"'{text}")
    assert workbook.active["A2"].value == f"'{text}"
    assert workbook.active["A2"].data_type == "s"


def test_text_longer_than_a_cell_says_that_it_was_cut():
    """Excel counts units of UTF-16, of which an emoji has two."""
    workbook = load_workbook(
        io.BytesIO(
            b"".join(write_xlsx(["text"], [["x" * (MAX_CELL_LENGTH + 1)], ["y" * MAX_CELL_LENGTH], ["😀" * 20_000]]))
        )
    )

    (_header, (cut,), (whole,), (emojis,)) = workbook.active.values
    assert len(cut) == MAX_CELL_LENGTH
    assert cut.endswith("x… (cut here: a cell holds no more; the CSV file has all of it)")
    assert whole == "y" * MAX_CELL_LENGTH
    assert emojis.endswith("😀… (cut here: a cell holds no more; the CSV file has all of it)")
    assert MAX_CELL_LENGTH - 1 <= len(emojis.encode("utf-16-le")) // 2 <= MAX_CELL_LENGTH


def test_workbook_with_more_rows_than_a_sheet_holds_says_that_it_was_cut(monkeypatch):
    monkeypatch.setattr(writers, "MAX_ROWS", 3)
    workbook = load_workbook(io.BytesIO(b"".join(write_xlsx(["text"], [["a"], ["b"], ["c"]]))))

    assert [value for (value,) in workbook.active.values] == [
        *("text", "a", "… (cut here: a sheet holds no more rows; the CSV file has all of them)")
    ]


# Names, revision, day and licence


SERIALIZERS = {
    "commitments": CommitmentSerializer,
    "reports": ReportSerializer,
    "agencies": AgencySerializer,
    "recommendations": RecommendationSerializer,
}


def test_columns_bear_the_names_of_the_api():
    strange = {
        (name, column)
        for name, serializer in SERIALIZERS.items()
        for column in TABLES[name].header
        if column not in serializer.Meta.fields and not is_nested_field(column, serializer.Meta.fields)
    }

    assert set(SERIALIZERS) == set(TABLES)
    assert strange == set()


def is_nested_field(column, fields):
    """Return whether a column holds a field of a nested object: `lead_kind` is `lead.kind` of the API."""
    return column.partition("_")[0] in {field.removesuffix("s") for field in fields}


@pytest.mark.parametrize("form", FORMATS)
def test_file_says_revision_day_and_licence_beside_its_rows(client, commitment, settings, form):
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
    published_report(commitment, on="2014-06-30")

    now = client.get(f"/data/reports.{form}")
    then = client.head(f"/data/reports.{form}?as_of=2014-07-01")

    number = str(CurrentRevision.read().number)
    assert (now["Record-Revision"], now["Record-Day"]) == (number, today().isoformat())
    assert (then["Record-Revision"], then["Record-Day"]) == (number, "2014-07-01")
    assert f'<http://testserver{reverse("data-package")}>; rel="describedby"' in now["Link"]
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in now["Link"]
    assert now.getvalue()


def test_workbook_says_what_it_is_on_its_second_sheet(client, commitment, settings):
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "", ""

    workbook = load_workbook(io.BytesIO(client.get("/data/commitments.xlsx?lead=ilo").getvalue()))

    assert workbook.sheetnames == ["data", "About"]
    assert workbook.active.title == "data"
    described = {column.name: column.description for column in TABLES["commitments"].columns}
    assert dict(workbook["About"].values) == {
        "Title": "Commitments",
        "Address": "http://testserver/data/commitments.xlsx?lead=ilo",
        "Filters": "lead = ilo",
        "Revision": str(CurrentRevision.read().number),
        "Retrieved on (UTC)": today().isoformat(),
        "Rows": "A selection",
        "Licence": "not stated",
        "Source": "http://testserver/data/",
        "Columns": "http://testserver/data/datapackage.json",
        **described,
    }
    assert f"Revision: {CurrentRevision.read().number}" in workbook.properties.description


def test_files_of_one_state_have_one_revision(client, commitment):
    responses = {form: client.get(f"/data/commitments.{form}") for form in FORMATS}
    described = client.get(reverse("data-package")).json()

    assert {(response["Record-Revision"], response["Record-Day"]) for response in responses.values()} == {
        (str(described["revision"]), described["day"])
    }
    assert [json.loads(line)["reference"] for line in responses["ndjson"].getvalue().decode().splitlines()] == [
        commitment.reference
    ]
    assert all(response.getvalue() for form, response in responses.items() if form != "ndjson")
    assert Path(responses["csv"]["Content-Disposition"]).suffix.startswith(".csv")
