"""Days that cannot be right, and days that cannot be read, on every way into the register."""

import io
from datetime import date, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pytest_django.asserts import assertContains

from commitments.models import Commitment, Milestone
from gmg_portal.editors.review.remarks import remarks as review_remarks
from gmg_portal.editors.spreadsheets.importing import import_file
from gmg_portal.editors.spreadsheets.resources import CommitmentResource, MilestoneResource, ReportResource
from reporting.importers.table_loader import database_error_message
from reporting.models import Evidence, ProgressReport
from reporting.rules import hints
from tests.gmg_portal.api.agency_systems import system_for
from tests.support.factories import MilestoneFactory, ProgressReportFactory, ReportingCycleFactory, published_report
from tests.support.form_filling import filled, problems

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_30_november")]

FUTURE = "1 December 2026 is in the future. Give a date up to today, 30 November 2026."
FAR = "31 December 9999 is not plausible. Give a date from 1 January 1990 to 31 December 2100."
LONG_AGO = "31 December 1989 is not plausible. Give a date from 1 January 1990 to 31 December 2100."
AMBIGUOUS = "‘01/07/2026’ can mean 1 July 2026 or 7 January 2026. Write the day as 2026-07-01 or 1 July 2026."


@pytest.fixture
def on_30_november():
    with time_machine.travel("2026-11-30T12:00:00Z"):
        yield


@pytest.fixture
def editor(client, ilo_focal_point):
    client.force_login(ilo_focal_point)
    return client


def page_of(row_or_model, page="change"):
    opts = row_or_model._meta
    args = [] if isinstance(row_or_model, type) else [row_or_model.pk]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def row_errors(answer) -> list[dict]:
    return [
        {name: list(sentences) for name, sentences in form.errors.items()}
        for inline in answer.context["inline_admin_formsets"]
        for form in inline.formset.forms
        if form.errors
    ]


# Forms


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ({"deadline": "9999-12-31"}, {"deadline": [FAR]}),
        ({"start": "31 December 1989"}, {"start": [LONG_AGO]}),
        ({"start": "01/07/2026"}, {"start": [AMBIGUOUS]}),
    ],
)
def test_commitment_form_names_the_date_that_it_refuses(editor, draft, typed, sentences):
    page = editor.get(page_of(draft))

    answer = editor.post(page_of(draft), filled(page, title="Typed with care", **typed))

    assert problems(answer) == sentences
    assertContains(answer, "Typed with care")
    draft.refresh_from_db()
    assert (draft.start_on, draft.deadline_on) == (None, None)


def test_step_is_not_met_on_a_day_to_come(editor, draft):
    page = editor.get(page_of(draft))
    prefix = next(i.formset.prefix for i in page.context["inline_admin_formsets"] if i.formset.model is Milestone)
    row = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-0-title": "First step", f"{prefix}-0-deadline": "2033"}

    future = editor.post(page_of(draft), filled(page, **row, **{f"{prefix}-0-met": "1 December 2026"}))
    this_month = editor.post(page_of(draft), filled(page, **row, **{f"{prefix}-0-met": "November 2026"}))

    assert row_errors(future) == [{"met": [FUTURE]}]
    assert this_month.status_code == 302
    assert [(step.deadline.iso, step.met.iso) for step in draft.milestones.all()] == [("2033", "2026-11")]


def test_report_covers_no_day_to_come(editor, commitment):
    report = ProgressReportFactory(commitment=commitment)
    page = editor.get(page_of(report))

    future = editor.post(page_of(report), filled(page, period_start="2026-07-01", period_end="2026-12-01"))
    inverted = editor.post(page_of(report), filled(page, period_start="2026-07-01", period_end="30 June 2026"))
    ambiguous = editor.post(page_of(report), filled(page, period_start="01/07/2026"))

    assert problems(future) == {"period_end": [FUTURE]}
    assert problems(inverted) == {
        "period_end": ["The period cannot end on 30 June 2026, before it starts on 1 July 2026."]
    }
    assert problems(ambiguous) == {"period_start": [AMBIGUOUS]}
    assertContains(inverted, '<span class="date-in-words">1 July 2026</span>')
    report.refresh_from_db()
    assert (report.period_start, report.period_end) == (None, None)


