from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from commitments.models import Commitment, Milestone, Stakeholder
from reporting.models import (
    Answer,
    Assessment,
    AutosavedForm,
    Correction,
    Evidence,
    Notification,
    ProgressReport,
    StatusChange,
)
from tests.support.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    AutosavedFormFactory,
    CommitmentFactory,
    ContributionFactory,
    CorrectionFactory,
    DigestFactory,
    EvidenceFactory,
    MilestoneFactory,
    NotificationFactory,
    PartnerFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    StatusChangeFactory,
    UserFactory,
    WorkGroupFactory,
    corrected,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOON = datetime(2014, 3, 1, 12, tzinfo=UTC)
DAY = date(2014, 3, 1)
STATES = {"draft", "submitted", "sent_back", "published", "withdrawn"}


def dates(start, start_precision, deadline, deadline_precision):
    return CommitmentFactory(
        start_on=start, start_precision=start_precision, deadline_on=deadline, deadline_precision=deadline_precision
    )


def same_partner_twice():
    first = PartnerFactory()
    PartnerFactory(commitment=first.commitment, agency=first.agency)


def same_part_twice():
    first = ContributionFactory()
    ContributionFactory(report=first.report, agency=first.agency)


def described(**facts):
    """Evidence whose file is said to be something that it is not."""
    Evidence.objects.filter(pk=EvidenceFactory().pk).update(**facts)


def second_report_in_a_cycle():
    first = ProgressReportFactory(cycle=ReportingCycleFactory())
    ProgressReportFactory(commitment=first.commitment, cycle=first.cycle)


def second_answer_in_hand():
    first = AnswerFactory(submitted=True)
    AnswerFactory(public=True, assessment=first.assessment)
    AnswerFactory(draft=True, assessment=first.assessment)


def second_report_with_a_number():
    commitment = published_report().commitment
    ProgressReportFactory(commitment=commitment, state="published", published_on=DAY, number=1)


def same_copy_twice():
    first = AutosavedFormFactory()
    AutosavedFormFactory(user=first.user)


def superseded_by_itself():
    commitment = CommitmentFactory()
    Commitment.objects.filter(pk=commitment.pk).update(status="superseded", superseded_by=commitment)


def report_superseded_by_its_commitment():
    commitment = CommitmentFactory()
    ProgressReportFactory(commitment=commitment, status="superseded", superseded_by=commitment)


def reviewed(factory):
    """The rules that every row of the review workflow shares."""
    name = factory._meta.model._meta.model_name
    number = {"number": 1} if factory is ProgressReportFactory else {}

    def by_its_author():
        author = UserFactory()
        factory(draft=True, author=author, reviewed_by=author, reviewed_at=NOON)

    def by_its_submitter():
        submitter = UserFactory()
        factory(submitted=True, submitted_by=submitter, author=UserFactory(), reviewed_by=submitter, reviewed_at=NOON)

    return [
        (f"{name}_state_known", lambda: factory(state="lost", published_on=None), f"{name}_published_with_day"),
        (f"{name}_submitted_by_and_at", lambda: factory(draft=True, submitted_by=UserFactory()), None),
        (f"{name}_submitted_by_and_at", lambda: factory(draft=True, submitted_at=NOON), None),
        (f"{name}_reviewed_by_and_at", lambda: factory(draft=True, reviewed_by=UserFactory()), None),
        (f"{name}_reviewed_by_and_at", lambda: factory(draft=True, reviewed_at=NOON), None),
        (f"{name}_two_persons", by_its_author, None),
        (f"{name}_two_persons", by_its_submitter, None),
        (f"{name}_reviewing_body_known", lambda: factory(draft=True, reviewed_as="co_chair"), None),
        (
            f"{name}_reviewing_body_known",
            lambda: factory(draft=True, reviewed_as="secretariat", reviewing_agency=AgencyFactory()),
            None,
        ),
        (f"{name}_sent_back_with_note", lambda: factory(sent_back=True, review_note=""), None),
        (f"{name}_published_with_day", lambda: factory(state="published", published_on=None, **number), None),
        (
            f"{name}_published_with_day",
            lambda: factory(state="published", published_on=DAY, published_precision="week", **number),
            None,
        ),
        (f"{name}_published_with_day", lambda: factory(draft=True, published_on=DAY), None),
        (f"{name}_published_with_day", lambda: factory(submitted=True, published_precision="day"), None),
    ]


