"""Every way in which a file is refused: in sentences, by row and column, and with nothing taken in."""

import csv
import io
import zipfile
from datetime import date, time

import pytest
import time_machine
from openpyxl import Workbook, load_workbook

from commitments.models import Commitment, Milestone
from gmg_portal.editors.spreadsheets import reading
from gmg_portal.editors.spreadsheets.importing import import_file
from gmg_portal.editors.spreadsheets.resources import CommitmentResource, MilestoneResource, ReportResource
from gmg_portal.editors.spreadsheets.writing import export_xlsx
from reporting.models import ProgressReport
from tests.support.factories import CommitmentFactory, MilestoneFactory, ProgressReportFactory, StakeholderFactory

pytestmark = pytest.mark.django_db

NO_DATE = (
    "is not a date. Write it as 2014-03-05 or 5 March 2014; where only the month or year is known, as 2014-03 or 2014."
)
GOOD = {
    "title": "Courses for recruiters",
    "kind": "capacity",
    "lead": "ilo",
    "source_title": "A source",
    "source_location": "https://example.org/",
}


def workbook_of(resource, *rows, formats=None, sheet="Sheet"):
    """A workbook with these rows, each a dict by column."""
    columns, workbook = resource.get_export_headers(), Workbook()
    workbook.active.title = sheet
    workbook.active.append(columns)
    for row in rows:
        workbook.active.append([row.get(column) for column in columns])
    for (number, column), number_format in (formats or {}).items():
        workbook.active.cell(number, columns.index(column) + 1).number_format = number_format
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def csv_of(resource, *rows, delimiter=","):
    columns = resource.get_export_headers()
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "\r\n".join(delimiter.join(line) for line in lines)


def exported(resource, changes):
    """The export with some cells changed, by (row, column)."""
    workbook = load_workbook(io.BytesIO(export_xlsx(resource)))
    columns = [cell.value for cell in workbook.worksheets[0][1]]
    for (number, column), value in changes.items():
        workbook.worksheets[0].cell(number, columns.index(column) + 1).value = value
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


@pytest.fixture
def tried(ilo_focal_point, points):
    """Try new commitments as ILO's focal point, to be taken in; answers (row, column, sentence) for each problem."""

    def tried(*rows, person=ilo_focal_point, resource=CommitmentResource, **options):
        outcome = import_file(resource(person), workbook_of(resource(person), *rows, **options), dry_run=False)
        assert outcome.refusals == ()
        return [(problem.row, problem.column, problem.reason) for problem in outcome.problems]

    return tried


@pytest.fixture
def refused(ilo_focal_point):
    """The sentences by which a file as a whole is refused."""

    def refused(content):
        outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)
        assert (outcome.problems, outcome.lines, Commitment.objects.count()) == ([], [], 0)
        return list(outcome.refusals)

    return refused


# Cells


