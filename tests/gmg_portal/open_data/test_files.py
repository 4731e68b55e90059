import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from commitments.models import Status
from foundation.clock import today
from gmg_portal.models import Revision
from gmg_portal.open_data import table_classes, writers
from gmg_portal.open_data.tables import COMMITMENTS, TABLES
from gmg_portal.open_data.writers import write_csv, write_json, write_ndjson, write_xlsx
from gmg_portal.revision.current import CurrentRevision
from register.filtering.commitment_filters import CommitmentFilter
from reporting.models import Evidence
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    FormerNameFactory,
    MilestoneFactory,
    ProgressReportFactory,
    RecommendationFactory,
    StakeholderFactory,
    WorkPlanFactory,
    corrected,
    published_report,
    run_deferred_triggers,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
HOST = "http://testserver"
FORMATS = ["csv", "json", "ndjson", "xlsx"]


@pytest.fixture
def recommendation(points):
    return RecommendationFactory(code="GOV-1", level="governance", position=1, agenda_points=points[:1])


@pytest.fixture
def full(ilo, iom, ohchr, points, recommendation):
    """Create a commitment with a value in every column, and its report."""
    commitment = CommitmentFactory(
        lead_agency=ilo,
        title="=1+1 fair recruitment",
        summary="Lines\nof text, with “quotes” and commas",
        original_text="The ILO will …",
        kind="norm",
        agenda_points=[points[1], points[6]],
        recommendations=[recommendation],
        partners=[ohchr, iom],
        stakeholders=[StakeholderFactory(name="IOE"), StakeholderFactory(name="ITUC")],
        work_plan=WorkPlanFactory(slug="mawp"),
        scope="regional",
        places=["Arab States", "Jordan"],
        start_on=date(2014, 12, 31),
        start_precision="year",
        deadline_on=date(2016, 3, 31),
        deadline_precision="month",
    )
    published_report(
        commitment,
        on="2014-06-30",
        status="discontinued",
        status_reason="Funds ended.",
        barriers="@ no funds",
        next_steps="-",
        period_start=date(2014, 1, 1),
        period_end=date(2014, 6, 30),
        on_behalf_of=ilo,
        evidence=[
            EvidenceFactory.build(report=None, title="First", url="https://example.org/1"),
            EvidenceFactory.build(report=None, title="Second", url="", symbol="A/68/190"),
            EvidenceFactory.build(report=None, title=MARK, url=f"https://example.org/{MARK}", is_public=False),
        ],
    )
    return commitment


@pytest.fixture
def hidden(ilo, commitment, points):
    """Create rows in every private state with the secret word, and a withdrawn one without it."""
    for state in ("draft", "submitted", "sent_back"):
        texts = {"title": MARK, "summary": MARK, "original_text": MARK, "places": [MARK], "source_title": MARK}
        row = CommitmentFactory(
            **{state: True},
            **texts,
            lead_agency=ilo,
            agenda_points=points,
            deadline_on=date(2030, 1, 1),
            stakeholders=[StakeholderFactory(name=f"{MARK} {state}")],
        )
        MilestoneFactory(commitment=row, title=MARK, deadline_on=date(2030, 1, 1))
        report = ProgressReportFactory(**{state: True}, commitment=commitment, achieved=MARK, barriers=MARK)
        EvidenceFactory(report=report, title=MARK, url=f"https://example.org/{MARK}")
        AssessmentFactory(**{state: True}, commitment=commitment, text=MARK)
        AnswerFactory(**{state: True}, assessment__commitment=commitment, text=MARK)
    published_report(
        commitment, evidence=[EvidenceFactory.build(report=None, title=MARK, symbol=MARK, is_public=False)]
    )
    return CommitmentFactory(withdrawn=True, lead_agency=ilo, deadline_on=date(2030, 1, 1))


def read(client, table, form="csv", query=""):
    response = client.get(reverse("data-file", args=[table, form]) + query)
    assert response.status_code == 200
    return response.getvalue()


def rows_of(client, table, query=""):
    return list(csv.DictReader(io.StringIO(read(client, table, query=query).decode("utf-8-sig"), newline="")))


# Content


def moment(movement):
    return movement.moved_at.isoformat().replace("+00:00", "Z")