def test_evidence_is_neither_issued_nor_seen_on_a_day_to_come(editor, commitment):
    report = ProgressReportFactory(commitment=commitment)
    page = editor.get(page_of(report))
    row = {"title": "Course report", "url": "https://example.org/", "issued": "2027", "seen_on": "2026-12-01"}

    answer = editor.post(page_of(report), filled(page, **{f"evidence-0-{name}": text for name, text in row.items()}))

    assert row_errors(answer) == [
        {"issued": ["2027 is in the future. Give a date up to today, 30 November 2026."], "seen_on": [FUTURE]}
    ]
    assert not Evidence.objects.exists()


def test_date_typed_in_words_is_kept_and_shown_again_in_iso_and_in_words(editor, commitment):
    report = ProgressReportFactory(commitment=commitment)
    page = editor.get(page_of(report))

    editor.post(page_of(report), filled(page, period_start="1 jan 2026", period_end="30 June 2026"))
    shown = editor.get(page_of(report))
    editor.post(page_of(report), filled(shown))
    preview = editor.get(page_of(report, "preview"))

    report.refresh_from_db()
    assert (report.period_start, report.period_end) == (date(2026, 1, 1), date(2026, 6, 30))
    assertContains(shown, 'value="2026-01-01"')
    assertContains(shown, '<span class="date-in-words">1 January 2026</span>')
    assertContains(preview, "1 January 2026 – 30 June 2026")


def test_period_that_would_reach_into_the_future_is_not_prefilled(editor, commitment):
    published_report(
        commitment, on="2026-07-15", period_start=date(2026, 1, 1), period_end=date(2026, 6, 30), status="in_progress"
    )

    page = editor.get(f"{page_of(ProgressReport, 'add')}?commitment={commitment.pk}")

    form = page.context["adminform"].form
    assert (form["period_start"].value(), form["period_end"].value()) == (date(2026, 7, 1), None)


@pytest.mark.parametrize(
    ("table", "typed", "name", "sentence"),
    [
        ("agencies_agency", {"joined": "2026-12-01"}, "joined", FUTURE),
        ("agencies_agency", {"left": "9999-12-31"}, "left", FAR),
        ("agenda_event", {"starts_on": "01/07/2026"}, "starts_on", AMBIGUOUS),
        ("agenda_framework", {"adopted_on": "2026-12-01"}, "adopted_on", FUTURE),
        ("workgroups_workplan", {"ends_on": "9999-12-31"}, "ends_on", FAR),
        ("agencies_chairterm", {"ends_on": "9999-12-31"}, "ends_on", FAR),
        ("accounts_membership", {"ends_on": "9999-12-31"}, "ends_on", FAR),
        ("reporting_reportingcycle", {"due_on": "9999-12-31"}, "due_on", FAR),
    ],
)
def test_reference_data_holds_plausible_days(client, administrator, table, typed, name, sentence):
    client.force_login(administrator)
    address = reverse(f"admin:{table}_add")
    page = client.get(address)

    answer = client.post(address, filled(page, **typed))

    assert sentence in problems(answer)[name]


# Overlaps


def test_overlapping_period_is_shown_to_writer_and_reviewer(editor, commitment, ilo_focal_point, secretariat):
    first = {"period_start": date(2026, 1, 1), "period_end": date(2026, 6, 30)}
    published_report(commitment, on="2026-07-15", **first)
    report = ProgressReportFactory(
        submitted=True,
        commitment=commitment,
        author=ilo_focal_point,
        period_start=date(2026, 6, 30),
        period_end=date(2026, 9, 30),
    )
    sentence = "The period overlaps that of report 1, 1 January 2026 to 30 June 2026."

    sentences, remarks = hints.review_hints(report), [remark.text for remark in review_remarks(report)]
    editor.force_login(secretariat)

    assert sentence in sentences
    assert sentence in remarks
    assertContains(editor.get(page_of(report, "review")), sentence)


