from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, InternalError, connection, transaction

from commitments.models import Commitment
from reporting.models import Answer, Assessment, Evidence, ProgressReport, StatusChange
from tests.support.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgressReportFactory,
    WorkGroupFactory,
    corrected,
    published_report,
    run_deferred_triggers,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def assert_fixed(write):
    """The write is refused by a trigger of the database."""
    with pytest.raises(InternalError, match="pgtrigger: "), transaction.atomic():
        write()


@pytest.fixture
def report(commitment):
    return published_report(commitment, status="in_progress", achieved="Courses were held in Accra.")


@pytest.mark.parametrize(
    "write",
    [
        lambda change: StatusChange.objects.filter(pk=change.pk).update(reason="Other"),
        lambda change: change.save(),
        lambda change: StatusChange.objects.filter(pk=change.pk).delete(),
        lambda change: change.delete(),
        lambda change: sql("UPDATE reporting_statuschange SET reason = 'Other' WHERE id = %s", change.pk),
        lambda change: sql("DELETE FROM reporting_statuschange WHERE id = %s", change.pk),
    ],
)
def test_status_change_is_never_changed_or_deleted(report, write):
    change = report.status_change

    assert_fixed(lambda: write(change))

    assert StatusChange.objects.values_list("pk", "reason").get() == (change.pk, "")


@pytest.mark.parametrize(
    "write",
    [
        lambda report: ProgressReport.objects.filter(pk=report.pk).update(achieved="Other"),
        lambda report: ProgressReport.objects.filter(pk=report.pk).update(state="draft"),
        lambda report: report.save(),
        lambda report: sql("UPDATE reporting_progressreport SET achieved = 'Other' WHERE id = %s", report.pk),
        lambda report: sql("DELETE FROM reporting_progressreport WHERE id = %s", report.pk),
    ],
)
def test_published_report_is_never_changed_or_deleted(report, write):
    assert_fixed(lambda: write(report))

    assert ProgressReport.objects.values_list("pk", "state", "achieved").get() == (
        report.pk,
        "published",
        "Courses were held in Accra.",
    )


@pytest.mark.parametrize("way", ["added", "removed", "moved"])
def test_point_of_what_is_public_is_not_changed_without_a_line_in_its_history(commitment, points, way):
    commitment.agenda_points.set(points[:1])
    run_deferred_triggers()
    links = Commitment.agenda_points.through.objects.filter(commitment=commitment)

    def write():
        if way == "added":
            links.create(commitment=commitment, agendapoint=points[1])
        elif way == "removed":
            links.delete()
        else:
            links.update(agendapoint=points[1])
        run_deferred_triggers()

    assert_fixed(write)

    assert list(commitment.agenda_points.all()) == points[:1]


def test_point_that_is_deleted_leaves_what_is_public(commitment, points):
    commitment.agenda_points.set(points[:2])
    run_deferred_triggers()

    points[0].delete()
    run_deferred_triggers()

    assert list(commitment.agenda_points.all()) == [points[1]]


def test_published_report_without_a_status_change_is_never_deleted(report):
    second = published_report(report.commitment, on="2014-07-31", evidence=[])

    assert_fixed(second.delete)

    assert report.commitment.reports.count() == 2


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_report_that_is_not_public_is_changed_and_deleted(commitment, state):
    report = ProgressReportFactory(commitment=commitment, **{state: True})
    EvidenceFactory(report=report)

    report.achieved = "Other"
    report.save()
    report.delete()

    assert (ProgressReport.objects.count(), Evidence.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "write",
    [
        lambda piece: EvidenceFactory(report=piece.report),
        lambda piece: Evidence.objects.filter(pk=piece.pk).update(title="Other"),
        lambda piece: Evidence.objects.filter(pk=piece.pk).update(is_public=False),
        lambda piece: Evidence.objects.filter(pk=piece.pk).update(seen_on=date(2015, 1, 1)),
        lambda piece: Evidence.objects.filter(pk=piece.pk).update(
            title="Other", link_check="broken", link_checked_at=datetime(2015, 1, 1, tzinfo=UTC)
        ),
        lambda piece: Evidence.objects.filter(pk=piece.pk).update(report=ProgressReportFactory()),
        lambda piece: Evidence.objects.filter(pk=EvidenceFactory().pk).update(report=piece.report),
        lambda piece: piece.delete(),
        lambda piece: sql("UPDATE reporting_evidence SET title = 'Other' WHERE id = %s", piece.pk),
        lambda piece: sql("DELETE FROM reporting_evidence WHERE id = %s", piece.pk),
    ],
)
def test_evidence_of_a_published_report_is_never_added_changed_or_deleted(report, write):
    piece = report.evidence.get()
    before = Evidence.objects.filter(pk=piece.pk).values().get()

    assert_fixed(lambda: write(piece))

    assert list(Evidence.objects.values()) == [before]


