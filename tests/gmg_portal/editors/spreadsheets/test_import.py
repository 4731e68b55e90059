"""Drafts out to a file and back: what comes back unchanged changes nothing."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from openpyxl import Workbook, load_workbook

from commitments.models import Commitment, Milestone, Partner
from foundation.text.spreadsheet_cells import escape_formulas, unescape_formulas
from gmg_portal.editors.spreadsheets.importing import import_file
from gmg_portal.editors.spreadsheets.resources import CommitmentResource, MilestoneResource, ReportResource
from gmg_portal.editors.spreadsheets.writing import export_csv, export_xlsx, template_csv, template_xlsx
from reporting.models import ProgressReport
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    MilestoneFactory,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    WorkPlanFactory,
)

pytestmark = pytest.mark.django_db

NASTY = [
    "=1+1",
    "+49 30 1234",
    "-5 degrees",
    "@ilo",
    "＝1+1",
    "\tindented",
    "'quoted'",
    "'=quoted",
    "''=twice",
    "first\r\nsecond\rthird\nfourth",
    "\r\nempty line first",
    "😀 التزام 承诺",
    "  spaces around  ",
    "1;2;3",
    "#N/A",
    "TRUE",
    "2014-03",
    "00123",
    'a "quoted", and; parted',
    "vertical \x0b tab",
    "Budget plan;=cmd|calc;more",
    "steps:\n- one\n'- two\n''=three",
    'a, "+b',
    "x" * 40_000,
]


def rewritten(content):
    """The workbook as another program saves it."""
    file = io.BytesIO()
    load_workbook(io.BytesIO(content)).save(file)
    return file.getvalue()


def rewritten_csv(content):
    """The CSV as a European spreadsheet saves it."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    file = io.StringIO()
    csv.writer(file, delimiter=";", lineterminator="\n").writerows(rows)
    return file.getvalue().encode()


@pytest.fixture
def full(ilo, iom, ohchr, points):
    """A draft of ILO's in which every column says something."""
    return CommitmentFactory(
        draft=True,
        lead_agency=ilo,
        agenda_points=[points[1], points[6]],
        recommendations=[RecommendationFactory(code="GOV-1"), RecommendationFactory(code="OPS-2")],
        partners=[ohchr, iom],
        stakeholders=[StakeholderFactory(name="=IOE"), StakeholderFactory(name="ITUC; the other")],
        work_plan=WorkPlanFactory(slug="mawp"),
        scope="regional",
        places=["Arab States", "Jordan"],
        start_on=date(2014, 12, 31),
        start_precision="year",
        deadline_on=date(2015, 6, 30),
        deadline_precision="month",
        original_text="The ILO will …",
        confidence="known",
    )


@pytest.mark.parametrize("text", NASTY)
def test_defused_text_is_restored(text):
    cell = escape_formulas(text)

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert unescape_formulas(cell) == text


@pytest.mark.parametrize("change", [lambda content: content, rewritten], ids=["as sent", "saved anew"])
def test_workbook_comes_back_unchanged(full, ilo, ilo_focal_point, change):
    for text in NASTY:
        CommitmentFactory(draft=True, lead_agency=ilo, title=text[:300], summary=text, places=[text[:100]])
    before = list(Commitment.objects.values().order_by("pk"))

    outcome = import_file(
        CommitmentResource(ilo_focal_point), change(export_xlsx(CommitmentResource(ilo_focal_point))), dry_run=False
    )

    assert outcome.problems == []
    assert [line.effect for line in outcome.lines] == ["unchanged"] * (len(NASTY) + 1)
    assert list(Commitment.objects.values().order_by("pk")) == before


@pytest.mark.parametrize("change", [lambda content: content, rewritten_csv], ids=["as sent", "saved anew"])
def test_csv_comes_back_unchanged(full, ilo, ilo_focal_point, change):
    for text in NASTY:
        CommitmentFactory(draft=True, lead_agency=ilo, title=text[:300], summary=text, places=[text[:100]])

    outcome = import_file(
        CommitmentResource(ilo_focal_point), change(export_csv(CommitmentResource(ilo_focal_point))), dry_run=False
    )

    assert outcome.problems == []
    assert [line.effect for line in outcome.lines] == ["unchanged"] * (len(NASTY) + 1)