def test_commitments_csv_has_all_columns_of_a_row(client, full):
    run_deferred_triggers()

    (row,) = rows_of(client, "commitments")

    assert row == {
        "reference": full.reference,
        "url": f"{HOST}/commitments/{full.reference}/",
        "title": "'=1+1 fair recruitment",
        "state": "published",
        "withdrawn_on": "",
        "withdrawn_reason": "",
        "summary": "Lines\nof text, with “quotes” and commas",
        "original_text": "The ILO will …",
        "kind": "norm",
        "lead": "ilo",
        "lead_kind": "agency",
        "partners": "iom;ohchr",
        "stakeholders": "IOE;ITUC",
        "agenda_points": "2;7",
        "recommendations": "GOV-1",
        "work_plan": "mawp",
        "scope": "regional",
        "places": "Arab States;Jordan",
        "start_on": "2014",
        "start_precision": "year",
        "deadline_on": "2016-03",
        "deadline_precision": "month",
        "status": "discontinued",
        "status_reason": "Funds ended.",
        "superseded_by": "",
        "outlook": "not_assessed",
        "freshness": "current",
        "verification": "self_reported",
        "last_update_on": "2014-06-30",
        "last_update_precision": "day",
        "published_on": "2014-02-20",
        "published_precision": "day",
        "updated_at": moment(full.movement),
        "source_title": "Initiatives to follow up the 2013 High-level Dialogue",
        "source_location": "https://example.org/source",
        "confidence": "confirmed",
    }


def test_reports_csv_has_all_columns_of_a_row(client, full):
    run_deferred_triggers()

    (row,) = rows_of(client, "reports")

    assert row == {
        "code": f"{full.reference}-1",
        "url": f"{HOST}/commitments/{full.reference}/#report-1",
        "commitment": full.reference,
        "commitment_state": "published",
        "number": "1",
        "updated_at": moment(full.reports.get().movement),
        "published_on": "2014-06-30",
        "published_precision": "day",
        "origin": "public_source",
        "cycle": "",
        "on_behalf_of": "ilo",
        "period_start": "2014-01-01",
        "period_end": "2014-06-30",
        "status": "discontinued",
        "status_reason": "Funds ended.",
        "superseded_by": "",
        "outlook": "not_assessed",
        "achieved": "The first courses were held.",
        "barriers": "'@ no funds",
        "next_steps": "'-",
        "contribution_agencies": "",
        "contribution_texts": "",
        "evidence_titles": "First;Second",
        "evidence_locations": "https://example.org/1;A/68/190",
    }


def test_reports_hold_the_parts_of_partners_in_their_order(client, commitment, ohchr, iom):
    published_report(commitment, parts={ohchr: "Trained the trainers.", iom: "=Ran the pilots."})

    (row,) = rows_of(client, "reports")

    assert (row["contribution_agencies"], row["contribution_texts"]) == (
        "iom;ohchr",
        "'=Ran the pilots.;Trained the trainers.",
    )


def test_evidence_file_is_named_by_its_address(client, commitment):
    piece = EvidenceFactory.build(report=None, url="", file="evidence/0f0d7a4e-5c55-4c0e-8a55-0f4f6a1f6a11.pdf")
    published_report(commitment, evidence=[piece])

    (row,) = rows_of(client, "reports")

    address = reverse("commitments:evidence", args=[commitment.reference, Evidence.objects.get().file_name])
    assert row["evidence_locations"] == f"{HOST}{address}"


def test_agencies_csv_names_members_and_constituents(client, ilo):
    AgencyFactory(code="ece", acronym="ECE", parent=ilo, joined=date(2014, 1, 1), website="https://unece.org/")

    rows = rows_of(client, "agencies")

    assert [(row["code"], row["url"], row["parent"], row["joined"], row["website"]) for row in rows] == [
        ("ece", f"{HOST}/agencies/ece/", "ilo", "2014-01-01", "https://unece.org/"),
        ("ilo", f"{HOST}/agencies/ilo/", "", "", ""),
    ]


def test_agencies_files_list_former_names_one_text_each(client, ilo):
    FormerNameFactory(agency=ilo, acronym="OLD", name="Office; of Old", until=date(2015, 12, 31))
    FormerNameFactory(agency=ilo, acronym="FIRST", name="First Office", until=date(2009, 12, 31))
    AgencyFactory(code="iom")
    old, first = "OLD, Office; of Old, until 2015-12-31", "FIRST, First Office, until 2009-12-31"

    cells = {row["code"]: row["former_names"] for row in rows_of(client, "agencies")}
    rows = json.loads(read(client, "agencies", "json"))

    assert cells == {"ilo": f'"{old}";{first}', "iom": ""}
    assert {row["code"]: row["former_names"] for row in rows} == {"ilo": [old, first], "iom": []}