def test_link_check_of_published_evidence_is_noted(report):
    piece = report.evidence.get()
    piece.link_check, piece.link_checked_at = "answers", datetime(2015, 1, 1, tzinfo=UTC)
    piece.save()

    Evidence.objects.filter(pk=piece.pk).update(link_check="broken", link_checked_at=datetime(2015, 2, 1, tzinfo=UTC))

    assert report.evidence.values_list("link_check", "version").get() == ("broken", piece.version)


@pytest.mark.parametrize(
    "write",
    [
        lambda assessment: assessment.save(),
        lambda assessment: assessment.delete(),
        lambda assessment: Assessment.objects.filter(pk=assessment.pk).update(finding="disagrees"),
        lambda assessment: sql("DELETE FROM reporting_assessment WHERE id = %s", assessment.pk),
    ],
)
def test_published_assessment_is_never_changed_or_deleted(write):
    assessment = AssessmentFactory(public=True, finding="agrees")

    assert_fixed(lambda: write(assessment))

    assert Assessment.objects.values_list("pk", "finding").get() == (assessment.pk, "agrees")


@pytest.mark.parametrize(
    "write",
    [
        lambda answer: answer.save(),
        lambda answer: answer.delete(),
        lambda answer: Answer.objects.filter(pk=answer.pk).update(text="It was never so."),
        lambda answer: sql("DELETE FROM reporting_answer WHERE id = %s", answer.pk),
    ],
)
def test_published_answer_is_never_changed_or_deleted(write):
    answer = AnswerFactory(public=True, text="The courses were held.")

    assert_fixed(lambda: write(answer))

    assert Answer.objects.values_list("pk", "text").get() == (answer.pk, "The courses were held.")


@pytest.mark.parametrize("state", ["draft", "published", "withdrawn"])
def test_reference_is_never_changed(state):
    traits = {} if state == "published" else {state: True}
    commitment = CommitmentFactory(reference="HLD-9001", **traits)

    assert_fixed(lambda: Commitment.objects.filter(pk=commitment.pk).update(reference="HLD-9002"))
    assert_fixed(lambda: sql("UPDATE commitments_commitment SET reference = 'X' WHERE id = %s", commitment.pk))

    assert Commitment.objects.get().reference == "HLD-9001"


@pytest.mark.parametrize("traits", [{}, {"withdrawn": True}], ids=["published", "withdrawn"])
def test_public_commitment_is_never_deleted(traits):
    commitment = CommitmentFactory(**traits)

    assert_fixed(commitment.delete)
    assert_fixed(lambda: sql("DELETE FROM commitments_commitment"))

    assert Commitment.objects.get().pk == commitment.pk


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_commitment_that_is_not_public_is_deleted(state):
    CommitmentFactory(**{state: True}).delete()

    assert Commitment.objects.count() == 0


def number_of(commitment):
    return int(commitment.reference.removeprefix("HLD-"))


def test_reference_of_a_deleted_draft_is_not_given_again():
    first = CommitmentFactory(draft=True)
    first.delete()

    second = CommitmentFactory()

    assert number_of(second) == number_of(first) + 1


def test_reference_of_an_undone_write_is_not_given_again():
    first = CommitmentFactory()
    with pytest.raises(DatabaseError), transaction.atomic():
        CommitmentFactory()
        CommitmentFactory(kind="dance")

    second = CommitmentFactory()

    assert number_of(second) == number_of(first) + 3


@pytest.mark.parametrize(
    ("last", "references"),
    [
        (7, ["HLD-0008", "HLD-0009", "HLD-0010"]),
        (998, ["HLD-0999", "HLD-1000", "HLD-1001"]),
        (9998, ["HLD-9999", "HLD-10000", "HLD-10001"]),
        (99998, ["HLD-99999", "HLD-100000", "HLD-100001"]),
    ],
)
def test_reference_is_counted_in_four_digits_and_in_more_where_needed(last, references):
    (before,) = sql("SELECT last_value FROM commitments_reference")[0]
    sql("SELECT setval('commitments_reference', %s)", last)

    created = [CommitmentFactory().reference for _ in references]

    sql("SELECT setval('commitments_reference', %s)", before)
    assert created == references