def paired(name, factory, field):
    """The rules of a day that comes with its precision."""
    return [
        (name, lambda: factory(**{f"{field}_on": DAY, f"{field}_precision": ""}), None),
        (name, lambda: factory(**{f"{field}_on": DAY, f"{field}_precision": "week"}), None),
        (name, lambda: factory(**{f"{field}_precision": "day"}), None),
    ]


def assessor(kind, agency=False, workgroup=False, name=""):
    return AssessmentFactory(
        assessor_kind=kind,
        agency=AgencyFactory() if agency else None,
        workgroup=WorkGroupFactory() if workgroup else None,
        assessor_name=name,
    )


def second_digest_of_a_day():
    first = DigestFactory()
    DigestFactory(user=first.user, day=first.day)


def told_twice(**subject):
    first = NotificationFactory(**subject)
    NotificationFactory(recipient=first.recipient, **subject)


def in_a_digest_and_not_told():
    NotificationFactory(digest=DigestFactory())


# The constraint, the bad row, and a constraint that would answer before.
RESTORED = {"restored_on": DAY, "restored_reason": "It was not."}


def restored_before_it_was_withdrawn():
    commitment = CommitmentFactory(withdrawn=True, withdrawn_on=DAY + timedelta(days=1))
    corrected(commitment, state="published", withdrawn_on=None, withdrawn_reason="", **RESTORED)


def successor_of_what_runs():
    ProgressReportFactory(state="published", published_on=DAY, number=1, superseded_by=CommitmentFactory())