def test_every_problem_of_a_file_is_named_and_good_rows_are_left_out_too(tried):
    problems = tried(
        GOOD,
        GOOD | {"title": "Second", "kind": "capacty", "agenda_points": "1;9;1", "deadline_on": "2014-13"},
        {"title": "x" * 301, "lead": "ilo"},
    )

    assert problems == [
        (3, "kind", "‘capacty’ is not a valid value. Did you mean ‘capacity’? Allowed: programme, publication, norm,"
         " capacity, campaign, event, institution."),
        (3, "agenda_points", "‘9’ is not a valid value. Allowed: 1, 2, 3, 4, 5, 6, 7, 8."),
        (3, "agenda_points", "‘1’ stands twice."),
        (3, "deadline_on", f"‘2014-13’ {NO_DATE}"),
        (4, "title", "This has 301 characters, and at most 300 are allowed."),
        (4, "kind", "This cannot be empty."),
        (4, "source_title", "This cannot be empty."),
        (4, "source_location", "This cannot be empty."),
    ]  # fmt: skip
    assert Commitment.objects.count() == 0


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"lead": "iom"}, "lead", "You may not write for ‘iom’. You may write for: ilo, decent-work."),
        ({"lead": "ilo;decent-work"}, "lead", "A commitment is led by exactly one agency or one work group."),
        ({"partners": "ilo"}, "partners", "‘ilo’ leads it already."),
        ({"partners": "iom;;iom"}, "partners", "Leave nothing empty between semicolons."),
        ({"stakeholders": "ITUK"}, "stakeholders",
         "‘ITUK’ is not a valid value. Did you mean ‘ITUC’? Allowed: ITUC."),
        ({"start_on": "2014-06", "deadline_on": "2014-05"}, "deadline_on",
         "A commitment cannot be due before it starts."),
        ({"title": "one\ntwo"}, "title", "This must stand on one line."),
        ({"places": "x" * 101}, "places", f"‘{'x' * 101}’ is longer than 100 characters."),
        ({"state": "published"}, "state",
         "An import moves nothing through the review: leave this as it was exported."),
        ({"version": "v1.1"}, "version", "A new row has no version yet: leave this empty."),
        ({"reference": "HLD-9999"}, "reference",
         "‘HLD-9999’ is no draft that you may change: leave this empty for a new row."),
    ],
)  # fmt: skip
def test_cell_of_a_commitment_is_refused(tried, iom, cells, column, sentence):
    StakeholderFactory(name="ITUC")

    assert (2, column, sentence) in tried(GOOD | cells)
    assert Commitment.objects.count() == 0


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"title": "=1+1"}, "title", "A formula stands here: write its result as text."),
        ({"title": "#N/A"}, "title", "An error stands here: #N/A."),
        ({"title": True}, "title",
         "Excel made ‘true’ or ‘false’ of this: format the cell as text and write it again."),
        ({"title": date(2014, 3, 1)}, "title",
         "Excel made a date of this: format the cell as text and write it again."),
        ({"title": time(12)}, "title", "This is a time, not text: format the cell as text and write it again."),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_a_cell_is_refused(tried, cells, column, sentence):
    assert tried(GOOD | cells) == [(2, column, sentence)]
    assert Commitment.objects.count() == 0


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://evil.example","x")', "=1+1"])
def test_formula_is_refused_in_csv_as_in_a_workbook(ilo_focal_point, formula):
    cells = GOOD | {"title": formula}
    resource = CommitmentResource(ilo_focal_point)
    columns = resource.get_export_headers()
    text = io.StringIO()
    csv.writer(text).writerows([columns, [cells.get(column, "") for column in columns]])

    outcomes = [
        import_file(resource, content, dry_run=True)
        for content in (text.getvalue().encode(), workbook_of(resource, cells))
    ]

    assert [[str(problem) for problem in outcome.problems] for outcome in outcomes] == [
        ["Row 2, title: A formula stands here: write its result as text."]
    ] * 2


@pytest.mark.parametrize(
    ("number_format", "starts"), [("yyyy-mm-dd", "2014-03-01"), ('d "de" mmm', "2014-03-01"), ("mmm-yy", None)]
)
def test_date_of_a_spreadsheet_counts_only_if_it_shows_its_day(tried, number_format, starts):
    problems = tried(GOOD | {"start_on": date(2014, 3, 1)}, formats={(2, "start_on"): number_format})

    if starts:
        assert (problems, Commitment.objects.get().start.iso) == ([], starts)
    else:
        assert [(row, column) for row, column, _sentence in problems] == [(2, "start_on")]


def test_codes_and_labels_are_read_in_any_case(tried, ohchr, points):
    ituc = StakeholderFactory(name="ITUC")
    words = {
        "kind": "Capacity building",
        "lead": "ILO",
        "partners": "IOM; ohchr",
        "stakeholders": "ituc",
        "scope": "GLOBAL",
        "confidence": "Confirmed: the source was read",
        "agenda_points": str(points[1]).upper(),
        "state": "Draft",
    }

    assert tried(GOOD | words) == []

    new = Commitment.objects.get()
    assert (new.kind, new.lead.code, new.scope, new.confidence) == ("capacity", "ilo", "global", "confirmed")
    assert {partner.code for partner in new.partner_agencies.all()} == {"iom", "ohchr"}
    assert (list(new.stakeholders.all()), list(new.agenda_points.all())) == ([ituc], [points[1]])


def test_reference_and_cycle_are_read_in_any_case(commitment, cycle, tried):
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    row = {"commitment": commitment.reference.lower(), "cycle": cycle.title.upper(), "status": "In Progress"}

    assert tried(row, resource=ReportResource) == []

    assert ProgressReport.objects.get().status == "in_progress"