@pytest.mark.database
@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        (date(2026, 7, 1), date(2026, 9, 30), False),
        (date(2025, 7, 1), date(2025, 12, 31), False),
        (date(2025, 7, 1), date(2026, 1, 1), True),
        (date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2025, 1, 1), date(2026, 11, 30), True),
        (date(2026, 6, 30), None, True),
        (None, date(2026, 7, 1), False),
        (None, None, False),
    ],
)
def test_periods_overlap_where_they_share_a_day(commitment, start, end, overlaps):
    published_report(commitment, on="2026-07-15", period_start=date(2026, 1, 1), period_end=date(2026, 6, 30))
    published_report(commitment, on="2026-07-16")

    report = ProgressReportFactory(commitment=commitment, period_start=start, period_end=end)

    assert len(hints.overlaps(report)) == overlaps


# Files


GOOD = {
    "title": "Courses for recruiters",
    "kind": "capacity",
    "lead": "ilo",
    "source_title": "A source",
    "source_location": "https://example.org/",
}


def workbook_of(resource, row, number_format=None, epoch=None):
    columns, workbook = resource.get_export_headers(), Workbook()
    workbook.epoch = epoch or workbook.epoch
    workbook.active.append(columns)
    workbook.active.append([row.get(column) for column in columns])
    for cell in workbook.active[2] if number_format else ():
        cell.number_format = number_format
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"deadline_on": "9999-12-31"}, "deadline_on", FAR),
        ({"deadline_on": date(9999, 12, 31)}, "deadline_on", FAR),
        ({"start_on": "31 December 1989"}, "start_on", LONG_AGO),
        ({"start_on": "01/07/2026"}, "start_on", AMBIGUOUS),
    ],
)
def test_imported_date_is_plausible_and_certain(ilo_focal_point, cells, column, sentence):
    resource = CommitmentResource(ilo_focal_point)

    outcome = import_file(resource, workbook_of(resource, GOOD | cells), dry_run=False)

    assert [(problem.column, problem.reason) for problem in outcome.problems] == [(column, sentence)]
    assert not Commitment.objects.exists()


def test_imported_step_and_report_say_nothing_of_days_to_come(ilo_focal_point, draft, commitment):
    steps, reports = MilestoneResource(ilo_focal_point), ReportResource(ilo_focal_point)
    step = {"commitment": draft.reference, "title": "First step", "met_on": "1 December 2026"}
    report = {"commitment": commitment.reference, "period_start": "1 July 2026", "period_end": "2026-12-01"}

    of_step = import_file(steps, workbook_of(steps, step), dry_run=False)
    of_report = import_file(reports, workbook_of(reports, report), dry_run=False)

    assert [(problem.column, problem.reason) for problem in of_step.problems] == [("met_on", FUTURE)]
    assert [(problem.column, problem.reason) for problem in of_report.problems] == [("period_end", FUTURE)]
    assert not Milestone.objects.exists()
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize(
    ("value", "number_format", "epoch"),
    [
        (date(2026, 7, 1), "yyyy-mm-dd", None),
        (date(2026, 7, 1), "dd/mm/yyyy", None),
        (datetime(2026, 7, 1, 14, 30), "yyyy-mm-dd hh:mm", None),  # noqa: DTZ001 – as a workbook holds it
        (46204, None, None),
        (46204.6, "0.0", None),
        (46204 - 1462, None, CALENDAR_MAC_1904),
        ("1 July 2026", None, None),
        ("2026-07-01 00:00:00", None, None),
    ],
)
def test_day_of_a_spreadsheet_is_read_however_it_is_kept(ilo_focal_point, value, number_format, epoch):
    resource = CommitmentResource(ilo_focal_point)

    outcome = import_file(
        resource, workbook_of(resource, GOOD | {"deadline_on": value}, number_format, epoch), dry_run=False
    )

    assert outcome.problems == []
    assert Commitment.objects.get().deadline.iso == "2026-07-01"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"end": "9999-12-31"}, f"end: {FAR}"),
        ({"start": "1989-12-31"}, f"start: {LONG_AGO}"),
        ({"start": "01/07/2026"}, f"start: {AMBIGUOUS}"),
        ({"outcome": "Held.", "status": "ongoing", "status_on": "2026"}, "status_on: 2026 has not ended yet"),
    ],
)
def test_loaded_date_is_plausible_and_certain(tmp_path, ilo, change, sentence):
    columns = [
        "lead", "partners", "title", "kind", "summary", "agenda_points", "recommendations", "start", "end", "outcome",
        "status", "status_on", "source_title", "source_url_or_symbol", "confidence",
    ]  # fmt: skip
    line = {
        "lead": "ILO", "title": "Courses", "kind": "Capacity building", "summary": "Courses.", "start": "2014",
        "source_title": "A source", "source_url_or_symbol": "A/68/190", "confidence": "KNOWN",
    }  # fmt: skip
    path = tmp_path / "commitments.csv"
    path.write_text(",".join(columns) + "\n" + ",".join((line | change).get(name, "") for name in columns) + "\n")

    with pytest.raises(CommandError) as refusal:
        call_command("load_commitments", path)

    assert sentence in str(refusal.value)
    assert str(refusal.value).count("line 2") == 1
    assert not Commitment.objects.exists()


