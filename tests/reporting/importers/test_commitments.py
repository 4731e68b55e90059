"""`load_commitments`: every line or none, dated as the sources are, and never over an editor's work."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments.models import Commitment, Partner
from foundation.dates.partial import PartialDate
from gmg_portal.revision.current import CurrentRevision
from register.querysets import register_commitments
from reporting import actions
from reporting.importers.line_parser import FILE_COLUMNS
from reporting.models import Evidence, ProgressReport, StatusChange
from tests.support.factories import RecommendationFactory

FILE = settings.BASE_DIR / "data" / "commitments.csv"
LINE = {
    "lead": "ilo",
    "partners": "iom;ohchr",
    "title": "Fair recruitment initiative",
    "kind": "programme",
    "summary": "Helps to keep the costs of recruitment off the worker.",
    "agenda_points": "2;3",
    "recommendations": "POL-4",
    "start": "2014-06",
    "end": "2016",
    "outcome": "Launched at the Conference.",
    "status": "in_progress",
    "status_on": "2015-05",
    "source_title": "Fair recruitment (ILO)",
    "source_url_or_symbol": "https://ilo.org/fair",
    "confidence": "confirmed",
}
WITHOUT_OUTCOME = {"outcome": "", "status": "", "status_on": ""}


def load(file) -> list[str]:
    """Run the command and return its output as lines."""
    output = StringIO()
    call_command("load_commitments", file, stdout=output)
    return output.getvalue().splitlines()


def histories() -> list[int]:
    return [model.history.count() for model in (Commitment, Partner, ProgressReport, Evidence)]


@pytest.fixture
def known(ilo, iom, ohchr, data_and_research, points):
    """Create the rows that the lines refer to."""
    RecommendationFactory(code="POL-1")
    RecommendationFactory(code="POL-4")


@pytest.fixture
def file(tmp_path):
    """Write lines, each as changes to LINE, under a header."""

    def file(*changes: dict[str, str], header: list[str] = FILE_COLUMNS, encoding: str = "utf-8"):
        path = tmp_path / "commitments.csv"
        with path.open("w", encoding=encoding, newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(header)
            writer.writerows([(LINE | change)[column] for column in FILE_COLUMNS] for change in changes)
        return path

    return file


@pytest.fixture
def one(known, file):
    """The commitment of LINE, loaded."""
    load(file({}))
    return Commitment.objects.get()


# The real file


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_the_real_file_is_loaded_whole_and_a_second_time_nothing_is_written():
    call_command("load_reference", stdout=StringIO())
    before = CurrentRevision.read().number

    first = load(FILE)
    revision, history = CurrentRevision.read(), histories()
    with CaptureQueriesContext(connection) as queries:
        second = load(FILE)

    assert first == [
        "Commitments: 60 added, 0 updated, 0 kept, 0 left.",
        "Progress reports: 60 added, 0 updated, 0 kept, 0 left.",
    ]
    assert second == [
        "Commitments: 0 added, 0 updated, 60 kept, 0 left.",
        "Progress reports: 0 added, 0 updated, 60 kept, 0 left.",
    ]
    assert revision.number == before + 1
    assert CurrentRevision.read() == revision
    assert histories() == history
    assert len(queries) < 20
    assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
    check_the_register()


def check_the_register():
    """Every line of the real file stands in the register as the file has it, in its order."""
    with FILE.open(encoding="utf-8", newline="") as source:
        lines = list(csv.DictReader(source))
    rows = list(Commitment.objects.published().select_related("lead_agency", "workgroup"))
    numbers = [int(row.reference.removeprefix("HLD-")) for row in rows]

    assert [len(rows), *(model.objects.count() for model in (ProgressReport, Evidence, StatusChange))] == [60] * 4
    assert numbers == list(range(numbers[0], numbers[0] + 60))
    for row, line in zip(rows, lines, strict=True):
        assert as_line(row) == {**line, **{name: sorted(line[name].split(";")) for name in ("partners", *SETS)}}
    assert [row.title for row in rows if row.confidence == "known"] == [
        line["title"] for line in lines if line["confidence"] == "known"
    ]


SETS = ("agenda_points", "recommendations")


def as_line(row: Commitment) -> dict:
    """A commitment and its report as the columns of the file; sets as sorted lists."""
    report = row.reports.get()
    evidence = report.evidence.get()
    assert (evidence.title, evidence.url or evidence.symbol) == (row.source_title, row.source_location)
    assert report.on_behalf_of == row.lead_agency
    return {
        "lead": row.lead_agency.code if row.lead_agency else row.workgroup.slug,
        "partners": sorted(row.partners.values_list("agency__code", flat=True)) or [""],
        "title": row.title,
        "kind": row.kind,
        "summary": row.summary,
        "agenda_points": sorted(str(point.number) for point in row.agenda_points.all()) or [""],
        "recommendations": sorted(other.code for other in row.recommendations.all()) or [""],
        "start": row.start.iso if row.start else "",
        "end": row.deadline.iso if row.deadline else "",
        "outcome": report.achieved,
        "status": row.status,
        "status_on": report.published.iso,
        "source_title": row.source_title,
        "source_url_or_symbol": row.source_location,
        "confidence": row.confidence,
    }


# One line


def test_a_line_becomes_a_published_commitment_with_its_report_evidence_and_status_change(one):
    report = one.reports.get()
    evidence = report.evidence.get()
    change = one.status_changes.get()

    assert (one.state, one.load_key, one.author, one.work_plan) == (
        "published",
        "ilo:fair-recruitment-initiative",
        None,
        None,
    )
    assert (one.scope, one.places, [partner.part for partner in one.partners.all()]) == ("", [], ["", ""])
    assert (one.status, one.outlook) == ("in_progress", "not_assessed")
    assert (report.state, report.number, report.on_behalf_of, report.author, report.reviewed_by) == (
        "published",
        1,
        one.lead_agency,
        None,
        None,
    )
    assert (evidence.kind, evidence.url, evidence.symbol, evidence.is_public) == (
        "web_page",
        "https://ilo.org/fair",
        "",
        True,
    )
    assert (evidence.issued, evidence.seen_on) == (None, None)
    assert (change.from_status, change.to_status, change.changed_by) == ("", "in_progress", None)
    assert change.changed == PartialDate(date(2015, 5, 31), "month")


def test_a_symbol_is_an_official_document(known, file):
    load(file({"source_url_or_symbol": "CEB/2014/4, annex V"}))

    evidence = Evidence.objects.get()
    assert (evidence.kind, evidence.url, evidence.symbol) == ("official_document", "", "CEB/2014/4, annex V")


def test_a_work_group_leads_and_its_report_is_on_behalf_of_no_agency(known, file):
    load(file({"lead": "data-and-research"}))

    row = Commitment.objects.get()
    assert (row.lead_agency, row.workgroup.slug) == (None, "data-and-research")
    assert row.reports.get().on_behalf_of is None


def test_a_line_without_outcome_is_a_commitment_without_report(known, file):
    lines = load(file(WITHOUT_OUTCOME))

    row = Commitment.objects.get()
    assert (row.state, row.status, row.reports.count()) == ("published", "", 0)
    assert lines[1] == "Progress reports: 0 added, 0 updated, 0 kept, 0 left."


def test_what_is_not_confirmed_is_kept_as_such(known, file):
    load(file({"confidence": "known"}))

    assert Commitment.objects.get().confidence == "known"


def test_history_has_all_of_it_without_a_person(one):
    for model in (Commitment, Partner, ProgressReport, Evidence):
        assert set(model.history.values_list("history_change_reason", "history_user")) == {("load", None)}, model
    entered, published, reported = one.history.order_by("history_id")
    assert (entered.history_type, entered.reference, entered.state) == ("+", one.reference, "draft")
    assert (published.state, published.status, reported.status) == ("published", "", "in_progress")
    assert published.agenda_points.count() == reported.agenda_points.count() == 2


def test_two_persons_are_not_asked_for(one):
    report = one.reports.get()

    assert (one.submitted_by, one.reviewed_by, report.submitted_by, report.reviewed_by) == (None, None, None, None)


def test_a_title_in_another_script_has_a_key_of_its_own(known, file):
    load(file({"title": "Миграция и развитие"}, {"title": "移民与发展"}))

    assert set(Commitment.objects.values_list("load_key", flat=True)) == {"ilo:миграция-и-развитие", "ilo:移民与发展"}


def test_a_file_with_byte_order_mark_empty_lines_and_blanks_is_read(known, file):
    path = file({"title": "  Fair recruitment initiative ", "partners": "iom; ohchr"}, encoding="utf-8-sig")
    path.write_bytes(path.read_bytes().replace(b"confidence\n", b"confidence\n\n"))

    load(path)

    row = Commitment.objects.get()
    assert (row.title, row.partners.count()) == ("Fair recruitment initiative", 2)


def test_a_file_without_lines_loads_nothing(known, file):
    assert load(file()) == [
        "Commitments: 0 added, 0 updated, 0 kept, 0 left.",
        "Progress reports: 0 added, 0 updated, 0 kept, 0 left.",
    ]


# Days


@pytest.mark.parametrize(
    ("start", "status_on", "public_from"),
    [
        ("2014-06", "2015-05", PartialDate(date(2014, 6, 30), "month")),
        ("2014-06-16", "2015-05", PartialDate(date(2014, 6, 16), "day")),
        ("2014", "2015", PartialDate(date(2014, 12, 31), "year")),
        ("2014", "2014-12", PartialDate(date(2014, 12, 31), "year")),
        ("2014", "2014-09-29", PartialDate(date(2014, 9, 29), "day")),
        ("2014-06", "2013-07-03", PartialDate(date(2013, 7, 3), "day")),
        ("", "2014-12", PartialDate(date(2014, 12, 31), "month")),
        ("2014-06", "", PartialDate(date(2014, 6, 30), "month")),
    ],
)
def test_a_commitment_is_public_from_its_start_or_its_first_report(known, file, start, status_on, public_from):
    outcome = {"status_on": status_on} if status_on else WITHOUT_OUTCOME

    load(file({"start": start, **outcome}))

    row = Commitment.objects.get()
    assert row.published == public_from
    assert (row.start.iso if row.start else "") == start
    assert [report.published.iso for report in row.reports.all()] == ([status_on] if status_on else [])


@pytest.mark.database
def test_record_as_of_a_day_is_that_of_the_day(one):
    before, after = date(2014, 6, 29), date(2014, 6, 30)

    assert list(Commitment.objects.published(before)) == []
    assert list(Commitment.objects.published(after)) == [one]
    standing = [
        register_commitments().with_standing(day).get().standing_status
        for day in (after, date(2015, 5, 30), date(2015, 5, 31))
    ]
    assert standing == ["", "", "in_progress"]


def test_an_end_within_the_period_of_the_start_is_no_end_before_it(known, file):
    load(file({"start": "2015", "end": "2015-03"}))

    row = Commitment.objects.get()
    assert (row.start.iso, row.deadline.iso) == ("2015", "2015-03")


# A second time


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_reloading_writes_nothing_and_moves_no_revision(known, file):
    path = file({}, {"title": "Another", **WITHOUT_OUTCOME})
    load(path)
    before, revision = histories(), CurrentRevision.read()

    lines = load(path)

    assert lines == [
        "Commitments: 0 added, 0 updated, 2 kept, 0 left.",
        "Progress reports: 0 added, 0 updated, 1 kept, 0 left.",
    ]
    assert (histories(), CurrentRevision.read()) == (before, revision)


def test_a_line_more_is_added(one, file):
    lines = load(file({}, {"title": "Another", "lead": "iom", "partners": ""}))

    assert lines == [
        "Commitments: 1 added, 0 updated, 1 kept, 0 left.",
        "Progress reports: 1 added, 0 updated, 1 kept, 0 left.",
    ]


@pytest.mark.database
def test_an_untouched_commitment_is_updated(one, file):
    change = {
        "summary": "Another summary.",
        "partners": "ohchr;undesa",
        "agenda_points": "2;8",
        "recommendations": "POL-1",
        "start": "2014",
        "confidence": "known",
    }

    lines = load(file(change))

    row = Commitment.objects.get()
    assert lines == [
        "Commitments: 0 added, 1 updated, 0 kept, 0 left.",
        "Progress reports: 0 added, 0 updated, 1 kept, 0 left.",
    ]
    assert as_line(row) == {
        **LINE,
        **change,
        "partners": ["ohchr", "undesa"],
        "agenda_points": ["2", "8"],
        "recommendations": ["POL-1"],
    }
    assert row.published == PartialDate(date(2014, 12, 31), "year")
    assert set(Partner.history.values_list("history_change_reason", flat=True)) == {"load"}


@pytest.mark.database
@pytest.mark.parametrize("change", [{"partners": "iom"}, {"agenda_points": "2"}, {"recommendations": ""}])
def test_a_set_alone_is_updated_too(one, file, change):
    lines = load(file(change))

    again = load(file(change))

    assert lines[0] == "Commitments: 0 added, 1 updated, 0 kept, 0 left."
    assert again[0] == "Commitments: 0 added, 0 updated, 1 kept, 0 left."
    assert set(one.history.values_list("history_change_reason", flat=True)) == {"load"}


def test_a_later_outcome_is_another_report(one, file):
    lines = load(file({"outcome": "Principles adopted.", "status": "completed", "status_on": "2016-09"}))

    one.refresh_from_db()
    assert lines == [
        "Commitments: 0 added, 0 updated, 1 kept, 0 left.",
        "Progress reports: 1 added, 0 updated, 0 kept, 0 left.",
    ]
    assert list(one.reports.order_by("number").values_list("number", "status")) == [
        (1, "in_progress"),
        (2, "completed"),
    ]
    assert one.status == "completed"
    assert one.published == PartialDate(date(2014, 6, 30), "month")


def test_an_outcome_older_than_the_last_report_is_refused(one, file):
    with pytest.raises(CommandError) as refusal:
        load(file({"summary": "Another summary.", "status_on": "2015-04"}))

    assert str(refusal.value) == (
        f"line 2: status_on: The outcome of April 2015 is older than the last report on {one.reference}, of May 2015."
    )
    assert Commitment.objects.get().summary == LINE["summary"]


# An editor's work


def edit_wording(commitment, person):
    commitment.summary = "As the editor has it."
    commitment.save()


def edit_points(commitment, person):
    commitment.agenda_points.clear()


def edit_part_of_a_partner(commitment, person):
    partner = commitment.partners.first()
    partner.part = "Trains recruiters."
    partner.save()


def remove_a_partner(commitment, person):
    commitment.partners.first().delete()


def withdraw(commitment, person):
    actions.withdraw(commitment, reason="Entered twice.", by=person)


@pytest.mark.database
@pytest.mark.parametrize("edit", [edit_wording, edit_points, edit_part_of_a_partner, remove_a_partner, withdraw])
def test_an_edited_commitment_is_left_alone(one, file, secretariat, edit):
    edit(one, secretariat)
    before = histories()

    lines = load(file({"summary": "As the file has it.", "partners": "undesa", "agenda_points": "5"}))

    assert lines == [
        "Commitments: 0 added, 0 updated, 0 kept, 1 left.",
        f"  Left as somebody edited them here: {one.reference}.",
        "Progress reports: 0 added, 0 updated, 1 kept, 0 left.",
    ]
    assert histories() == before


def test_a_withdrawn_commitment_takes_no_report(one, file, secretariat):
    withdraw(one, secretariat)

    lines = load(file({"outcome": "Principles adopted.", "status_on": "2016-09"}))

    assert lines[2:] == [
        "Progress reports: 0 added, 0 updated, 0 kept, 1 left.",
        f"  Left as somebody edited them here: {one.reference}.",
    ]
    assert one.reports.count() == 1


def test_a_commitment_on_which_a_person_has_reported_is_left_with_its_reports(one, file, ilo_focal_point, secretariat):
    report = ProgressReport.objects.create(commitment=one, status="ongoing", achieved="It goes on.")
    actions.publish(actions.submit(report, by=ilo_focal_point), by=secretariat)

    lines = load(file({"summary": "As the file has it."}))

    one.refresh_from_db()
    assert lines[::2] == [
        "Commitments: 0 added, 0 updated, 0 kept, 1 left.",
        "Progress reports: 0 added, 0 updated, 1 kept, 0 left.",
    ]
    assert (one.status, one.summary) == ("ongoing", LINE["summary"])


# What is refused

NOT_HERE = "needs a reason or a successor, which this file cannot give: report it in the portal."
NO_DATE = (
    "is not a date. Write it as 2014-03-05 or 5 March 2014; where only the month or year is known, as 2014-03 or 2014."
)
ALLOWED_KINDS = "programme, publication, norm, capacity, campaign, event, institution"
ALLOWED_COLUMNS = f"Allowed: {', '.join(FILE_COLUMNS)}."
ALLOWED_STATUSES = "not_started, planning, in_progress, substantially_complete, completed, ongoing"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"lead": "itu"},
            "lead: ‘itu’ is not a valid value. Allowed: data-and-research, ilo, iom, ohchr, undesa.",
        ),
        ({"lead": ""}, "lead: ‘’ is not a valid value. Allowed: data-and-research, ilo, iom, ohchr, undesa."),
        ({"partners": "iom;itu"}, "partners: ‘itu’ is not a valid value. Allowed: ilo, iom, ohchr, undesa."),
        (
            {"partners": "data-and-research"},
            "partners: ‘data-and-research’ is not a valid value. Allowed: ilo, iom, ohchr, undesa.",
        ),
        ({"partners": "iom;ilo"}, "partners: ‘ilo’ leads it already."),
        ({"partners": "iom;iom"}, "partners: ‘iom’ stands twice."),
        ({"title": ""}, "title: This field cannot be blank."),
        ({"title": "t" * 301}, "title: Ensure this value has at most 300 characters (it has 301)."),
        (
            {"kind": "project"},
            f"kind: ‘project’ is not a valid value. Allowed: {ALLOWED_KINDS}.",
        ),
        ({"summary": ""}, "summary: this cannot be empty."),
        ({"summary": "nu\x00ll"}, "a null character stands in it."),
        ({"agenda_points": "9"}, "agenda_points: ‘9’ is not a valid value. Allowed: 1, 2, 3, 4, 5, 6, 7, 8."),
        (
            {"recommendations": "POL-9"},
            "recommendations: ‘POL-9’ is not a valid value. Did you mean ‘POL-4’? Allowed: POL-1, POL-4.",
        ),
        ({"start": "spring"}, f"start: ‘spring’ {NO_DATE}"),
        ({"end": "2016-13"}, f"end: ‘2016-13’ {NO_DATE}"),
        ({"start": "2015-06", "end": "2015-05"}, "end: A commitment cannot be due before it starts."),
        ({"start": "2015", "end": "2014"}, "end: A commitment cannot be due before it starts."),
        ({"outcome": ""}, "outcome: this cannot be empty."),
        ({"status": ""}, f"status: ‘’ is not a valid value. Allowed: {ALLOWED_STATUSES}."),
        ({"status": "done"}, f"status: ‘done’ is not a valid value. Allowed: {ALLOWED_STATUSES}."),
        (
            {"status": "superseded"},
            f"status: ‘superseded’ {NOT_HERE} Allowed here: {ALLOWED_STATUSES}.",
        ),
        (
            {"status": "discontinued"},
            f"status: ‘discontinued’ {NOT_HERE} Allowed here: {ALLOWED_STATUSES}.",
        ),
        ({"status_on": ""}, "status_on: this cannot be empty."),
        ({"status_on": "May"}, f"status_on: ‘May’ {NO_DATE}"),
        ({"status_on": "2017"}, "status_on: 2017 has not ended yet; an outcome lies in the past."),
        ({"source_title": ""}, "source_title: This field cannot be blank."),
        ({"source_url_or_symbol": ""}, "source_url_or_symbol: This field cannot be blank."),
        ({"source_url_or_symbol": "https://ilo org"}, "source_url_or_symbol: Enter a valid URL."),
        (
            {"source_url_or_symbol": "A" * 201},
            "source_url_or_symbol: Ensure this value has at most 200 characters (it has 201).",
        ),
        ({"confidence": "sure"}, "confidence: ‘sure’ is not a valid value. Allowed: confirmed, known."),
        (
            {"start": "", **WITHOUT_OUTCOME},
            "start: without it, or an outcome with its day, nothing says since when this is public.",
        ),
        (
            {"start": "2017", "end": "", **WITHOUT_OUTCOME},
            "start: 2017 has not ended yet, and no outcome came before.",
        ),
    ],
)
def test_a_bad_line_is_refused_by_its_number_and_nothing_of_the_file_is_loaded(known, file, change, reason):
    path = file({"title": "A good line"}, change)

    with time_machine.travel(datetime(2017, 6, 1, tzinfo=UTC)), pytest.raises(CommandError) as refusal:
        load(path)

    assert str(refusal.value) == f"line 3: {reason}"
    assert Commitment.objects.count() == 0


def test_every_problem_is_reported_at_once_by_the_first_line_of_its_record(known, file):
    path = file(
        {"summary": "Two\nlines.", "kind": "project"}, {}, {}, {"lead": "itu", "confidence": "sure", "title": "T"}
    )

    with pytest.raises(CommandError) as refusal:
        load(path)

    assert str(refusal.value).splitlines() == [
        f"line 2: kind: ‘project’ is not a valid value. Allowed: {ALLOWED_KINDS}.",
        "line 4: title: line 2 has it already for this lead.",
        "line 5: title: line 2 has it already for this lead.",
        "line 6: lead: ‘itu’ is not a valid value. Allowed: data-and-research, ilo, iom, ohchr, undesa.",
        "line 6: confidence: ‘sure’ is not a valid value. Allowed: confirmed, known.",
    ]


@pytest.mark.database
def test_refusal_of_the_database_is_reported_by_line(known, file, monkeypatch):
    monkeypatch.setattr("reporting.importers.line_parser.LineParser.partners", lambda reader, lead: [lead, lead])

    with pytest.raises(CommandError) as refusal:
        load(file({}))

    assert str(refusal.value) == "line 2: This agency is already a partner."
    assert Commitment.objects.count() == 0


def test_refusal_of_an_action_is_reported_by_line(one, file, monkeypatch):
    monkeypatch.setattr(
        "reporting.importers.commitments.CommitmentLoader.outdated_outcome", lambda register, line: None
    )

    with pytest.raises(CommandError) as refusal:
        load(file({"summary": "Another summary.", "status_on": "2015-04"}))

    assert str(refusal.value) == (
        f"line 2: The outcome of April 2015 is older than the last report on {one.reference}, of May 2015."
    )
    assert Commitment.objects.get().summary == LINE["summary"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "line 1: the column lead, partners, title, kind, "),
        (b"{header}\nilo,iom\n", "line 2: 2 values where the header has 15."),
        (b'{header}\n\n"ilo" x,iom\n', "line 3: this is not CSV: "),
        (b'{header}\nilo,"iom\n', "line 2: this is not CSV: unexpected end of data."),
        (b"{header}\nilo,\xff\n", "line 2: this is not UTF-8."),
    ],
)
def test_what_is_no_such_file_is_refused(known, tmp_path, content, sentence):
    path = tmp_path / "commitments.csv"
    path.write_bytes(content.replace(b"{header}", ",".join(FILE_COLUMNS).encode()))

    with pytest.raises(CommandError) as refusal:
        load(path)

    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (
            [*FILE_COLUMNS[:-1], "trust"],
            f"the column confidence is missing. ‘trust’ is not a column here. {ALLOWED_COLUMNS}",
        ),
        ([*FILE_COLUMNS, "places"], f"‘places’ is not a column here. {ALLOWED_COLUMNS}"),
        (FILE_COLUMNS[:-1], "the column confidence is missing."),
        (FILE_COLUMNS[::-1], "the columns stand twice or in another order."),
    ],
)
def test_a_wrong_header_is_refused_by_the_names_of_its_columns(known, file, header, reason):
    with pytest.raises(CommandError) as refusal:
        load(file({}, header=header))

    assert str(refusal.value) == f"line 1: {reason} The header is: {','.join(FILE_COLUMNS)}"


def test_a_file_that_is_not_there_is_refused(known, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory."):
        load(tmp_path / "commitments.csv")