def test_same_row_by_another_spelling_stands_twice(tried):
    assert tried(GOOD | {"partners": "iom;IOM"}) == [(2, "partners", "‘IOM’ stands twice.")]


def test_other_agency_and_unknown_agency_get_different_messages(commitment, iom, tried):
    others = tried({"commitment": commitment.reference, "on_behalf_of": "IOM"}, resource=ReportResource)
    nobody = tried({"commitment": commitment.reference, "on_behalf_of": "iomm"}, resource=ReportResource)

    assert others == [(2, "on_behalf_of", "You may not write for ‘IOM’. You may write for: ilo.")]
    assert nobody == [(2, "on_behalf_of", "‘iomm’ is not a valid value. Allowed: ilo.")]


def test_numbers_are_read_as_they_are_written(tried, points):
    assert tried(GOOD | {"title": 2014, "agenda_points": 3.0, "start_on": 2014, "summary": 1.5}) == []

    new = Commitment.objects.get()
    assert (new.title, new.summary, new.start.iso, list(new.agenda_points.all())) == (
        "2014",
        "1.5",
        "2014",
        [points[2]],
    )


def test_value_under_no_column_is_refused(tried, ilo_focal_point):
    workbook = load_workbook(io.BytesIO(workbook_of(CommitmentResource(ilo_focal_point), GOOD)))
    workbook.active["W2"] = "stray"
    file = io.BytesIO()
    workbook.save(file)

    outcome = import_file(CommitmentResource(ilo_focal_point), file.getvalue(), dry_run=False)

    assert list(map(str, outcome.problems)) == ["Row 2, W: This stands under no column of the header."]


def test_row_that_stands_twice_is_refused(tried):
    assert tried(GOOD, GOOD) == [(3, "title", "Row 2 has this already.")]


def test_reference_that_stands_twice_is_refused(draft, ilo_focal_point):
    (row,) = CommitmentResource(ilo_focal_point).export().dict
    content = workbook_of(CommitmentResource(ilo_focal_point), row, row | {"summary": "Another"})

    outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    assert list(map(str, outcome.problems)) == ["Row 3, reference: Row 2 has this already."]


def test_problem_of_a_report_is_named(commitment, ilo_focal_point, tried):
    row = {"commitment": commitment.reference}

    problems = tried(
        row | {"status": "discontinued", "period_start": "2014-06-30", "period_end": "2014-06-29"},
        row | {"status": "superseded", "superseded_by": "HLD-9999"},
        row | {"status": "superseded", "superseded_by": commitment.reference, "period_end": "2014"},
        row | {"cycle": "No such cycle"},
        {"commitment": "HLD-9998"},
        resource=ReportResource,
    )

    assert problems == [
        (2, "period_end", "The period cannot end on 29 June 2014, before it starts on 30 June 2014."),
        (2, "status_reason", "Say why the commitment is discontinued."),
        (3, "commitment", "Row 2 has this already."),
        (3, "superseded_by", "‘HLD-9999’ is no published commitment."),
        (4, "commitment", "Row 2 has this already."),
        (4, "period_end", "‘2014’ is not a day. Write it as 2014-03-05 or 5 March 2014."),
        (4, "superseded_by", "Say which other commitment takes the place of this one."),
        (5, "cycle", "‘No such cycle’ is not a valid value: there is none to choose from."),
        (6, "commitment", "‘HLD-9998’ is no published commitment on which you may report."),
    ]
    assert ProgressReport.objects.count() == 0


def test_cycle_that_asks_for_no_report_of_this_is_refused(commitment, cycle, tried):
    (problem,) = tried({"commitment": commitment.reference, "cycle": cycle.title}, resource=ReportResource)

    assert problem[:2] == (2, "cycle")
    assert problem[2].startswith("No report is waiting here for its first words")


def test_step_stays_with_its_commitment(draft, ilo, ilo_focal_point):
    MilestoneFactory(commitment=draft)
    other = CommitmentFactory(draft=True, lead_agency=ilo)
    content = exported(MilestoneResource(ilo_focal_point), {(2, "commitment"): other.reference})

    outcome = import_file(MilestoneResource(ilo_focal_point), content, dry_run=False)

    assert list(map(str, outcome.problems)) == [f"Row 2, commitment: This stays what it is: ‘{draft.reference}’."]
    assert Milestone.objects.get().commitment == draft