def words(commitment):
    """The words by which a commitment is found, as the database keeps them."""
    return set(sql("SELECT tsvector_to_array(search) FROM commitments_commitment WHERE id = %s", commitment.pk)[0][0])


def test_search_holds_title_summary_and_original_text():
    commitment = CommitmentFactory(title="Recruitment", summary="Corridors", original_text="Wages")

    assert words(commitment) == {"recruit", "corridor", "wage"}


def test_search_holds_words_without_their_accents():
    commitment = CommitmentFactory(title="Côte d’Ivoire", summary="São Tomé", original_text="Été")

    assert words(commitment) == {"cote", "d", "ivoir", "sao", "tome", "ete"}


def test_search_follows_edits_of_the_text():
    commitment = CommitmentFactory(title="Recruitment", summary="Corridors", original_text="Wages")

    commitment.title, commitment.summary, commitment.original_text = "Portability", "Pensions", ""
    commitment.save()

    assert words(commitment) == {"portabl", "pension"}


def test_search_follows_plain_sql():
    commitment = CommitmentFactory(draft=True, title="Recruitment", summary="Corridors")

    sql("UPDATE commitments_commitment SET title = 'Remittances' WHERE id = %s", commitment.pk)

    assert words(commitment) == {"remitt", "corridor"}


def test_search_gathers_published_reports():
    commitment = CommitmentFactory(title="Recruitment", summary="Corridors")
    published_report(commitment, on="2014-06-30", achieved="Courses", barriers="Funding", next_steps="Evaluation")
    published_report(commitment, on="2014-07-31", achieved="Handbooks")

    assert words(commitment) == {"recruit", "corridor", "cours", "fund", "evalu", "handbook"}


def test_search_keeps_published_reports_when_the_title_is_edited():
    commitment = CommitmentFactory(title="Recruitment", summary="Corridors")
    published_report(commitment, achieved="Courses")

    commitment.title = "Portability"
    commitment.save()

    assert words(commitment) == {"portabl", "corridor", "cours"}


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_search_never_holds_words_of_a_report_that_is_not_public(state):
    commitment = CommitmentFactory(title="Recruitment", summary="Corridors")
    report = ProgressReportFactory(commitment=commitment, achieved="Secret", **{state: True})

    report.barriers = "Confidential"
    report.save()
    commitment.title = "Portability"
    commitment.save()

    assert words(commitment) == {"portabl", "corridor"}


# No setting of a session turns them off


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reporting_progressreport SET achieved = 'Other'",
        "UPDATE reporting_progressreport SET state = 'draft', published_on = NULL, number = NULL",
        "DELETE FROM reporting_evidence",
        "DELETE FROM reporting_statuschange",
        "UPDATE commitments_commitment SET reference = 'HLD-1'",
        "UPDATE reporting_assessment SET text = 'Other' WHERE state = 'published'",
    ],
)
def test_setting_that_pgtrigger_obeys_opens_nothing(report, statement):
    AssessmentFactory(public=True)
    every = "SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal"

    sql(f"SELECT set_config('pgtrigger.ignore', ({every}), false)")

    assert_fixed(lambda: sql(statement))


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_published_commitment_never_goes_back(commitment, state):
    back = f"UPDATE commitments_commitment SET state = '{state}', published_on = NULL, published_precision = ''"

    assert_fixed(lambda: sql(back))

    assert Commitment.objects.get().state == "published"


def test_withdrawn_commitment_stays_withdrawn():
    commitment = CommitmentFactory(withdrawn=True)

    assert_fixed(
        lambda: corrected(commitment, state="published", withdrawn_on=None, withdrawn_reason=""),
    )


# What is public changes only together with its history


def silently(statement):
    sql(statement)
    run_deferred_triggers()


@pytest.fixture
def with_parts(commitment, iom, ilo):
    PartnerFactory(commitment=commitment, agency=iom)
    MilestoneFactory(commitment=commitment, title="Guidance is published")
    WorkGroupFactory()
    run_deferred_triggers()
    return commitment