def test_package_describes_former_names_as_a_list(client):
    package = client.get("/data/datapackage.json").json()

    (fields,) = [each["schema"]["fields"] for each in package["resources"] if each["name"] == "agencies"]
    assert [field["description"] for field in fields if field["name"] == "former_names"] == [
        "The names that it bore before, the last one first: acronym, name, and the last day of each. "
        "Several are joined by ‘;’."
    ]


def test_recommendations_csv_names_parts_and_points(client, recommendation):
    RecommendationFactory(code="GOV-1a", level="governance", parent=recommendation, position=2)

    rows = rows_of(client, "recommendations")

    assert [(row["code"], row["url"], row["parent"], row["agenda_points"], row["text"]) for row in rows] == [
        ("GOV-1", f"{HOST}/recommendations/GOV-1/", "", "1", "Wording of GOV-1"),
        ("GOV-1a", f"{HOST}/recommendations/GOV-1a/", "GOV-1", "", "Wording of GOV-1a"),
    ]


@pytest.mark.parametrize("table", TABLES)
def test_formats_hold_the_same_rows(client, full, data_and_research, table):
    CommitmentFactory(workgroup=data_and_research, title="Title\x0bof a page")

    header, *csv_rows = csv.reader(io.StringIO(read(client, table).decode("utf-8-sig"), newline=""))
    objects = [json.loads(line) for line in read(client, table, "ndjson").decode().splitlines()]
    array = json.loads(read(client, table, "json"))
    xlsx_header, *xlsx_rows = load_workbook(io.BytesIO(read(client, table, "xlsx"))).active.values

    codes = [place for place, name in enumerate(xlsx_header) if not name.endswith("_name")]
    assert header == [xlsx_header[place] for place in codes] == TABLES[table].header
    assert [list(each) for each in objects] == [header] * len(objects)
    assert array == objects
    assert csv_rows == [[as_cell(value) for value in each.values()] for each in objects]
    assert [[as_cell(row[place]) for place in codes] for row in xlsx_rows] == [
        [cell.replace("\x0b", "\ufffd") for cell in row] for row in csv_rows
    ]
    assert csv_rows


def as_cell(value):
    if isinstance(value, list):
        value = ";".join(str(each) for each in value)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


INNER = {
    "Budget plan;=cmd|calc;more": "Budget plan;'=cmd|calc;more",
    "Text; with; semicolons; =2+5": "Text; with; semicolons; '=2+5",
    'a;"=1"': 'a;"\'=1"',
    "a\t=1": "a\t'=1",
    "a\n=1": "a\n'=1",
    "a\r\n@x": "a\r\n'@x",
    "a,=1": "a,'=1",
    "a;'=1": "a;''=1",
    "a; ＝1": "a; '＝1",
    "2013-2015, a - b; c=d": "2013-2015, a - b; c=d",
}


@pytest.mark.parametrize("text", INNER)
def test_formula_inside_a_cell_is_defused_in_csv_and_stays_text_in_a_workbook(text):
    plain = b"".join(write_csv(["title"], [[text]])).decode()
    workbook = load_workbook(io.BytesIO(b"".join(write_xlsx(["title"], [[text]]))))

    assert list(csv.reader(io.StringIO(plain, newline="")))[1] == [INNER[text]]
    assert workbook.active["A2"].value.replace("_x000D_", "\r") == text
    assert workbook.active["A2"].data_type == "s"


def test_values_of_one_cell_are_defused_where_they_meet():
    assert b"".join(write_csv(["places"], [[["a", "=1", "+2"]]])) == b"places\r\na;'=1;'+2\r\n"


BYTE_ORDER_MARK = "\ufeff".encode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/data/agencies.csv", "/gaps/points-without-date.csv", "/charts/status.csv",
                                  "/compare.csv?from=2014-01-01"])  # fmt: skip
def test_csv_for_people_begins_with_the_mark_that_spreadsheets_want(client, path):
    sign = "&" if "?" in path else "?"

    marked = client.get(path).getvalue()
    plain = client.get(f"{path}{sign}bom=0").getvalue()

    assert marked == BYTE_ORDER_MARK + plain
    assert not plain.startswith(BYTE_ORDER_MARK)
    assert client.get(f"{path}{sign}bom=1").getvalue() == marked