REFUSED = [
    ("stakeholder_kind_known", lambda: StakeholderFactory(kind="royalty"), None),
    *reviewed(CommitmentFactory),
    *reviewed(ProgressReportFactory),
    *reviewed(AssessmentFactory),
    *reviewed(AnswerFactory),
    (
        "commitment_exactly_one_lead",
        lambda: CommitmentFactory(lead_agency=AgencyFactory(), workgroup=WorkGroupFactory()),
        None,
    ),
    ("commitment_exactly_one_lead", lambda: CommitmentFactory(lead_agency=None), None),
    ("commitment_kind_known", lambda: CommitmentFactory(kind="dance"), None),
    ("commitment_scope_known", lambda: CommitmentFactory(scope="lunar"), None),
    ("commitment_confidence_known", lambda: CommitmentFactory(confidence="rumour"), None),
    ("commitment_status_known", lambda: CommitmentFactory(status="flying"), None),
    ("commitment_outlook_known", lambda: CommitmentFactory(outlook="sunny"), None),
    ("commitment_outlook_known", lambda: CommitmentFactory(outlook=""), None),
    *paired("commitment_start_with_precision", CommitmentFactory, "start"),
    *paired("commitment_deadline_with_precision", CommitmentFactory, "deadline"),
    (
        "commitment_deadline_not_before_start",
        lambda: dates(date(2015, 12, 31), "year", date(2014, 12, 31), "year"),
        None,
    ),
    (
        "commitment_deadline_not_before_start",
        lambda: dates(date(2015, 12, 31), "year", date(2014, 12, 31), "day"),
        None,
    ),
    ("commitment_deadline_not_before_start", lambda: dates(date(2015, 6, 30), "month", date(2015, 5, 31), "day"), None),
    (
        "commitment_deadline_not_before_start",
        lambda: dates(date(2015, 6, 30), "month", date(2014, 6, 30), "month"),
        None,
    ),
    ("commitment_deadline_not_before_start", lambda: dates(date(2015, 6, 15), "day", date(2015, 6, 14), "day"), None),
    ("commitment_deadline_not_before_start", lambda: dates(date(2015, 6, 15), "day", date(2015, 5, 31), "month"), None),
    ("commitment_discontinued_with_reason", lambda: CommitmentFactory(status="discontinued"), None),
    ("commitment_superseded_with_successor", lambda: CommitmentFactory(status="superseded"), None),
    ("commitment_superseded_with_successor", superseded_by_itself, None),
    (
        "commitment_withdrawn_with_reason",
        lambda: CommitmentFactory(withdrawn=True, withdrawn_reason=""),
        None,
    ),
    ("commitment_withdrawn_with_reason", lambda: CommitmentFactory(withdrawn=True, withdrawn_on=None), None),
    ("commitment_withdrawn_with_reason", lambda: CommitmentFactory(withdrawn_on=DAY), None),
    ("commitment_withdrawn_with_reason", lambda: CommitmentFactory(withdrawn_reason="Entered twice."), None),
    ("commitment_restored_with_reason", lambda: CommitmentFactory(restored_on=DAY), None),
    ("commitment_restored_with_reason", lambda: CommitmentFactory(restored_reason="It was not."), None),
    ("commitment_restored_with_reason", lambda: CommitmentFactory(draft=True, **RESTORED), None),
    ("withdrawal_restored_afterwards", restored_before_it_was_withdrawn, None),
    ("partner_agency_once", same_partner_twice, None),
    *paired("milestone_deadline_with_precision", MilestoneFactory, "deadline"),
    *paired("milestone_met_with_precision", MilestoneFactory, "met"),
    ("cycle_days_in_order", lambda: ReportingCycleFactory(due_on=date(2014, 6, 30)), None),
    ("cycle_days_in_order", lambda: ReportingCycleFactory(closes_on=date(2014, 8, 30)), None),
    ("cycle_opened_not_early", lambda: ReportingCycleFactory(opened_on=date(2014, 6, 30)), None),
    ("cycle_closed_after_opened", lambda: ReportingCycleFactory(closed_on=date(2014, 12, 31)), None),
    ("cycle_reopened_with_reason", lambda: ReportingCycleFactory(opened=True, reopened_on=date(2015, 1, 1)), None),
    ("cycle_reopened_with_reason", lambda: ReportingCycleFactory(opened=True, reopened_reason="Late."), None),
    (
        "cycle_reopened_with_reason",
        lambda: ReportingCycleFactory(reopened_on=date(2015, 1, 1), reopened_reason="Late."),
        None,
    ),
    (
        "cycle_reopened_with_reason",
        lambda: ReportingCycleFactory(opened=True, reopened_on=date(2014, 1, 1), reopened_reason="Late."),
        None,
    ),
    (
        "cycle_closed_after_opened",
        lambda: ReportingCycleFactory(opened_on=date(2014, 7, 2), closed_on=date(2014, 7, 1)),
        None,
    ),
    ("report_once_per_cycle", second_report_in_a_cycle, None),
    ("report_number_once", second_report_with_a_number, None),
    (
        "report_numbered_when_published",
        lambda: ProgressReportFactory(state="published", published_on=DAY),
        None,
    ),
    ("report_numbered_when_published", lambda: ProgressReportFactory(number=1), None),
    ("report_never_withdrawn", lambda: ProgressReportFactory(state="withdrawn", published_on=DAY), None),
    ("report_status_known", lambda: ProgressReportFactory(status="flying"), None),
    ("report_status_known", lambda: ProgressReportFactory(submitted=True, status=""), None),
    ("report_outlook_known", lambda: ProgressReportFactory(outlook="sunny"), None),
    ("report_discontinued_with_reason", lambda: ProgressReportFactory(status="discontinued"), None),
    ("report_superseded_with_successor", lambda: ProgressReportFactory(status="superseded"), None),
    ("report_superseded_with_successor", report_superseded_by_its_commitment, None),
    ("report_successor_where_superseded", successor_of_what_runs, None),
    (
        "report_period_in_order",
        lambda: ProgressReportFactory(period_start=date(2014, 1, 2), period_end=date(2014, 1, 1)),
        None,
    ),
    ("evidence_kind_known", lambda: EvidenceFactory(kind="rumour"), None),
    ("evidence_can_be_found", lambda: EvidenceFactory(url=""), None),
    ("evidence_address_normalized", lambda: EvidenceFactory(url="javascript:x"), None),
    *paired("evidence_issued_with_precision", EvidenceFactory, "issued"),
    ("evidence_link_check_known", lambda: EvidenceFactory(link_check="answers"), None),
    ("evidence_link_check_known", lambda: EvidenceFactory(link_checked_at=NOON), None),
    ("evidence_link_check_known", lambda: EvidenceFactory(link_check="slow", link_checked_at=NOON), None),
    *[
        ("evidence_file_described", partial(described, **facts), None)
        for facts in (
            {"file_size": 1},
            {"file_size": 1, "file_digest": "0" * 64},
            {"file": "evidence/x.pdf", "file_size": 1},
            {"file": "evidence/x.pdf", "file_size": 0, "file_digest": "0" * 64},
            {"file": "evidence/x.pdf", "file_size": 1, "file_digest": "x" * 64},
        )
    ],
    ("contribution_once_per_agency", same_part_twice, None),
    ("contribution_says_something", lambda: ContributionFactory(text=""), None),
    ("status_change_statuses_known", lambda: StatusChangeFactory(from_status="flying"), None),
    ("status_change_statuses_known", lambda: StatusChangeFactory(from_status="planning", to_status=""), None),
    (
        "status_change_changes_something",
        lambda: StatusChangeFactory(from_status="planning", to_status="planning"),
        None,
    ),
    ("status_change_precision_known", lambda: StatusChangeFactory(changed_precision=""), None),
    ("autosaved_form_known", lambda: AutosavedFormFactory(form="stakeholder"), None),
    ("autosaved_form_parent_of_new", lambda: AutosavedFormFactory(row=1, commitment=CommitmentFactory()), None),
    ("autosaved_form_parent_of_new", lambda: AutosavedFormFactory(row=1, assessment=AssessmentFactory()), None),
    ("autosaved_form_parent_of_new", lambda: AutosavedFormFactory(version=1), None),
    (
        "autosaved_form_one_parent",
        lambda: AutosavedFormFactory(commitment=CommitmentFactory(), assessment=AssessmentFactory()),
        None,
    ),
    ("autosaved_form_once", same_copy_twice, None),
    ("assessment_never_withdrawn", lambda: AssessmentFactory(state="withdrawn", published_on=DAY), None),
    ("assessment_one_assessor", lambda: assessor("peer_agency"), None),
    ("assessment_one_assessor", lambda: assessor("peer_agency", agency=True, name="A university"), None),
    ("assessment_one_assessor", lambda: assessor("peer_agency", agency=True, workgroup=True), None),
    ("assessment_one_assessor", lambda: assessor("group_lead", agency=True), None),
    ("assessment_one_assessor", lambda: assessor("group_lead", workgroup=True, name="A university"), None),
    ("assessment_one_assessor", lambda: assessor("independent"), None),
    ("assessment_one_assessor", lambda: assessor("independent", agency=True, name="A university"), None),
    ("assessment_one_assessor", lambda: assessor("passer_by", name="A university"), None),
    ("assessment_finding_known", lambda: AssessmentFactory(finding="shrugs"), None),
    ("answer_never_withdrawn", lambda: AnswerFactory(state="withdrawn", published_on=DAY), None),
    ("answer_one_in_hand", second_answer_in_hand, None),
    ("correction_state_known", lambda: CorrectionFactory(settled=True, state="lost"), None),
    ("correction_has_text", lambda: CorrectionFactory(text=""), None),
    ("correction_settled_with_answer", lambda: CorrectionFactory(settled=True, answer=""), None),
    ("correction_settled_with_answer", lambda: CorrectionFactory(settled=True, settled_by=None), None),
    ("correction_settled_with_answer", lambda: CorrectionFactory(settled=True, settled_at=None), None),
    ("correction_settled_with_answer", lambda: CorrectionFactory(answer="Corrected."), None),
    ("correction_settled_with_answer", lambda: CorrectionFactory(settled_at=NOON), None),
    ("correction_address_erased_once_settled", lambda: CorrectionFactory(settled=True, address="a@example.org"), None),
    ("digest_once_a_day", second_digest_of_a_day, None),
    ("notification_once", lambda: told_twice(commitment=CommitmentFactory()), None),
    (
        "notification_once",
        lambda: told_twice(kind="overdue", commitment=None, cycle=ReportingCycleFactory()),
        None,
    ),
    ("notification_subject_fits_kind", lambda: NotificationFactory(kind="gossip"), None),
    ("notification_subject_fits_kind", lambda: NotificationFactory(commitment=None), None),
    ("notification_subject_fits_kind", lambda: NotificationFactory(kind="overdue"), None),
    ("notification_subject_fits_kind", lambda: NotificationFactory(kind="correction_requested"), None),
    ("notification_subject_fits_kind", lambda: NotificationFactory(report=ProgressReportFactory()), None),
    ("notification_sent_or_dropped", lambda: NotificationFactory(sent_at=NOON, dropped_at=NOON), None),
    ("notification_in_digest_is_sent", in_a_digest_and_not_told, None),
]
UNIQUE = [
    (StakeholderFactory, "name", "A university"),
    (CommitmentFactory, "reference", "HLD-9001"),
    (CommitmentFactory, "load_key", "commitments.csv, first line"),
    (ReportingCycleFactory, "title", "Second half of 2014"),
]
# The model and its field, the constraint, and the words that the constraint lists beside those of the choices.
CHOICES = [
    (Stakeholder, "kind", "stakeholder_kind_known", set()),
    (Commitment, "state", "commitment_state_known", set()),
    (Commitment, "reviewed_as", "commitment_reviewing_body_known", {""}),
    (Commitment, "published_precision", "commitment_published_with_day", {"", *STATES}),
    (Commitment, "kind", "commitment_kind_known", set()),
    (Commitment, "scope", "commitment_scope_known", {""}),
    (Commitment, "confidence", "commitment_confidence_known", set()),
    (Commitment, "status", "commitment_status_known", {""}),
    (Commitment, "outlook", "commitment_outlook_known", set()),
    (Commitment, "start_precision", "commitment_start_with_precision", {""}),
    (Commitment, "deadline_precision", "commitment_deadline_with_precision", {""}),
    (Milestone, "deadline_precision", "milestone_deadline_with_precision", {""}),
    (Milestone, "met_precision", "milestone_met_with_precision", {""}),
    (ProgressReport, "state", "progressreport_state_known", set()),
    (ProgressReport, "reviewed_as", "progressreport_reviewing_body_known", {""}),
    (ProgressReport, "published_precision", "progressreport_published_with_day", {"", *STATES}),
    (ProgressReport, "status", "report_status_known", {"", "draft", "sent_back"}),
    (ProgressReport, "outlook", "report_outlook_known", set()),
    (Evidence, "kind", "evidence_kind_known", set()),
    (Evidence, "issued_precision", "evidence_issued_with_precision", {""}),
    (Evidence, "link_check", "evidence_link_check_known", set()),
    (StatusChange, "from_status", "status_change_statuses_known", {""}),
    (StatusChange, "to_status", "status_change_statuses_known", {""}),
    (StatusChange, "changed_precision", "status_change_precision_known", set()),
    (Assessment, "state", "assessment_state_known", set()),
    (Assessment, "reviewed_as", "assessment_reviewing_body_known", {""}),
    (Assessment, "published_precision", "assessment_published_with_day", {"", *STATES}),
    (Assessment, "assessor_kind", "assessment_one_assessor", {""}),
    (Assessment, "finding", "assessment_finding_known", set()),
    (Answer, "state", "answer_state_known", set()),
    (Answer, "reviewed_as", "answer_reviewing_body_known", {""}),
    (Answer, "published_precision", "answer_published_with_day", {"", *STATES}),
    (Correction, "state", "correction_state_known", set()),
    (Notification, "kind", "notification_subject_fits_kind", set()),
    (AutosavedForm, "form", "autosaved_form_known", set()),
]