SILENT = [
    "UPDATE commitments_commitment SET title = 'Other'",
    "UPDATE commitments_commitment SET summary = ''",
    "UPDATE commitments_commitment SET original_text = 'Other'",
    "UPDATE commitments_commitment SET source_location = 'https://example.org/other'",
    "UPDATE commitments_commitment SET start_on = '2014-01-01', start_precision = 'day'",
    "UPDATE commitments_commitment SET lead_agency_id = NULL, workgroup_id ="
    " (SELECT max(id) FROM workgroups_workgroup)",
    "UPDATE commitments_commitment SET published_on = '2013-12-01'",
    "UPDATE commitments_commitment SET state = 'withdrawn', withdrawn_on = '2014-09-01', withdrawn_reason = 'Other'",
    "UPDATE commitments_partner SET part = 'Other'",
    "UPDATE commitments_milestone SET met_on = '2014-12-01', met_precision = 'day'",
    "DELETE FROM commitments_partner",
    "DELETE FROM commitments_milestone",
    "INSERT INTO commitments_milestone (commitment_id, title, deadline_precision, met_precision, version)"
    " SELECT id, 'Other', '', '', 1 FROM commitments_commitment",
]


@pytest.mark.parametrize("statement", SILENT)
def test_what_is_public_is_not_changed_silently(with_parts, statement):
    with pytest.raises(InternalError, match="without a line in its history"), transaction.atomic():
        silently(statement)


@pytest.mark.parametrize("statement", [one for one in SILENT if "state = " not in one and "published_on" not in one])
def test_draft_may_be_changed_by_sql(draft, iom, statement):
    PartnerFactory(commitment=draft, agency=iom)
    MilestoneFactory(commitment=draft)
    WorkGroupFactory()

    silently(statement)

    assert Commitment.objects.get().state == "draft"


def test_line_of_another_wording_covers_no_change(with_parts):
    corrected(with_parts, title="Corrected")

    with pytest.raises(InternalError, match="without a line in its history"), transaction.atomic():
        silently("UPDATE commitments_commitment SET title = 'Other'")


def test_public_row_is_corrected_with_its_line(with_parts):
    corrected(with_parts, title="Corrected", summary="Other words")
    corrected(with_parts.milestones.get(), title="Renamed")
    with_parts.partners.get().delete()

    run_deferred_triggers()

    assert Commitment.objects.get().title == "Corrected"
    assert with_parts.partners.count() == 0


@pytest.mark.django_db(transaction=True)
def test_row_is_saved_with_its_line_where_no_transaction_runs():
    commitment = CommitmentFactory(title="As it was")
    milestone = MilestoneFactory(commitment=commitment)

    corrected(commitment, title="Corrected")
    corrected(milestone, title="Renamed")
    milestone.delete()

    assert Commitment.objects.get().title == "Corrected"


# A commitment says what its last published report says


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "completed"},
        {"outlook": "at_risk"},
        {"status_reason": "Other"},
    ],
)
def test_status_that_no_report_gives_is_refused(report, fields):
    with pytest.raises(InternalError, match="last published report"), transaction.atomic():
        corrected(report.commitment, **fields)
        run_deferred_triggers()


def test_commitment_without_a_report_has_no_status(commitment):
    with pytest.raises(InternalError, match="last published report"), transaction.atomic():
        corrected(commitment, status="completed")
        run_deferred_triggers()


def test_report_that_is_published_past_its_commitment_is_refused(commitment):
    report = ProgressReportFactory(commitment=commitment, status="completed")

    with pytest.raises(InternalError, match="last published report"), transaction.atomic():
        corrected(report, state="published", number=1, published_on=date(2014, 6, 30), published_precision="day")
        run_deferred_triggers()


# History is added to, and never changed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commitments_historicalcommitment SET title = 'Other'",
        "UPDATE commitments_historicalcommitment SET history_user_id = NULL",
        "DELETE FROM commitments_historicalcommitment",
        "DELETE FROM commitments_historicalcommitment_agenda_points",
        "DELETE FROM agencies_historicalagency",
    ],
)
def test_history_is_never_changed_or_deleted(points, statement):
    CommitmentFactory(agenda_points=points[:1])

    with pytest.raises(InternalError, match="added, and never changed or deleted"), transaction.atomic():
        sql(statement)