@pytest.mark.django_db
def test_csv_of_the_api_is_for_programs_and_bears_no_mark(client):
    assert client.get("/api/v1/agencies/?format=csv").content.startswith(b"code,")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/data/agencies.csv?bom=no", "bom: ‘no’ is not a valid value. Allowed: 0, 1.\n"),
        ("/data/agencies.csv?bom=0&bom=1", "‘bom’ is given more than once: give it once.\n"),
        ("/data/agencies.json?bom=0", "‘bom’ is not a parameter here: this address takes none.\n"),
    ],
)
def test_invalid_byte_order_mark_param_is_refused(client, path, sentence):
    response = client.get(path)

    assert (response.status_code, response.content.decode()) == (400, sentence)


def test_workbook_names_what_codes_mean(client, full, ilo):
    sheet = load_workbook(io.BytesIO(read(client, "commitments", "xlsx"))).active
    header, row = list(sheet.values)[:2]
    cells = dict(zip(header, row, strict=True))

    assert (cells["lead"], cells["lead_name"]) == ("ilo", ilo.name)
    assert (cells["status"], cells["status_name"]) == ("discontinued", "Discontinued")
    assert header[header.index("partners") + 1] == "partners_name"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(header)).column_letter}{sheet.max_row}"
    assert sheet["B2"].hyperlink.target == cells["url"]
    assert sheet.column_dimensions["C"].width == 60.7109375  # 60 characters and the padding of Excel


def test_workbook_of_a_past_day_has_the_names_of_then(client, full, ilo):
    FormerNameFactory(agency=ilo, name="Bureau of Labour", until=date(2014, 12, 31))

    names = {
        day: [
            dict(zip(header, row, strict=True))["lead_name"]
            for header, row in [
                list(load_workbook(io.BytesIO(read(client, "commitments", "xlsx", day))).active.values)[:2]
            ]
        ]
        for day in ("?as_of=2014-12-31", "")
    }

    assert names == {"?as_of=2014-12-31": ["Bureau of Labour"], "": [ilo.name]}


def test_workbook_says_what_was_asked_and_when(client, full):
    workbook = load_workbook(io.BytesIO(read(client, "commitments", "xlsx", "?as_of=2014-12-31&lead=ilo")))
    about = dict(workbook["About"].values)

    assert about["Address"] == "http://testserver/data/commitments.xlsx?as_of=2014-12-31&lead=ilo"
    assert about["Filters"] == "as_of = 2014-12-31; lead = ilo"
    assert about["As the record stood at the end of"] == "2014-12-31"
    assert about["Retrieved on (UTC)"] == today().isoformat()
    assert about["Revision"] == str(CurrentRevision.read().number)
    assert about["status"].startswith("What the last published report says")


def test_workbook_holds_no_more_links_than_excel_takes(monkeypatch):
    monkeypatch.setattr(writers, "MAX_LINKS", 1)
    workbook = load_workbook(io.BytesIO(b"".join(write_xlsx(["a"], [["https://a.example"], ["https://b.example"]]))))

    assert [bool(cell.hyperlink) for (cell,) in workbook.active["A2:A3"]] == [True, False]


def test_files_and_api_say_nothing_in_the_same_way(client, ilo):
    """An empty text is an empty text in both, and an unknown value is null in both."""
    commitment = CommitmentFactory(lead_agency=ilo, summary="", original_text="", places=[])
    published_report(commitment)

    differing = {
        (table, name): (value, row[name])
        for table in ("commitments", "reports", "agencies")
        for line, row in zip(
            read(client, table, "ndjson").decode().splitlines(),
            client.get(f"/api/v1/{table}/").json()["results"],
            strict=True,
        )
        for name, value in json.loads(line).items()
        if name in row and not isinstance(row[name], dict | list) and value != row[name]
    }

    assert differing == {}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_formula_is_defused_where_a_spreadsheet_reads_it(text):
    plain = b"".join(write_csv(["title"], [[text]])).decode()
    workbook = load_workbook(io.BytesIO(b"".join(write_xlsx(["title"], [[text]]))))
    line = b"".join(write_ndjson(["title"], [[text]]))

    assert list(csv.reader(io.StringIO(plain, newline=""))) == [["title"], [f"'{text}"]]
    assert workbook.active["A2"].value.replace("_x000D_", "\r").replace("\n", "\r") == f"'{text}"
    assert workbook.active["A2"].data_type == "s"
    assert json.loads(line) == {"title": text}


def test_number_below_zero_is_no_formula():
    assert b"".join(write_csv(["number"], [[-1]])) == b"number\r\n-1\r\n"