@pytest.mark.parametrize(("constraint", "write", "behind"), REFUSED)
def test_bad_row_is_refused_by_the_database(constraint, write, behind, assert_refused_by):
    assert_refused_by(constraint, write, behind)


@pytest.mark.parametrize(("factory", "field", "value"), UNIQUE)
def test_second_row_with_the_same_identifier_is_refused(factory, field, value, assert_unique):
    assert_unique(factory, field, value)


def test_second_status_change_of_a_report_is_refused(assert_refused_by):
    change = published_report(status="planning").status_change

    def write():
        StatusChangeFactory(report=change.report, from_status="planning", to_status="completed")

    assert_refused_by("reporting_statuschange_report_id_key", write)


@pytest.mark.parametrize(("model", "field", "constraint", "more"), CHOICES)
def test_choices_are_those_of_the_database(model, field, constraint, more, constraint_values):
    choices = {value for value, _ in model._meta.get_field(field).choices}

    assert constraint_values(constraint) == choices | more


def test_every_declared_rule_is_in_the_tables_above(assert_declared):
    unique = {(factory._meta.model, field) for factory, field, _ in UNIQUE}

    assert_declared(
        "commitments reporting",
        # Withdrawals are written by a trigger on the commitment, whose own rules refuse what two of theirs would.
        constraints={constraint for constraint, _, _ in REFUSED}
        | {"withdrawal_one_at_a_time", "withdrawal_restored_with_reason"},
        # Of two that nobody enters: one of a report, and a random one.
        unique=unique | {(StatusChange, "report"), (ProgressReport, "draft_code")},
        choices={(model, field) for model, field, _, _ in CHOICES},
    )