@pytest.mark.parametrize("write", [export_csv, export_xlsx])
def test_milestones_come_back_unchanged(draft, ilo_focal_point, write):
    MilestoneFactory(commitment=draft, title="=Step", deadline_on=date(2014, 12, 31), deadline_precision="year")
    MilestoneFactory(commitment=draft, met_on=date(2014, 6, 30))

    outcome = import_file(MilestoneResource(ilo_focal_point), write(MilestoneResource(ilo_focal_point)), dry_run=False)

    assert (outcome.problems, [line.effect for line in outcome.lines]) == ([], ["unchanged"] * 2)


@pytest.mark.parametrize("write", [export_csv, export_xlsx])
def test_reports_come_back_unchanged(commitment, cycle, ilo, ilo_focal_point, write):
    ProgressReportFactory(commitment=commitment, blank=True, cycle=cycle)
    ProgressReportFactory(
        commitment=commitment,
        sent_back=True,
        status="superseded",
        superseded_by=CommitmentFactory(),
        on_behalf_of=ilo,
        period_start=date(2014, 1, 1),
        period_end=date(2014, 6, 30),
        achieved="-5 per cent\r\nof costs",
        barriers="@none",
    )

    outcome = import_file(ReportResource(ilo_focal_point), write(ReportResource(ilo_focal_point)), dry_run=False)

    assert (outcome.problems, [line.effect for line in outcome.lines]) == ([], ["unchanged"] * 2)


def test_export_holds_what_the_person_may_change_and_no_more(
    draft, commitment, ilo, iom, decent_work, ilo_focal_point, administrator
):
    sent_back = CommitmentFactory(sent_back=True, lead_agency=ilo)
    of_group = CommitmentFactory(draft=True, workgroup=decent_work)
    foreign = CommitmentFactory(draft=True, lead_agency=iom)
    CommitmentFactory(submitted=True, lead_agency=ilo)

    mine = CommitmentResource(ilo_focal_point).export()["reference"]
    everybodys = CommitmentResource(administrator).export()["reference"]

    assert mine == [draft.reference, sent_back.reference, of_group.reference]
    assert everybodys == [*mine, foreign.reference]


def test_export_costs_the_same_queries_for_many(ilo, ilo_focal_point, points, django_assert_num_queries):
    for _row in range(6):
        CommitmentFactory(draft=True, lead_agency=ilo, agenda_points=points[:2])

    with django_assert_num_queries(6):
        CommitmentResource(ilo_focal_point).export()


# What an import writes


def edited(resource, changes, add=()):
    """The export as a workbook with some cells changed, by (row, column), and rows added."""
    workbook = load_workbook(io.BytesIO(export_xlsx(resource)))
    sheet = workbook.worksheets[0]
    columns = [cell.value for cell in sheet[1]]
    for (number, column), value in changes.items():
        sheet.cell(number, columns.index(column) + 1).value = value
    for row in add:
        sheet.append([row.get(column, "") for column in columns])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


NEW = {
    "title": "Courses for recruiters",
    "kind": "capacity",
    "lead": "ilo",
    "partners": "iom; ohchr",
    "agenda_points": 2,
    "places": "Jordan;Lebanon",
    "start_on": "2014-03",
    "deadline_on": 2015,
    "source_title": "A source",
    "source_location": "https://example.org/",
}


def test_import_changes_a_draft_and_adds_another(draft, ilo, iom, ohchr, points, ilo_focal_point):
    resource = CommitmentResource(ilo_focal_point)
    content = edited(resource, {(2, "summary"): "A new summary", (2, "partners"): "iom"}, [NEW])

    outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    assert outcome.problems == []
    assert [(line.number, line.effect) for line in outcome.lines] == [(2, "changed"), (3, "new")]
    assert [(change.column, change.after) for change in outcome.lines[0].changes] == [
        ("partners", "iom"),
        ("summary", "A new summary"),
    ]
    draft.refresh_from_db()
    assert (draft.summary, list(draft.partner_agencies.all())) == ("A new summary", [iom])
    new = Commitment.objects.get(title="Courses for recruiters")
    assert (new.state, new.author, new.lead, new.start.iso, new.deadline.iso, new.places, new.confidence) == (
        "draft", ilo_focal_point, ilo, "2014-03", "2015", ["Jordan", "Lebanon"], "confirmed",
    )  # fmt: skip
    assert set(new.partner_agencies.all()) == {iom, ohchr}
    assert list(new.agenda_points.all()) == [points[1]]
    line = new.history.get()
    assert (line.history_type, line.history_change_reason, line.history_user) == ("+", "import", ilo_focal_point)
    assert [each.agendapoint for each in line.agenda_points.all()] == [points[1]]
    assert draft.history.latest().history_change_reason == "import"
    assert {line.history_user for line in Partner.history.filter(commitment_id=new.pk)} == {ilo_focal_point}