@pytest.mark.parametrize("write", [write_csv, write_json, write_ndjson])
def test_long_file_comes_in_pieces(write):
    pieces = list(write(["text"], (["x" * 1000] for _ in range(200))))

    assert len(pieces) == 4
    assert all(len(piece) < 70_000 for piece in pieces)


# Rows


def test_withdrawn_commitment_and_its_reports_are_left_out(client, commitment):
    withdrawn = CommitmentFactory()
    published_report(withdrawn)
    published_report(commitment)
    withdrawn.refresh_from_db()
    corrected(withdrawn, state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")

    assert [row["reference"] for row in rows_of(client, "commitments")] == [commitment.reference]
    assert [row["commitment"] for row in rows_of(client, "reports")] == [commitment.reference]
    assert {row["reference"] for row in rows_of(client, "commitments", "?as_of=2014-08-31")} == {
        commitment.reference,
        withdrawn.reference,
    }


def test_file_as_of_a_day_holds_what_stood_then(client, commitment):
    successor = CommitmentFactory(published_on=date(2014, 11, 1))
    published_report(commitment, on="2014-06-30", status="in_progress")
    published_report(commitment, on="2014-12-31", status="superseded", superseded_by=successor)

    then = rows_of(client, "commitments", "?as_of=2014-10-31")
    now = rows_of(client, "commitments")
    reports = rows_of(client, "reports", "?as_of=2014-10-31")

    assert [(row["reference"], row["status"], row["superseded_by"]) for row in then] == [
        (commitment.reference, "in_progress", "")
    ]
    assert [(row["reference"], row["status"], row["superseded_by"]) for row in now] == [
        (commitment.reference, "superseded", successor.reference),
        (successor.reference, "", ""),
    ]
    assert [row["code"] for row in reports] == [f"{commitment.reference}-1"]


@pytest.fixture
def register(ilo, iom, points):
    """Create three commitments, of which the queries below match one or two."""
    first = CommitmentFactory(lead_agency=ilo, title="Fair recruitment", agenda_points=points[:1], kind="norm")
    second = CommitmentFactory(lead_agency=iom, title="Zealous recruitment", agenda_points=points[:2], kind="event")
    third = CommitmentFactory(lead_agency=iom, title="Remittances", kind="event", deadline_on=date(2016, 1, 1))
    published_report(first, status="completed")
    published_report(third, on="2015-06-30", status="completed")
    return {row.reference: row.title for row in (first, second, third)}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?lead=iom", ["Zealous recruitment", "Remittances"]),
        ("?lead=iom&ordering=title", ["Remittances", "Zealous recruitment"]),
        ("?agenda_point=2&agenda_point=1&ordering=-title", ["Zealous recruitment", "Fair recruitment"]),
        ("?status=completed&as_of=2014-12-31", ["Fair recruitment"]),
        ("?due_after=2015-01-01", ["Remittances"]),
        ("?q=zealous+recruitment", ["Zealous recruitment"]),
        ("?q=nothing", []),
    ],
)
def test_file_answers_the_question_of_the_register(client, register, query, titles):
    files = {form: titles_in(form, read(client, "commitments", form, query)) for form in FORMATS}

    assert files == dict.fromkeys(FORMATS, titles)
    rows = client.get(f"/api/v1/commitments/{query}").json()["results"]
    assert [row["title"] for row in rows] == titles


def titles_in(form, body):
    if form == "xlsx":
        header, *rows = load_workbook(io.BytesIO(body)).active.values
        return [dict(zip(header, row, strict=True))["title"] for row in rows]
    if form == "json":
        return [row["title"] for row in json.loads(body)]
    if form == "ndjson":
        return [json.loads(line)["title"] for line in body.decode().splitlines()]
    return [row["title"] for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))]


def test_file_chooses_no_row_that_is_not_published(client, hidden):
    params = {"q": MARK, "lead": "ilo", "agency": "ilo", "agenda_point": "1", "kind": "programme", "place": MARK}
    params |= {"scope": "global", "status": "in_progress", "freshness": "not_yet_due", "ordering": "-title"}

    texts = {
        name: client.get(f"/data/commitments.csv?{name}={value}").getvalue().decode().replace(f"‘{MARK}’", "")
        for name, value in params.items()
    }

    assert [name for name, text in texts.items() if MARK in text] == []