def test_empty_rows_are_passed_over_and_counted(tried):
    assert tried({}, {}, GOOD | {"kind": "x"})[0][0] == 4


# A second editor


def test_row_exported_before_somebody_changed_it_is_refused_with_who_and_what(draft, ilo_focal_point, ilo_alternate):
    content = exported(CommitmentResource(ilo_focal_point), {(2, "summary"): "Mine", (2, "title"): "Mine too"})
    with time_machine.travel("2014-05-05 12:00Z", tick=False):
        draft.summary, draft._history_user = "Theirs", ilo_alternate
        draft.save()

    outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    assert [(problem.column, problem.reason) for problem in outcome.problems] == [
        (
            "version",
            "ilo_alternate changed this on 5 May 2014, 12:00 UTC, after the file was exported, and nothing is"
            " overwritten: export it anew.",
        ),
        ("version", "Summary: ‘What is undertaken, in a few lines.’ became ‘Theirs’."),
    ]
    draft.refresh_from_db()
    assert (draft.summary, draft.title) == ("Theirs", "Portability of skills, not yet public")


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("", "Without its version a row changes nothing: export it anew, and change that."),
        ("12", "‘12’ is no version: leave it as it was exported."),
    ],
)
def test_row_without_its_version_is_refused(draft, ilo_focal_point, version, sentence):
    content = exported(CommitmentResource(ilo_focal_point), {(2, "summary"): "Mine", (2, "version"): version})

    outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    assert [(problem.column, problem.reason) for problem in outcome.problems] == [("version", sentence)]
    draft.refresh_from_db()
    assert draft.summary != "Mine"


def test_step_changed_meanwhile_is_refused(draft, ilo_focal_point, ilo_alternate):
    step = MilestoneFactory(commitment=draft, title="First")
    content = exported(MilestoneResource(ilo_focal_point), {(2, "title"): "Mine"})
    step.title, step._history_user = "Theirs", ilo_alternate
    step.save()

    outcome = import_file(MilestoneResource(ilo_focal_point), content, dry_run=False)

    assert [problem.column for problem in outcome.problems] == ["version", "version"]
    assert outcome.problems[1].reason == "Title: ‘First’ became ‘Theirs’."
    step.refresh_from_db()
    assert step.title == "Theirs"


def test_report_begun_meanwhile_is_not_overwritten(commitment, cycle, ilo_focal_point):
    report = ProgressReportFactory(commitment=commitment, blank=True, cycle=cycle)
    content = exported(ReportResource(ilo_focal_point), {(2, "achieved"): "Mine"})
    report.achieved = "Theirs"
    report.save()

    outcome = import_file(ReportResource(ilo_focal_point), content, dry_run=False)

    assert {problem.column for problem in outcome.problems} == {"version"}
    report.refresh_from_db()
    assert report.achieved == "Theirs"


# Files


def test_header_that_is_not_known_is_refused_whole(refused, ilo_focal_point):
    content = csv_of(CommitmentResource(ilo_focal_point), GOOD).replace("title,kind", "titel,kind,kind", 1).encode()

    missing, unknown, twice, needed = refused(content)

    assert missing == "Row 1: the column title is missing."
    assert unknown.startswith("Row 1: ‘titel’ is not a column here. Did you mean ‘title’? Allowed: reference, version,")
    assert twice == "Row 1: the column kind stands twice."
    assert needed.startswith("The columns are: reference, version, state, title")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with mark"])
def test_csv_of_any_spreadsheet_is_read(ilo_focal_point, delimiter, mark):
    content = mark + csv_of(CommitmentResource(ilo_focal_point), GOOD | {"title": "Élan"}, {}, delimiter=delimiter)

    outcome = import_file(CommitmentResource(ilo_focal_point), content.encode(), dry_run=False)

    assert (outcome.refusals, outcome.problems) == ((), [])
    assert Commitment.objects.get().title == "Élan"


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("cp1252", "Line 2: this is not UTF-8: in Excel, save the file as ‘CSV UTF-8’, or as a workbook."),
        ("utf-16", "This is UTF-16: save it as ‘CSV UTF-8’."),
    ],
)
def test_other_encoding_is_refused(refused, ilo_focal_point, encoding, sentence):
    content = csv_of(CommitmentResource(ilo_focal_point), GOOD | {"title": "Élan"})

    assert refused(content.encode(encoding)) == [sentence]