def test_partner_that_stays_keeps_its_part(draft, iom, ohchr, ilo_focal_point):
    kept = Partner.objects.create(commitment=draft, agency=iom, part="Trains the trainers")
    Partner.objects.create(commitment=draft, agency=ohchr)
    content = edited(CommitmentResource(ilo_focal_point), {(2, "partners"): "iom"})

    import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    assert list(Partner.objects.filter(commitment=draft).values_list("pk", "part")) == [(kept.pk, kept.part)]


def test_trial_writes_nothing_and_spends_no_reference(draft, iom, ohchr, points, ilo_focal_point):
    content = edited(CommitmentResource(ilo_focal_point), {(2, "summary"): "A new summary"}, [NEW])
    next_number = CommitmentFactory().reference
    lines = Commitment.history.count()

    outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=True)

    assert [line.effect for line in outcome.lines] == ["changed", "new"]
    draft.refresh_from_db()
    assert draft.summary == "What is undertaken, in a few lines."
    assert (Commitment.objects.count(), Commitment.history.count()) == (2, lines)
    assert int(CommitmentFactory().reference[4:]) == int(next_number[4:]) + 1


def test_milestones_are_changed_and_added(draft, ilo_focal_point):
    step = MilestoneFactory(commitment=draft, title="First step")
    content = edited(
        MilestoneResource(ilo_focal_point),
        {(2, "met_on"): "2014-06"},
        [{"commitment": draft.reference, "title": "Second step", "deadline_on": "2015"}],
    )

    outcome = import_file(MilestoneResource(ilo_focal_point), content, dry_run=False)

    assert (outcome.problems, [line.effect for line in outcome.lines]) == ([], ["changed", "new"])
    step.refresh_from_db()
    assert step.met.iso == "2014-06"
    new = Milestone.objects.get(title="Second step")
    assert (new.commitment, new.deadline.iso, new.history.get().history_user) == (draft, "2015", ilo_focal_point)


@pytest.mark.parametrize("resource_class", [CommitmentResource, MilestoneResource])
def test_file_that_has_the_former_name_of_the_deadline_is_read(resource_class, draft, ilo_focal_point):
    for row in (draft, MilestoneFactory(commitment=draft)):
        row.deadline_on, row.deadline_precision = date(2014, 12, 31), "year"
        row.save()
    file = export_csv(resource_class(ilo_focal_point)).replace(b"deadline_on", b"due_on").replace(b",2014,", b",2015,")

    outcome = import_file(resource_class(ilo_focal_point), file, dry_run=False)

    assert (outcome.refusals, outcome.problems) == ((), [])
    assert [[(change.column, change.after) for change in line.changes] for line in outcome.lines] == [
        [("deadline_on", "2015")]
    ]


def test_row_of_a_cycle_fills_the_report_that_waits_for_it(commitment, cycle, ilo, ilo_focal_point):
    expected = ProgressReportFactory(commitment=commitment, blank=True, cycle=cycle)
    row = {
        "commitment": commitment.reference,
        "cycle": cycle.title,
        "status": "in_progress",
        "achieved": "Courses were held",
        "period_end": date(2014, 6, 30),
    }
    workbook = Workbook()
    workbook.active.append(ReportResource(ilo_focal_point).get_export_headers())
    workbook.active.append([row.get(column) for column in ReportResource(ilo_focal_point).get_export_headers()])
    file = io.BytesIO()
    workbook.save(file)

    outcome = import_file(ReportResource(ilo_focal_point), file.getvalue(), dry_run=False)
    again = import_file(ReportResource(ilo_focal_point), file.getvalue(), dry_run=False)

    assert (outcome.problems, [line.effect for line in outcome.lines]) == ([], ["changed"])
    expected.refresh_from_db()
    assert (expected.state, expected.author, expected.achieved) == ("draft", ilo_focal_point, "Courses were held")
    assert expected.period_end == date(2014, 6, 30)
    assert [problem.column for problem in again.problems] == ["cycle"]
    assert ProgressReport.objects.count() == 1


def test_new_report_is_that_of_the_lead(commitment, ilo, ilo_focal_point):
    content = edited(
        ReportResource(ilo_focal_point), {}, [{"commitment": commitment.reference, "achieved": "Courses were held"}]
    )

    outcome = import_file(ReportResource(ilo_focal_point), content, dry_run=False)

    assert (outcome.problems, [line.effect for line in outcome.lines]) == ([], ["new"])
    report = ProgressReport.objects.get()
    assert (report.state, report.on_behalf_of, report.author, report.outlook) == (
        "draft", ilo, ilo_focal_point, "not_assessed",
    )  # fmt: skip