@pytest.mark.parametrize("form", FORMATS)
def test_file_without_rows_has_its_header_alone(client, db, form):
    body = read(client, "commitments", form)

    if form == "xlsx":
        assert list(load_workbook(io.BytesIO(body)).active.values) == [
            tuple(column.name for column in COMMITMENTS.columns_with_labels())
        ]
    else:
        assert (
            body.decode()
            == {"csv": "\ufeff" + ",".join(COMMITMENTS.header) + "\r\n", "json": "[\n]\n", "ndjson": ""}[form]
        )


OPEN_ADDRESSES = [
    "/data/",
    *(f"/data/{table}.{form}" for table in TABLES for form in FORMATS),
    "/data/datapackage.json",
    "/data/catalog.jsonld",
    "/feeds/changes.atom",
    "/feeds/agencies/ilo.atom",
    "/calendar/due.ics",
    "/embed/matrix/",
    "/embed/agency/ilo/",
    "/sitemap.xml",
    "/robots.txt",
]
UNDATED = {
    "/data/datapackage.json",
    "/data/catalog.jsonld",
    *(f"/data/{table.name}.{form}" for table in TABLES.values() for form in FORMATS if not table.supports_as_of),
}


def test_open_addresses_show_nothing_that_is_not_published(client, hidden, commitment):
    for query, refused in (("", set()), ("?as_of=2020-01-01", UNDATED)):
        answers = {address: client.get(address + query) for address in OPEN_ADDRESSES}
        texts = {address: text_of(address, response) for address, response in answers.items()}

        assert {address for address, response in answers.items() if response.status_code != 200} == refused
        assert {address for address, text in texts.items() if MARK in text} == set()


def text_of(address, response):
    body = response.getvalue()
    if address.endswith("xlsx") and response.status_code == 200:
        return repr(list(load_workbook(io.BytesIO(body)).active.values))
    return body.decode()


# Parameters


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("ndjson", "application/x-ndjson"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_file_says_its_type_day_and_revision(client, commitment, form, content_type):
    response = client.get(reverse("data-file", args=["commitments", form]))

    number = CurrentRevision.read().number
    assert response.streaming
    assert response.getvalue()
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == (
        f'attachment; filename="commitments-{today().isoformat()}-revision-{number}.{form}"'
    )


def test_file_as_of_a_day_is_named_by_it(client, commitment):
    response = client.get("/data/reports.csv?as_of=2014-06-30")

    assert response.getvalue()
    assert f'"reports-as-of-2014-06-30-{today().isoformat()}-revision-' in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?lead=ilo", "commitments-selection-"),
        ("?lead=ilo&as_of=2015-01-01", "commitments-selection-as-of-2015-01-01-"),
        ("?ordering=-title", "commitments-20"),
        ("?as_of=2015-01-01", "commitments-as-of-2015-01-01-20"),
    ],
)
def test_file_of_a_selection_is_named_so(client, commitment, query, name):
    response = client.get(f"/data/commitments.csv{query}")

    assert response.getvalue()
    assert f'filename="{name}' in response["Content-Disposition"]


def test_head_answers_without_the_rows(client, commitment):
    response = client.head("/data/commitments.csv")

    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    assert response.getvalue() == b""


@pytest.mark.parametrize("path", ["/data/users.csv", "/data/commitments.pdf", "/data/commitments"])
def test_unknown_file_is_not_found(client, db, path):
    assert client.get(path).status_code == 404