def test_null_character_is_refused(ilo_focal_point):
    content = csv_of(CommitmentResource(ilo_focal_point), GOOD | {"title": "a\x00b"}).encode()

    outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    assert list(map(str, outcome.problems)) == ["Row 2, title: A null character stands here: write the text again."]


def test_quote_that_is_never_closed_is_refused(refused, ilo_focal_point):
    content = csv_of(CommitmentResource(ilo_focal_point), GOOD | {"title": '"open'}).encode()

    assert refused(content) == ["Row 2: this is not CSV: unexpected end of data."]


def test_too_many_rows_are_refused(refused, ilo_focal_point):
    content = csv_of(CommitmentResource(ilo_focal_point), *[GOOD] * (reading.MAX_ROWS + 1)).encode()

    assert refused(content) == ["The file has more than 1000 rows: send it in parts."]


def test_too_large_a_file_is_refused(refused):
    assert refused(b"x" * (26 * 1024 * 1024)) == ["This file is larger than 10 MB: send it in parts."]


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


NO_WORKBOOK = "This is not an Excel workbook (.xlsx), or it is damaged: save it anew and send that."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (zipped(**{"word/document.xml": "<w/>"}), NO_WORKBOOK),
        (zipped(**{"[Content_Types].xml": "<Types", "xl/workbook.xml": "<workbook"}), NO_WORKBOOK),
        (b"PK\x03\x04 and nothing more", NO_WORKBOOK),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old",
         "This is an old Excel file (.xls), or one with a password: save it as .xlsx without a password."),
        (b"\xd0\xcf\x11\xe0cut short",
         "This is an old Excel file (.xls), or one with a password: save it as .xlsx without a password."),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00\xff\xfe",
         "This is an old Excel file (.xls), or one with a password: save it as .xlsx without a password."),
        (b"<html><table><tr><td>title</td></tr></table></html>",
         "This is an old Excel file (.xls), or one with a password: save it as .xlsx without a password."),
        (zipped(**{"xl/worksheets/sheet1.xml": b"\0" * (60 * 1024 * 1024)}),
         "Unpacked, this file is larger than 50 MB: send it in parts."),
    ],
    ids=["docx", "broken", "cut off", "xls", "xls cut short", "xls of Excel 5", "xls that is a page", "bomb"],
)  # fmt: skip
def test_what_is_no_workbook_is_refused(refused, content, sentence):
    assert refused(content) == [sentence]


def test_workbook_cut_off_in_the_middle_is_refused(refused, ilo_focal_point):
    content = workbook_of(CommitmentResource(ilo_focal_point), GOOD)

    assert refused(content[: len(content) // 2]) == [NO_WORKBOOK]


def test_sheet_is_found_by_its_name(ilo_focal_point, refused):
    workbook = load_workbook(io.BytesIO(workbook_of(CommitmentResource(ilo_focal_point), GOOD, sheet="Data")))
    workbook.create_sheet("Notes", 0)
    file = io.BytesIO()
    workbook.save(file)
    assert refused(file.getvalue()) == [
        "The workbook has several sheets and none is called ‘commitments’: name the one to take in so."
    ]

    workbook["Data"].title = "commitments"
    workbook.save(named := io.BytesIO())
    outcome = import_file(CommitmentResource(ilo_focal_point), named.getvalue(), dry_run=False)

    assert [line.effect for line in outcome.lines] == ["new"]


def test_sheet_that_lies_about_its_size_is_read_quickly(ilo_focal_point):
    """A cell at the far corner makes no reader walk the millions before it."""
    content = workbook_of(CommitmentResource(ilo_focal_point), GOOD)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                far = b'<row r="999999999"><c r="XFD999999999" t="n"><v>1</v></c></row></sheetData>'
                text = text.replace(b"</sheetData>", far)
            new.writestr(entry, text)

    outcome = import_file(CommitmentResource(ilo_focal_point), file.getvalue(), dry_run=False)

    assert [line.effect for line in outcome.lines] == ["new"]