@pytest.mark.parametrize(
    ("start", "start_precision", "deadline", "deadline_precision"),
    [
        (date(2015, 12, 31), "year", date(2015, 6, 30), "month"),
        (date(2015, 12, 31), "year", date(2015, 1, 1), "day"),
        (date(2015, 12, 31), "year", date(2015, 12, 31), "year"),
        (date(2015, 6, 30), "month", date(2015, 6, 1), "day"),
        (date(2015, 6, 30), "month", date(2015, 12, 31), "year"),
        (date(2015, 6, 15), "day", date(2015, 6, 30), "month"),
        (date(2015, 6, 15), "day", date(2015, 6, 15), "day"),
        (None, "", date(2014, 12, 31), "year"),
        (date(2015, 12, 31), "year", None, ""),
    ],
)
def test_due_in_the_period_in_which_it_starts_is_taken(start, start_precision, deadline, deadline_precision):
    commitment = dates(start, start_precision, deadline, deadline_precision)

    assert Commitment.objects.filter(start_on=start, deadline_on=deadline).get() == commitment


def test_reports_outside_any_cycle_are_as_many_as_it_takes(commitment):
    ProgressReportFactory(commitment=commitment)
    ProgressReportFactory(commitment=commitment)

    assert commitment.reports.count() == 2