WORDS = ", ".join(sorted(CommitmentFilter.base_filters))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            "/data/reports.csv?kind=event",
            "‘kind’ is not a parameter here. Allowed: as_of, commitment, lead, ordering,"
            " outlook, published_after, published_before, status, updated_since.\n",
        ),
        (
            "/data/reports.csv?ordering=due",
            "ordering: ‘due’ is not a valid value. Allowed: published, -published, commitment, -commitment.\n",
        ),
        (
            "/data/reports.csv?updated_since=2014-06-30&as_of=2014-06-30",
            "updated_since: This cannot be combined with as_of, for which no moments of change are kept.\n",
        ),
        ("/data/commitments.csv?status=", "‘status’ has no value: give one, or leave it out.\n"),
        ("/data/commitments.csv?q=a&q=b", "‘q’ is given more than once: give it once.\n"),
        (
            "/data/commitments.csv?status=done",
            f"status: ‘done’ is not a valid value. Allowed: {', '.join(sorted(Status.values))}.\n",
        ),
        (
            "/data/commitments.csv?statsu=completed",
            f"‘statsu’ is not a parameter here. Did you mean ‘status’? Allowed: {WORDS}.\n",
        ),
        ("/data/commitments.csv?page=2", f"‘page’ is not a parameter here. Allowed: {WORDS}.\n"),
        ("/data/commitments.csv?view=table", f"‘view’ is not a parameter here. Allowed: {WORDS}.\n"),
        ("/data/commitments.csv?as_of=2014", "as_of: ‘2014’ is not a day. Write it as 2014-03-05 or 5 March 2014.\n"),
        ("/data/agencies.csv?as_of=2014-06-30", "‘as_of’ is not a parameter here: this address takes none.\n"),
        ("/data/datapackage.json?x=1", "‘x’ is not a parameter here: this address takes none.\n"),
        ("/data/catalog.jsonld?x=1", "‘x’ is not a parameter here: this address takes none.\n"),
        ("/data/reports.csv?as_of=2014", "as_of: ‘2014’ is not a day. Write it as 2014-03-05 or 5 March 2014.\n"),
        ("/data/reports.csv?as_of=", "‘as_of’ has no value: give one, or leave it out.\n"),
        ("/data/reports.csv?as_of=2014-01-01&as_of=2014-01-02", "‘as_of’ is given more than once: give it once.\n"),
        (
            "/data/reports.csv?as_of=2026-12-01",
            "as_of: ‘2026-12-01’ is in the future. Use a day up to today (UTC), 2026-11-30.\n",
        ),
    ],
)
def test_question_that_cannot_be_answered_is_refused(client, db, time_machine, address, sentence):
    time_machine.move_to("2026-11-30T12:00Z")

    response = client.get(address)

    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == sentence


@pytest.mark.parametrize("path", ["/data/commitments.csv", "/data/datapackage.json", "/data/catalog.jsonld"])
def test_files_are_only_read(client, db, path):
    assert client.post(path).status_code == 405


# Revision and database


@pytest.mark.parametrize("rows", first_fast([1, 6]))
def test_file_takes_as_many_queries_for_any_number_of_rows(
    client, ilo, iom, points, recommendation, django_assert_num_queries, rows
):
    for _ in range(rows):
        RecommendationFactory(parent=recommendation)
        AgencyFactory(parent=ilo)
        linked = {"agenda_points": points[:2], "recommendations": [recommendation], "partners": [iom]}
        published_report(CommitmentFactory(lead_agency=ilo, **linked), on_behalf_of=ilo)

    for table, queries in {"commitments": 6, "reports": 5, "agencies": 5, "recommendations": 5}.items():
        with django_assert_num_queries(queries):
            lines = read(client, table, "ndjson").splitlines()
        assert len(lines) >= rows
    with django_assert_num_queries(9):
        assert len(json.loads(read(client, "commitments", "json", "?lead=ilo&agenda_point=1&q=undertaking"))) == rows


def test_rows_are_read_anew_when_the_record_moved_meanwhile(commitment, monkeypatch):
    truth = CurrentRevision.read()
    answers = [CurrentRevision(truth.number - 1, truth.moved_at), truth]
    monkeypatch.setattr(table_classes.CurrentRevision, "read", lambda: answers.pop(0))

    standing, rows = table_classes.read_consistent_rows(lambda: COMMITMENTS.rows(None))

    assert standing == truth
    assert [row.reference for row in rows] == [commitment.reference]
    assert answers == []


@pytest.mark.django_db(transaction=True)
def test_stream_keeps_its_state_while_the_record_changes(client, ilo):
    CommitmentFactory(lead_agency=ilo, title="Before")
    response = client.get("/data/commitments.csv")

    CommitmentFactory(lead_agency=ilo, title="After")

    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline="")))
    assert [row["title"] for row in rows] == ["Before"]
    assert f"revision-{CurrentRevision.read().number - 1}.csv" in response["Content-Disposition"]


# Descriptions


def test_data_package_describes_the_csv_files(client, full, settings):
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "", ""

    package = client.get(reverse("data-package")).json()

    assert package["revision"] == CurrentRevision.read().number
    assert package["day"] == today().isoformat()
    assert "licenses" not in package
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        fields = [field["name"] for field in resource["schema"]["fields"]]
        text = client.get(f"/data/{resource['path']}").getvalue().decode("utf-8-sig")
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        assert fields == header
        assert resource["schema"]["primaryKey"] == header[:1]
        assert rows


