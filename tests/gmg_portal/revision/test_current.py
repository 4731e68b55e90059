"""The revision: which writes move it, and its row."""

from datetime import UTC, date, datetime

import pgtrigger
import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection, transaction

from agencies.models import Agency
from agenda.models import Event
from commitments.models import Commitment
from gmg_portal.models import AuditEntry, Edition, Revision
from gmg_portal.revision.current import CurrentRevision
from reporting import actions
from reporting.models import Evidence
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    AlignmentFactory,
    AnswerFactory,
    AssessmentFactory,
    AuditEntryFactory,
    ChairTermFactory,
    CommitmentFactory,
    EditionFactory,
    EventFactory,
    EvidenceFactory,
    FormerNameFactory,
    FrameworkFactory,
    IdempotencyRecordFactory,
    MembershipFactory,
    MilestoneFactory,
    ParticipationFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    StatementFactory,
    StatusChangeFactory,
    UserFactory,
    WorkGroupFactory,
    WorkPlanFactory,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
committing = pytest.mark.django_db(transaction=True)

HIDDEN = ["draft", "submitted", "sent_back"]


def sql(statement, *values, using=connection):
    with using.cursor() as cursor:
        cursor.execute(statement, values)


def moved_by(write):
    """Return by how much a write moves the revision, as if it were a transaction of its own; nothing is committed."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")
    sql("SELECT set_config('portal.revision_moved_in', '', true)")
    before = CurrentRevision.read().number
    write()
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    return CurrentRevision.read().number - before


def committed_by(write):
    """Return by how much a write that commits moves the revision."""
    before = CurrentRevision.read().number
    write()
    return CurrentRevision.read().number - before


def touched(row):
    """Return a function that updates a row in plain SQL without changing it."""
    return lambda: sql(f"UPDATE {row._meta.db_table} SET id = id WHERE id = %s", row.pk)


# The tables


def tables():
    """Return every table with public rows, without histories and without tables about people and their messages."""
    labels = {"agencies", "agenda", "workgroups", "recommendations", "commitments", "reporting"}
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]
    shown = [model for model in models if not model.__name__.startswith("Historical")]
    people = {
        "reporting_digest",
        "reporting_correction",
        "reporting_notification",
        "reporting_autosavedform",
    }
    kept = {"commitments_commitmentmovement", "reporting_reportmovement", "commitments_withdrawal"}
    return {model._meta.db_table for model in shown} - people - kept | {"edition"}


@pytest.mark.parametrize("name", ["updates_revision", "updates_revision_on_truncate"])
def test_every_public_table_moves_the_revision(name):
    watched = {model._meta.db_table for model, trigger in pgtrigger.registered() if trigger.name == name}

    assert watched == tables()


def link(field, factory):
    """Return a function that prepares a write which links a published commitment to a new row."""

    def prepare():
        commitment, other = CommitmentFactory(), factory()
        return lambda: getattr(commitment, field).add(other)

    return prepare


def recommendation_linked():
    recommendation, point = RecommendationFactory(), AgendaPointFactory()
    return lambda: recommendation.agenda_points.through.objects.create(recommendation=recommendation, agendapoint=point)


def status_changed():
    report = ProgressReportFactory()
    return lambda: StatusChangeFactory(report=report)


def assessed():
    commitment, agency = CommitmentFactory(), AgencyFactory()
    return lambda: AssessmentFactory(public=True, commitment=commitment, agency=agency)


def answered():
    assessment = AssessmentFactory(public=True, finding="disagrees")
    return lambda: AnswerFactory(public=True, assessment=assessment)


def reported():
    commitment = CommitmentFactory()
    return lambda: published_report(commitment)


MOVES = {
    "edition": lambda: EditionFactory,
    "agencies_agency": lambda: touched(AgencyFactory()),
    "agencies_formername": lambda: touched(FormerNameFactory()),
    "agencies_chairterm": lambda: touched(ChairTermFactory()),
    "agenda_agendapoint": lambda: touched(AgendaPointFactory()),
    "agenda_framework": lambda: touched(FrameworkFactory()),
    "agenda_alignment": lambda: touched(AlignmentFactory()),
    "agenda_statement": lambda: touched(StatementFactory()),
    "agenda_event": lambda: touched(EventFactory()),
    "workgroups_workgroup": lambda: touched(WorkGroupFactory()),
    "workgroups_participation": lambda: touched(ParticipationFactory()),
    "workgroups_workplan": lambda: touched(WorkPlanFactory()),
    "recommendations_recommendation": lambda: touched(RecommendationFactory()),
    "recommendations_recommendation_agenda_points": recommendation_linked,
    "commitments_stakeholder": lambda: touched(StakeholderFactory()),
    "commitments_commitment": lambda: touched(CommitmentFactory()),
    "commitments_commitment_stakeholders": link("stakeholders", StakeholderFactory),
    "commitments_commitment_agenda_points": link("agenda_points", AgendaPointFactory),
    "commitments_commitment_recommendations": link("recommendations", RecommendationFactory),
    "commitments_partner": lambda: touched(PartnerFactory()),
    "commitments_milestone": lambda: touched(MilestoneFactory()),
    "reporting_reportingcycle": lambda: touched(ReportingCycleFactory()),
    "reporting_progressreport": reported,
    "reporting_contribution": lambda: touched(published_report(parts={AgencyFactory(): "Ours"}).contributions.get()),
    "reporting_evidence": lambda: touched(published_report().evidence.get()),
    "reporting_statuschange": status_changed,
    "reporting_assessment": assessed,
    "reporting_answer": answered,
}


@pytest.mark.parametrize("table", MOVES)
def test_change_of_a_public_row_moves_it(table):
    write = MOVES[table]()

    assert moved_by(write) == 1


def test_every_public_table_is_tried():
    assert set(MOVES) == tables()


@pytest.mark.parametrize("trait", [{}, {"withdrawn": True}], ids=["published", "withdrawn"])
@pytest.mark.parametrize("child", [PartnerFactory, MilestoneFactory])
def test_child_row_of_a_public_commitment_moves_it(child, trait):
    row = child(commitment=CommitmentFactory(**trait))

    assert moved_by(touched(row)) == 1
    assert moved_by(row.delete) == 1


@pytest.mark.parametrize("state", HIDDEN)
def test_commitment_that_is_not_public_does_not_move_it(state, ilo, points, iom):
    commitment = CommitmentFactory(**{state: True})

    def write():
        CommitmentFactory(**{state: True}, lead_agency=ilo, agenda_points=points, partners=[iom])
        touched(commitment)()
        MilestoneFactory(commitment=commitment).delete()
        commitment.agenda_points.set(points)
        commitment.delete()

    assert moved_by(write) == 0


@pytest.mark.parametrize("state", HIDDEN)
def test_report_that_is_not_public_does_not_move_it(state, commitment):
    report = ProgressReportFactory(commitment=commitment, **{state: True})

    def write():
        touched(report)()
        touched(EvidenceFactory(report=report))()
        report.delete()

    assert moved_by(write) == 0


@pytest.mark.parametrize("state", HIDDEN)
def test_assessment_that_is_not_public_does_not_move_it(state, commitment):
    assessment = AssessmentFactory(commitment=commitment, **{state: True})

    assert moved_by(touched(assessment)) == 0
    assert moved_by(assessment.delete) == 0


@pytest.mark.parametrize("state", HIDDEN)
def test_answer_that_is_not_public_does_not_move_it(state):
    answer = AnswerFactory(**{state: True})

    assert moved_by(touched(answer)) == 0
    assert moved_by(answer.delete) == 0


def test_people_do_not_move_it(ilo):
    def write():
        user = UserFactory()
        membership = MembershipFactory(user=user, agency=ilo)
        user.groups.add(Group.objects.create(name="translators"))
        touched(user)()
        membership.delete()

    assert moved_by(write) == 0


def test_history_does_not_move_it(ilo):
    line = ilo.history.get()

    line.pk = None

    assert moved_by(line.save) == 0


def test_each_step_into_and_out_of_the_record_moves_it_and_no_other(administrator, secretariat):
    draft = CommitmentFactory(draft=True)

    steps = [
        moved_by(lambda: actions.submit(draft, by=administrator)),
        moved_by(lambda: actions.send_back(draft, note="Name the source.", by=secretariat)),
        moved_by(lambda: actions.submit(draft, by=administrator)),
        moved_by(lambda: actions.publish(draft, by=secretariat)),
        moved_by(lambda: actions.withdraw(draft, reason="Entered twice.", by=secretariat)),
    ]

    assert steps == [0, 0, 0, 1, 1]


def test_publication_of_a_report_moves_it_once(commitment, secretariat):
    report = ProgressReportFactory(submitted=True, commitment=commitment)
    EvidenceFactory(report=report)

    assert moved_by(lambda: actions.publish(report, by=secretariat)) == 1


def test_note_of_a_link_check_moves_it():
    piece = published_report().evidence.get()

    def write():
        Evidence.objects.filter(pk=piece.pk).update(
            link_check="broken", link_checked_at=datetime(2015, 1, 1, tzinfo=UTC)
        )

    assert moved_by(write) == 1


# The row


def test_revision_is_zero_without_public_data():
    Revision.objects.all().delete()

    assert CurrentRevision.read() == CurrentRevision(0, None)


def test_first_move_makes_the_row():
    Revision.objects.all().delete()

    moved = moved_by(AgencyFactory)

    assert moved == 1
    assert CurrentRevision.read().number == 1


def test_second_row_is_refused(assert_refused_by):
    assert_refused_by(
        "revision_is_one_row", lambda: Revision.objects.create(id=2, moved_at=datetime(2014, 1, 1, tzinfo=UTC))
    )


def test_every_constraint_is_tested(assert_declared):
    constraints = {
        "revision_is_one_row",
        "audit_what_known",
        "answer_once_for_a_key",
    }
    choices = {(AuditEntry, "what")}

    assert_declared("gmg_portal", constraints=constraints, unique={(Edition, "day")}, choices=choices)


def test_day_has_one_edition(assert_unique):
    assert_unique(EditionFactory, "day", date(2014, 6, 30))


def test_key_of_a_token_has_one_answer(assert_refused_by):
    kept = IdempotencyRecordFactory()

    assert_refused_by("answer_once_for_a_key", lambda: IdempotencyRecordFactory(token=kept.token, key=kept.key))
    IdempotencyRecordFactory(key=kept.key)


def test_event_of_an_audit_entry_is_a_known_value(assert_refused_by, constraint_values):
    assert_refused_by("audit_what_known", lambda: AuditEntryFactory(what="danced"))
    assert constraint_values("audit_what_known") == set(AuditEntry.What.values)


def test_name_of_the_row():
    assert str(Revision(number=7)) == "7"


# Real transactions


@committing
def test_transaction_moves_it_once_however_much_it_changes():
    def write():
        with transaction.atomic():
            agency = AgencyFactory()
            CommitmentFactory(lead_agency=agency, partners=[AgencyFactory(), AgencyFactory()])
            published_report()
            sql("UPDATE agencies_agency SET name = name")

    assert committed_by(write) == 1


@committing
def test_transactions_one_after_the_other_move_it_once_each():
    first, second = AgencyFactory(), AgencyFactory()
    before = CurrentRevision.read()

    Agency.objects.filter(pk=first.pk).update(name="Other")
    between = CurrentRevision.read()
    Agency.objects.filter(pk=second.pk).update(name="Other")
    after = CurrentRevision.read()

    assert [between.number - before.number, after.number - between.number] == [1, 1]
    assert before.moved_at < between.moved_at < after.moved_at


@committing
def test_bulk_load_moves_it_once():
    events = EventFactory.build_batch(100)

    assert committed_by(lambda: Event.objects.bulk_create(events)) == 1


@committing
def test_plain_sql_moves_it():
    agency = AgencyFactory()

    assert committed_by(lambda: sql("UPDATE agencies_agency SET name = 'Other' WHERE id = %s", agency.pk)) == 1
    assert committed_by(lambda: sql("DELETE FROM agencies_agency WHERE id = %s", agency.pk)) == 1
    assert committed_by(lambda: sql("UPDATE agencies_agency SET name = 'Other'")) == 0


@committing
def test_truncation_moves_it():
    EventFactory()

    assert committed_by(lambda: sql("TRUNCATE agenda_event")) == 1


@committing
def test_change_that_is_rolled_back_does_not_move_it():
    class ChangedMyMindError(Exception):
        pass

    def write():
        with pytest.raises(ChangedMyMindError), transaction.atomic():
            AgencyFactory()
            sql("TRUNCATE agenda_event")
            raise ChangedMyMindError

    assert committed_by(write) == 0
    assert Agency.objects.count() == 0


@committing
def test_change_that_is_rolled_back_to_a_savepoint_does_not_move_it():
    def write():
        with transaction.atomic():
            savepoint = transaction.savepoint()
            AgencyFactory()
            sql("TRUNCATE agenda_event")
            transaction.savepoint_rollback(savepoint)
            UserFactory()

    assert committed_by(write) == 0


@committing
def test_change_after_one_that_was_rolled_back_moves_it():
    def write():
        with transaction.atomic():
            savepoint = transaction.savepoint()
            sql("TRUNCATE agenda_event")
            transaction.savepoint_rollback(savepoint)
            AgencyFactory()

    assert committed_by(write) == 1


@committing
def test_draft_does_not_move_it_and_its_publication_does():
    draft = CommitmentFactory(submitted=True, lead_agency=AgencyFactory())
    administrator = UserFactory(is_superuser=True)

    assert committed_by(lambda: Commitment.objects.filter(pk=draft.pk).update(title="Other")) == 0
    assert committed_by(lambda: actions.publish(draft, by=administrator)) == 1


@pytest.fixture
def sessions(transactional_db):
    """Yield two separate connections that wait at most two seconds for a lock."""
    pair = [connection.copy(), connection.copy()]
    for session in pair:
        sql("SET lock_timeout = '2s'", using=session)
        session.set_autocommit(False)
    yield pair
    for session in pair:
        session.rollback()
        session.close()


def test_interleaved_transactions_both_commit_and_move_it_by_two(sessions):
    one, other = sessions
    agencies = AgencyFactory.create_batch(4)
    rename = "UPDATE agencies_agency SET name = 'Other' WHERE id = %s"
    before = CurrentRevision.read().number

    sql(rename, agencies[0].pk, using=one)
    sql(rename, agencies[1].pk, using=other)
    sql(rename, agencies[2].pk, using=one)
    sql(rename, agencies[3].pk, using=other)
    untouched = CurrentRevision.read().number
    other.commit()
    after_the_other = CurrentRevision.read().number
    one.commit()

    assert [number - before for number in (untouched, after_the_other, CurrentRevision.read().number)] == [0, 1, 2]
    assert set(Agency.objects.values_list("name", flat=True)) == {"Other"}


def test_second_interleaved_round_moves_it_by_two_more(sessions):
    one, other = sessions
    first, second = AgencyFactory(), AgencyFactory()
    rename = "UPDATE agencies_agency SET name = %s WHERE id = %s"
    before = CurrentRevision.read().number

    for name in ("Once", "Twice"):
        sql(rename, name, first.pk, using=one)
        sql(rename, name, second.pk, using=other)
        one.commit()
        other.commit()

    assert CurrentRevision.read().number - before == 4