@pytest.mark.parametrize("field", ["url", "symbol", "file"])
def test_evidence_is_found_by_address_symbol_or_file(field):
    value = {"url": "https://example.org", "symbol": "A/68/190", "file": "evidence/report.pdf"}[field]

    EvidenceFactory(**{"url": "", field: value})

    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("peer_agency", {"agency": True}),
        ("group_lead", {"workgroup": True}),
        ("independent", {"name": "A university"}),
    ],
)
def test_assessor_of_each_kind_is_taken(kind, fields):
    assessment = assessor(kind, **fields)

    assert assessment.assessor == str(assessment.agency or assessment.workgroup or "A university")


def test_lead_is_the_agency_or_the_group(ilo, decent_work):
    assert CommitmentFactory(lead_agency=ilo).lead == ilo
    assert CommitmentFactory(workgroup=decent_work).lead == decent_work


def test_days_are_shown_at_their_precision():
    commitment = dates(date(2014, 12, 31), "year", date(2015, 6, 30), "month")
    milestone = MilestoneFactory(deadline_on=date(2015, 1, 31), deadline_precision="month", met_on=DAY)

    assert (commitment.start.iso, commitment.deadline.iso) == ("2014", "2015-06")
    assert (milestone.deadline.iso, milestone.met.iso) == ("2015-01", "2014-03-01")
    assert EvidenceFactory(issued_on=DAY).issued.iso == "2014-03-01"
    assert EvidenceFactory().issued is None
    assert CommitmentFactory().deadline is None
    assert CommitmentFactory().published.iso == "2014-02-20"
    assert CommitmentFactory(draft=True).published is None


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("http://example.org/a", "http://example.org/a"),
        ("A/68/190", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_source_is_an_address_or_a_symbol(location, address):
    assert CommitmentFactory.build(lead_agency=None, source_location=location).source_address == address


@pytest.mark.parametrize(
    ("fields", "is_blank"),
    [
        ({}, True),
        ({"status": "planning"}, False),
        ({"achieved": "Something."}, False),
        ({"barriers": "Something."}, False),
        ({"next_steps": "Something."}, False),
        ({"outlook": "on_track"}, True),
    ],
)
def test_report_is_blank_until_something_is_written(db, fields, is_blank):
    report = ProgressReportFactory(**({"blank": True} | fields))

    assert ProgressReport.objects.blank().contains(report) is is_blank


def test_milestones_without_a_day_come_last(commitment):
    undated = MilestoneFactory(commitment=commitment)
    second = MilestoneFactory(commitment=commitment, deadline_on=date(2015, 1, 1))
    first = MilestoneFactory(commitment=commitment, deadline_on=date(2014, 1, 1))

    assert list(commitment.milestones.all()) == [first, second, undated]


def test_names_and_addresses_of_rows(ilo, cycle):
    commitment = CommitmentFactory(reference="HLD-9001", title="Fair recruitment", lead_agency=ilo)
    report = published_report(commitment, on="2014-06", status="planning")

    assert str(commitment) == "HLD-9001 Fair recruitment"
    assert commitment.get_absolute_url() == "/commitments/HLD-9001/"
    assert str(PartnerFactory(commitment=commitment, agency=AgencyFactory(acronym="WHO"))) == "WHO – HLD-9001"
    assert str(MilestoneFactory(title="First course")) == "First course"
    assert str(StakeholderFactory(name="A university")) == "A university"
    assert str(cycle) == "Second half of 2014"
    assert str(report) == "HLD-9001 – June 2014"
    assert str(ProgressReportFactory(commitment=commitment)) == "HLD-9001 – Draft"
    assert report.reference == "HLD-9001-1"
    assert report.get_absolute_url() == "/commitments/HLD-9001/#report-1"
    assert str(EvidenceFactory(title="Annual report")) == "Annual report"
    assert str(report.status_change) == "HLD-9001: Planning"
    assert report.status_change.get_absolute_url() == "/commitments/HLD-9001/#status-history"
    assert report.status_change.changed.iso == "2014-06"
    assert str(AssessmentFactory(commitment=commitment, agency=AgencyFactory(acronym="FAO"))) == "FAO – HLD-9001"


def test_file_of_evidence_is_named_by_its_unguessable_part():
    assert EvidenceFactory.build(report=None, file="evidence/3f2a.pdf").file_name == "3f2a"