# Tokens


def test_token_writes_no_day_that_cannot_be_right(client, ilo, ilo_focal_point, commitment):
    system = system_for(client, ilo_focal_point, ilo)
    draft = system.begin(commitment, period_start="1 July 2026", period_end="2026-11-30").json()
    evidence = {"title": "Course report", "url": "https://example.org/"}

    answers = [
        system.patch(draft["url"], {"period_start": "01/07/2026"}, draft["version"]),
        system.patch(draft["url"], {"period_start": "2026-07-01", "period_end": "2026-06-30"}, draft["version"]),
        system.patch(draft["url"], {"period_end": "2026-12-01"}, draft["version"]),
        system.post(f"{draft['url']}evidence/", evidence | {"issued_on": "2026-12-01"}),
        system.post(f"{draft['url']}evidence/", evidence | {"issued_on": "1.7.2026"}),
        system.post(f"{draft['url']}evidence/", evidence | {"seen_on": "9999-12-31"}),
    ]

    assert (draft["period_start"], draft["period_end"]) == ("2026-07-01", "2026-11-30")
    assert [answer.status_code for answer in answers] == [422] * 6
    faults = [{fault["field"]: fault["detail"] for fault in answer.json()["errors"]} for answer in answers]
    assert faults == [
        {"period_start": AMBIGUOUS},
        {"period_end": "The period cannot end on 30 June 2026, before it starts on 1 July 2026."},
        {"period_end": FUTURE},
        {"issued_on": FUTURE},
        {"issued_on": AMBIGUOUS.replace("01/07/2026", "1.7.2026")},
        {"seen_on": "31 December 9999 is in the future. Give a date up to today, 30 November 2026."},
    ]
    assert not Evidence.objects.exists()


# Writes past every form


@pytest.mark.database
def test_database_refuses_implausible_dates(draft):
    cycle = ReportingCycleFactory()
    step = MilestoneFactory(commitment=draft)
    writes = [
        (draft, {"deadline_on": date.max, "deadline_precision": "day"}),
        (step, {"met_on": date(2033, 1, 1), "met_precision": "day"}),
        (cycle, {"closes_on": date.max}),
    ]

    for row, values in writes:
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**values)

        assert refusal.value.__cause__.diag.constraint_name.startswith(f"{row._meta.db_table}_{next(iter(values))}_")
        assert "the date is not plausible" in database_error_message(refusal.value, type(row))