def test_data_package_names_relations_that_hold(client, full, ilo):
    AgencyFactory(code="ece", parent=ilo)
    package = client.get(reverse("data-package")).json()
    relations = {
        (resource["name"], key["fields"][0], key["reference"].get("resource", ""), key["reference"]["fields"][0])
        for resource in package["resources"]
        for key in resource["schema"].get("foreignKeys", [])
    }

    assert relations == {
        ("reports", "commitment", "commitments", "reference"),
        ("reports", "on_behalf_of", "agencies", "code"),
        ("agencies", "parent", "", "code"),
        ("recommendations", "parent", "", "code"),
    }
    for table, column, other, key in relations:
        known = {row[key] for row in rows_of(client, other or table)}
        assert {row[column] for row in rows_of(client, table) if row[column]} <= known


def test_data_package_constraints_hold_for_the_rows(client, full):
    package = client.get(reverse("data-package")).json()

    for resource in package["resources"]:
        for row in rows_of(client, resource["name"]):
            for field in resource["schema"]["fields"]:
                constraints = field.get("constraints", {})
                assert row[field["name"]] or not constraints.get("required")
                assert row[field["name"]] in ["", *constraints.get("enum", [row[field["name"]]])]


def test_catalog_lists_every_file_and_its_columns(client, commitment):
    moved_at = datetime(2014, 7, 1, 9, 30, tzinfo=UTC)
    Revision.objects.update_or_create(pk=1, defaults={"number": 7, "moved_at": moved_at})

    response = client.get(reverse("data-catalog"))

    catalog = response.json()
    files = {
        distribution["dcat:downloadURL"]["@id"]: [
            column["csvw:name"] for column in distribution["csvw:tableSchema"]["csvw:column"]["@list"]
        ]
        for dataset in catalog["dcat:dataset"]
        for distribution in dataset["dcat:distribution"]
    }
    assert response["Content-Type"] == "application/ld+json"
    assert catalog["dcat:version"] == "7"
    assert catalog["dct:modified"] == {"@value": "2014-07-01T09:30:00+00:00", "@type": "xsd:dateTime"}
    assert files == {f"{HOST}/data/{table.name}.{form}": table.header for table in TABLES.values() for form in FORMATS}


def test_licence_that_is_stated_is_named_everywhere(client, settings, db):
    settings.DATA_LICENCE_NAME = "CC BY 4.0"
    settings.DATA_LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"

    package = client.get(reverse("data-package")).json()
    catalog = client.get(reverse("data-catalog")).json()
    page = client.get(reverse("data")).content.decode()

    assert package["licenses"] == [
        {"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
    ]
    assert catalog["dct:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert '<a href="https://creativecommons.org/licenses/by/4.0/" rel="license">CC BY 4.0</a>' in page


def test_own_compilation_is_under_creative_commons_by_default(client, db):
    page = client.get(reverse("data")).content.decode()

    assert '<a href="https://creativecommons.org/licenses/by/4.0/" rel="license">CC BY 4.0</a>' in page
    assert "Quotations from documents keep the terms of their source." in page


def test_licence_known_by_name_alone_is_stated_as_words(client, settings, db):
    settings.DATA_LICENCE_NAME = "Terms of the group"
    settings.DATA_LICENCE_URL = ""

    assert client.get(reverse("data-package")).json()["licenses"] == [
        {"name": "Terms-of-the-group", "title": "Terms of the group"}
    ]
    assert client.get(reverse("data-catalog")).json()["dct:rights"]["dct:description"] == ("Terms of the group")


# The page


def test_page_offers_every_file_with_its_rows_and_columns(client, full, settings):
    CommitmentFactory(draft=True)
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "", ""

    response = client.get(reverse("data"))

    html = response.content.decode()
    assert [(table.name, rows) for table, rows in response.context["tables"]] == [
        (name, len(rows_of(client, name))) for name in TABLES
    ]
    for table in TABLES.values():
        assert all(f'href="/data/{table.name}.{form}"' in html for form in FORMATS)
        assert all(f"<code>{name}</code>" in html for name in table.header)
    assert "not stated" in html
    assert f"revision {CurrentRevision.read().number}," in html


def test_page_as_of_a_day_counts_and_links_by_it(client, commitment):
    response = client.get("/data/?as_of=2014-02-19")

    html = response.content.decode()
    assert [rows for table, rows in response.context["tables"] if table.supports_as_of] == [0, 0]
    assert 'href="/data/commitments.csv?as_of=2014-02-19"' in html
    assert 'href="/data/agencies.csv"' in html
    assert "at the end of 19 February 2014 (UTC)" in html


@pytest.mark.parametrize("query", ["as_of=soon", "page=2"])
def test_page_refuses_an_unknown_param(client, db, query):
    assert client.get(f"/data/?{query}").status_code == 400