def test_same_file_taken_in_twice_makes_nothing_twice(draft, iom, ohchr, points, ilo_focal_point):
    content = edited(CommitmentResource(ilo_focal_point), {}, [NEW])
    import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    outcome = import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)

    new = Commitment.objects.get(title=NEW["title"])
    assert [(problem.row, problem.column, problem.reason) for problem in outcome.problems] == [
        (3, "title", f"{new.reference} has this title and lead already.")
    ]


@pytest.mark.django_db(transaction=True)
def test_same_file_sent_twice_at_once_is_taken_in_once(ilo, iom, ohchr, points, ilo_focal_point):
    content = edited(CommitmentResource(ilo_focal_point), {}, [NEW])

    def take_in(_number):
        try:
            return import_file(CommitmentResource(ilo_focal_point), content, dry_run=False).is_clean
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(take_in, range(2)))

    assert sorted(taken) == [False, True]
    assert Commitment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_import_waits_for_an_editor_and_then_overwrites_nothing(draft, ilo_focal_point):
    content = edited(CommitmentResource(ilo_focal_point), {(2, "summary"): "Mine"})

    def take_in():
        try:
            return import_file(CommitmentResource(ilo_focal_point), content, dry_run=False)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            editing = Commitment.objects.select_for_update().get(pk=draft.pk)
            importing = pool.submit(take_in)
            editing.summary = "Theirs"
            editing.save()
        outcome = importing.result()

    draft.refresh_from_db()
    assert ([problem.column for problem in outcome.problems], draft.summary) == (["version", "version"], "Theirs")


def test_importer_cannot_review_what_was_imported(draft, administrator, secretariat):
    content = edited(CommitmentResource(administrator), {(2, "summary"): "A new summary"})
    import_file(CommitmentResource(administrator), content, dry_run=False)
    author = draft.author
    Commitment.objects.filter(pk=draft.pk).update(state="submitted", author=author)

    assert list(Commitment.objects.reviewable_by(administrator)) == []
    assert list(Commitment.objects.reviewable_by(secretariat)) == [draft]


# Templates


@pytest.mark.parametrize("resource", [CommitmentResource, MilestoneResource, ReportResource])
@pytest.mark.parametrize("write", [template_csv, template_xlsx])
def test_example_of_the_template_is_never_taken_in(ilo_focal_point, draft, commitment, points, resource, write):
    outcome = import_file(resource(ilo_focal_point), write(resource(ilo_focal_point)), dry_run=False)

    assert outcome.refusals == ("The file has a header and no row to take in.",)


def test_template_offers_what_is_allowed(ilo, ilo_focal_point, iom, points):
    AgencyFactory(code="unhcr")
    CommitmentFactory(draft=True, lead_agency=iom)

    workbook = load_workbook(io.BytesIO(template_xlsx(CommitmentResource(ilo_focal_point))))

    sheet, _instructions, words = workbook.worksheets
    allowed = {}
    for column, value, _meaning in words.iter_rows(min_row=2, values_only=True):
        allowed.setdefault(column, []).append(value)
    assert allowed["lead"] == ["ilo", "decent-work"]
    assert "unhcr" in allowed["partners"]
    assert allowed["agenda_points"] == [str(number) for number in range(1, 9)]
    lists = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    columns = [cell.value for cell in sheet[1]]
    lead = lists["F2:F1001"]
    assert columns[5] == "lead"
    first, last = lead.formula1.replace("$", "").split("!")[1].split(":")
    assert [row[0].value for row in words[first:last]] == ["ilo", "decent-work"]
    assert lead.showErrorMessage is True
    assert sheet["A2"].value == "EXAMPLE"


def test_template_of_reports_names_running_cycles_and_own_commitments(commitment, cycle, ilo_focal_point):
    ReportingCycleFactory(title="Not yet open")
    CommitmentFactory(title="Of a stranger")

    words = load_workbook(io.BytesIO(template_xlsx(ReportResource(ilo_focal_point))))["allowed values"]

    rows = list(words.iter_rows(min_row=2, values_only=True))
    assert [value for column, value, _meaning in rows if column == "cycle"] == [cycle.title]
    assert [row[1:] for row in rows if row[0] == "commitment"] == [(commitment.reference, commitment.title)]
