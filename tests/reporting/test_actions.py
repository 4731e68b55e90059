from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from commitments.models import Commitment
from commitments.workflow import TRANSITIONS, State
from foundation.dates.partial import PartialDate
from register.querysets import register_commitments
from reporting import actions
from reporting.models import Answer, Assessment, Evidence, ProgressReport, ReportingCycle, StatusChange
from tests.factories import (
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    ParticipationFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    UserFactory,
    corrected,
    focal_point,
    in_group,
    published_report,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

# The workflow once more, by hand: where each verb leads from each state, if anywhere.
WORKFLOW = {
    "draft": {"submit": "submitted"},
    "submitted": {"publish": "published", "send_back": "sent_back"},
    "sent_back": {"submit": "submitted"},
    "published": {"withdraw": "withdrawn"},
    "withdrawn": {"restore": "published"},
}
VERBS = {
    "submit": lambda row, by: actions.submit(row, by=by),
    "send_back": lambda row, by: actions.send_back(row, note="Name the source.", by=by),
    "publish": lambda row, by: actions.publish(row, by=by),
    "withdraw": lambda row, by: actions.withdraw(row, reason="Entered twice.", by=by),
    "restore": lambda row, by: actions.restore(row, reason="It was not.", by=by),
}
STEPS = [(state, verb) for state in WORKFLOW for verb in VERBS]
STEPS_OF_THE_REST = [
    (state, verb) for state, verb in STEPS if state != "withdrawn" and verb not in ("withdraw", "restore")
]


def commitment_in(state):
    return CommitmentFactory(**({} if state == "published" else {state: True}))


def report_in(state):
    return published_report() if state == "published" else ProgressReportFactory(**{state: True})


def assessment_in(state):
    return AssessmentFactory(**({"public": True} if state == "published" else {state: True}))


def answer_in(state):
    return AnswerFactory(**({"public": True} if state == "published" else {state: True}))


SUBMITTED = [commitment_in, report_in, assessment_in, answer_in]


def state_of(row):
    return type(row).objects.values_list("state", flat=True).get(pk=row.pk)


def assert_leads_where_the_workflow_says(row, verb, administrator):
    state = row.state
    target = WORKFLOW[state].get(verb)

    if target:
        VERBS[verb](row, administrator)
    else:
        with pytest.raises(ValidationError) as refusal:
            VERBS[verb](row, administrator)
        assert refusal.value.messages == [f"This is in the state ‘{State(state).label}’, which does not allow that."]

    assert state_of(row) == (target or state)


def test_transitions_are_those_of_the_workflow():
    steps = {(state, verb): target for state, verbs in WORKFLOW.items() for verb, target in verbs.items()}

    assert steps == TRANSITIONS


@pytest.mark.parametrize(("state", "verb"), STEPS)
def test_commitment_moves_by_the_workflow(state, verb, administrator):
    row = commitment_in(state)

    assert_leads_where_the_workflow_says(row, verb, administrator)


@pytest.mark.parametrize(("state", "verb"), STEPS_OF_THE_REST)
def test_report_moves_by_the_workflow(state, verb, administrator):
    row = report_in(state)

    assert_leads_where_the_workflow_says(row, verb, administrator)


@pytest.mark.parametrize(("state", "verb"), STEPS_OF_THE_REST)
def test_assessment_moves_by_the_workflow(state, verb, administrator):
    row = assessment_in(state)

    assert_leads_where_the_workflow_says(row, verb, administrator)


@pytest.mark.parametrize(("state", "verb"), STEPS_OF_THE_REST)
def test_answer_moves_by_the_workflow(state, verb, administrator):
    row = answer_in(state)

    assert_leads_where_the_workflow_says(row, verb, administrator)


# Submit


def test_submit_notes_who_and_when(ilo, ilo_focal_point, time_machine):
    time_machine.move_to("2014-06-30T12:00:00+00:00", tick=False)
    draft = CommitmentFactory(draft=True, lead_agency=ilo)

    actions.submit(draft, by=ilo_focal_point)

    draft.refresh_from_db()
    assert (draft.state, draft.author, draft.submitted_by) == ("submitted", ilo_focal_point, ilo_focal_point)
    assert draft.submitted_at == datetime(2014, 6, 30, 12, tzinfo=UTC)
    assert (draft.published_on, draft.reviewed_by) == (None, None)


def test_submit_by_another_keeps_the_author(ilo, ilo_focal_point, ilo_alternate):
    draft = CommitmentFactory(draft=True, lead_agency=ilo, author=ilo_focal_point)

    actions.submit(draft, by=ilo_alternate)

    draft.refresh_from_db()
    assert (draft.author, draft.submitted_by) == (ilo_focal_point, ilo_alternate)


@pytest.mark.parametrize("make", SUBMITTED)
def test_each_verb_leaves_its_line_in_the_history(make, administrator):
    writer = in_group(UserFactory(is_superuser=True), "writers")
    row = make("draft")

    actions.submit(row, by=writer)
    actions.send_back(row, note="Name the source.", by=administrator)
    actions.submit(row, by=writer)
    actions.publish(row, by=administrator)

    lines = row.history.order_by("history_id").values_list("history_change_reason", "history_user", "state")
    assert list(lines)[-4:] == [
        ("submit", writer.pk, "submitted"),
        ("send_back", administrator.pk, "sent_back"),
        ("submit", writer.pk, "submitted"),
        ("publish", administrator.pk, "published"),
    ]


def test_commitment_without_a_word_of_what_is_undertaken_is_not_submitted(administrator):
    draft = CommitmentFactory(draft=True, summary="", original_text="")

    with pytest.raises(ValidationError) as refusal:
        actions.submit(draft, by=administrator)

    assert refusal.value.message_dict == {"summary": ["Say in a few lines what is undertaken."]}
    assert state_of(draft) == "draft"


@pytest.mark.parametrize("field", ["summary", "original_text"])
def test_commitment_with_one_text_is_submitted(field, administrator):
    draft = CommitmentFactory(draft=True, **({"summary": "", "original_text": ""} | {field: "Courses"}))

    actions.submit(draft, by=administrator)

    assert state_of(draft) == "submitted"


NOTHING = "Say what was achieved, or that nothing was."
NO_EVIDENCE = "‘Completed’ needs at least one public piece of evidence."
ANNOUNCED = "An announcement alone moves nothing past ‘Planning’: add other evidence."
NO_SUCCESSOR = "Say which other commitment takes the place of this one."
SECRET = {"is_public": False}
ANNOUNCEMENT = {"kind": "announcement"}


@pytest.mark.parametrize(
    ("fields", "evidence", "problems"),
    [
        ({"status": ""}, [], {"status": ["Choose the status that you report."]}),
        ({"achieved": ""}, [], {"achieved": [NOTHING]}),
        ({"achieved": " \n"}, [], {"achieved": [NOTHING]}),
        (
            {"blank": True},
            [],
            {"status": ["Choose the status that you report."], "achieved": [NOTHING]},
        ),
        ({"status": "completed"}, [], {"evidence": [NO_EVIDENCE]}),
        ({"status": "completed"}, [SECRET, SECRET], {"evidence": [NO_EVIDENCE]}),
        ({"status": "completed"}, [ANNOUNCEMENT], {"evidence": [ANNOUNCED]}),
        ({"status": "in_progress"}, [ANNOUNCEMENT], {"evidence": [ANNOUNCED]}),
        ({"status": "in_progress"}, [ANNOUNCEMENT, ANNOUNCEMENT], {"evidence": [ANNOUNCED]}),
        ({"status": "substantially_complete"}, [ANNOUNCEMENT], {"evidence": [ANNOUNCED]}),
        ({"status": "ongoing"}, [ANNOUNCEMENT], {"evidence": [ANNOUNCED]}),
        (
            {"status": "discontinued", "status_reason": " "},
            [],
            {"status_reason": ["Say why the commitment is discontinued."]},
        ),
    ],
)
def test_report_that_breaks_a_rule_is_not_submitted(fields, evidence, problems, administrator):
    report = ProgressReportFactory(**fields)
    for piece in evidence:
        EvidenceFactory(report=report, **piece)

    with pytest.raises(ValidationError) as refusal:
        actions.submit(report, by=administrator)

    assert refusal.value.message_dict == problems
    assert state_of(report) == "draft"


@pytest.mark.parametrize(
    ("fields", "evidence"),
    [
        ({"status": "not_started"}, []),
        ({"status": "planning"}, [ANNOUNCEMENT]),
        ({"status": "in_progress"}, []),
        ({"status": "in_progress"}, [ANNOUNCEMENT, {"kind": "publication"}]),
        ({"status": "completed"}, [{"kind": "publication"}]),
        ({"status": "completed"}, [{"kind": "publication"}, SECRET]),
        ({"status": "discontinued", "status_reason": "No funds."}, []),
        ({"status": "ongoing"}, []),
    ],
)
def test_report_that_keeps_the_rules_is_submitted(fields, evidence, administrator):
    report = ProgressReportFactory(**fields)
    for piece in evidence:
        EvidenceFactory(report=report, **piece)

    actions.submit(report, by=administrator)

    assert state_of(report) == "submitted"


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back", "withdrawn"])
def test_superseded_by_what_is_not_published_is_not_submitted(state, administrator):
    report = ProgressReportFactory(status="superseded", superseded_by=commitment_in(state))

    with pytest.raises(ValidationError) as refusal:
        actions.submit(report, by=administrator)

    assert refusal.value.message_dict == {"superseded_by": ["The commitment that takes its place must be published."]}


def test_superseded_by_a_published_commitment_is_submitted(administrator):
    report = ProgressReportFactory(status="superseded", superseded_by=CommitmentFactory())

    actions.submit(report, by=administrator)

    assert state_of(report) == "submitted"


@pytest.mark.parametrize("successor", ["none", "itself"])
def test_check_says_which_successor_is_missing(successor):
    commitment = CommitmentFactory()
    report = ProgressReportFactory(commitment=commitment)
    report.status, report.superseded_by = "superseded", commitment if successor == "itself" else None

    with pytest.raises(ValidationError) as refusal:
        actions.check(report)

    assert refusal.value.message_dict == {"superseded_by": [NO_SUCCESSOR]}


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back", "withdrawn"])
@pytest.mark.parametrize(
    ("factory", "sentence"),
    [
        (ProgressReportFactory, "Only a published commitment can be reported on."),
        (AssessmentFactory, "Only a published commitment can be assessed."),
    ],
)
def test_what_is_said_of_a_commitment_that_is_not_published_is_not_submitted(state, factory, sentence, administrator):
    row = factory(draft=True, commitment=commitment_in(state))

    with pytest.raises(ValidationError) as refusal:
        actions.submit(row, by=administrator)

    assert refusal.value.message_dict == {"commitment": [sentence]}
    assert state_of(row) == "draft"


# Publish


def break_rule_after_submission(report, rule):
    if rule == "evidence":
        report.evidence.all().delete()
    elif rule == "achieved":
        ProgressReport.objects.update(achieved="")
    else:
        row = {"commitment": report.commitment, "superseded_by": report.superseded_by}[rule]
        corrected(row, state="withdrawn", withdrawn_on=date(2014, 9, 1), withdrawn_reason="Entered twice.")


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("evidence", "completed"),
        ("achieved", "in_progress"),
        ("commitment", "in_progress"),
        ("superseded_by", "superseded"),
    ],
)
def test_rule_broken_since_submission_stops_publication(rule, status, secretariat):
    successor = CommitmentFactory() if status == "superseded" else None
    report = ProgressReportFactory(submitted=True, status=status, superseded_by=successor)
    EvidenceFactory(report=report)
    break_rule_after_submission(report, rule)

    with pytest.raises(ValidationError) as refusal:
        actions.publish(report, by=secretariat)

    assert set(refusal.value.message_dict) == {rule}
    assert state_of(report) == "submitted"
    assert StatusChange.objects.count() == 0


@pytest.mark.parametrize("make", SUBMITTED)
def test_publish_notes_who_and_when(make, secretariat, time_machine):
    row = make("submitted")
    time_machine.move_to("2014-06-30T23:59:59+00:00", tick=False)

    actions.publish(row, by=secretariat)

    row.refresh_from_db()
    assert (row.state, row.published.iso, row.reviewed_by) == ("published", "2014-06-30", secretariat)
    assert row.reviewed_at == datetime(2014, 6, 30, 23, 59, 59, tzinfo=UTC)


def test_published_report_speaks_for_its_commitment(commitment, secretariat, time_machine):
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="planning", outlook="at_risk")
    time_machine.move_to("2014-06-30T12:00:00+00:00", tick=False)

    actions.publish(report, by=secretariat)

    commitment.refresh_from_db()
    assert (commitment.status, commitment.outlook) == ("planning", "at_risk")
    assert commitment.status_changes.values(
        "report", "from_status", "to_status", "reason", "changed_on", "changed_precision", "changed_by", "recorded_at"
    ).get() == {
        "report": report.pk,
        "from_status": "",
        "to_status": "planning",
        "reason": "",
        "changed_on": date(2014, 6, 30),
        "changed_precision": "day",
        "changed_by": secretariat.pk,
        "recorded_at": datetime(2014, 6, 30, 12, tzinfo=UTC),
    }


def test_report_of_another_status_adds_one_status_change(commitment, secretariat):
    published_report(commitment, status="planning")
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="in_progress")

    actions.publish(report, by=secretariat)

    changes = commitment.status_changes.order_by("pk").values_list("from_status", "to_status")
    assert list(changes) == [("", "planning"), ("planning", "in_progress")]


def test_report_of_the_same_status_adds_no_status_change(commitment, secretariat):
    published_report(commitment, status="planning", outlook="on_track")
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="planning", outlook="constrained")

    actions.publish(report, by=secretariat)

    commitment.refresh_from_db()
    assert commitment.outlook == "constrained"
    assert commitment.status_changes.count() == 1


def test_reason_and_successor_go_to_the_commitment_and_leave_it_again(commitment, secretariat):
    successor = CommitmentFactory()
    superseded = ProgressReportFactory(
        submitted=True,
        commitment=commitment,
        status="superseded",
        superseded_by=successor,
        status_reason="Merged.",
    )
    resumed = ProgressReportFactory(submitted=True, commitment=commitment, status="in_progress")

    actions.publish(superseded, by=secretariat)
    commitment.refresh_from_db()
    then = (commitment.status, commitment.superseded_by, commitment.status_reason)
    actions.publish(resumed, by=secretariat)
    commitment.refresh_from_db()

    assert then == ("superseded", successor, "Merged.")
    assert (commitment.status, commitment.superseded_by, commitment.status_reason) == ("in_progress", None, "")
    assert list(commitment.status_changes.order_by("pk").values_list("reason", flat=True)) == ["Merged.", ""]


def test_reports_are_numbered_by_publication(commitment, secretariat):
    first = ProgressReportFactory(submitted=True, commitment=commitment)
    second = ProgressReportFactory(submitted=True, commitment=commitment)
    elsewhere = ProgressReportFactory(submitted=True)

    for report in (second, first, elsewhere):
        actions.publish(report, by=secretariat)

    numbers = dict(ProgressReport.objects.values_list("pk", "number"))
    assert numbers == {second.pk: 1, first.pk: 2, elsewhere.pk: 1}


@pytest.mark.parametrize("make", [commitment_in, assessment_in, answer_in])
def test_publication_of_anything_else_changes_no_status(make, secretariat):
    row = make("submitted")

    actions.publish(row, by=secretariat)

    assert state_of(row) == "published"
    assert StatusChange.objects.count() == 0


# Two persons


@pytest.fixture(params=["administrator", "secretariat", "group_lead"])
def reviewer(request, undesa, data_and_research):
    if request.param == "group_lead":
        return request.getfixturevalue("undesa_focal_point")
    return request.getfixturevalue(request.param)


def had_written(row, person):
    row.author = person


def had_submitted(row, person):
    row.submitted_by = person


def had_edited(row, person):
    row._history_user = person


AUTHORSHIP_REASONS = [had_written, had_submitted, had_edited]


@pytest.mark.parametrize("hand", AUTHORSHIP_REASONS, ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("verb", ["publish", "send_back"])
@pytest.mark.parametrize("factory", [CommitmentFactory, ProgressReportFactory])
def test_nobody_reviews_what_they_had_a_hand_in(factory, verb, hand, reviewer, data_and_research):
    if factory is CommitmentFactory:
        row = factory(submitted=True, workgroup=data_and_research)
    else:
        row = factory(submitted=True, commitment=CommitmentFactory(workgroup=data_and_research))
    hand(row, reviewer)
    row.save()

    with pytest.raises(PermissionDenied):
        VERBS[verb](row, reviewer)

    assert state_of(row) == "submitted"
    assert list(type(row).objects.reviewable_by(reviewer)) == []


@pytest.mark.parametrize("hand", AUTHORSHIP_REASONS, ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("verb", ["publish", "send_back"])
def test_nobody_reviews_an_assessment_they_had_a_hand_in(verb, hand, secretariat):
    row = AssessmentFactory(submitted=True)
    hand(row, secretariat)
    row.save()

    with pytest.raises(PermissionDenied):
        VERBS[verb](row, secretariat)

    assert state_of(row) == "submitted"


def test_nobody_publishes_what_they_had_submitted_the_first_time(
    data_and_research, undesa_focal_point, iom_focal_point, secretariat
):
    draft = CommitmentFactory(draft=True, workgroup=data_and_research, author=iom_focal_point)
    actions.submit(draft, by=undesa_focal_point)
    actions.send_back(draft, note="Name the source.", by=secretariat)
    actions.submit(draft, by=iom_focal_point)

    with pytest.raises(PermissionDenied):
        actions.publish(draft, by=undesa_focal_point)

    assert state_of(draft) == "submitted"


def test_reviewer_of_the_first_round_reviews_the_second(secretariat, administrator):
    row = commitment_in("submitted")
    actions.send_back(row, note="Name the source.", by=secretariat)
    actions.submit(row, by=administrator)

    actions.publish(row, by=secretariat)

    assert state_of(row) == "published"


def test_whoever_opened_the_cycle_publishes_its_reports(commitment, secretariat, ilo_focal_point):
    actions.open_cycle(ReportingCycleFactory(), by=secretariat)
    report = commitment.reports.get()
    report.status, report.achieved = "in_progress", "Courses were held."
    report._history_user = ilo_focal_point
    report.save()
    actions.submit(report, by=ilo_focal_point)

    actions.publish(report, by=secretariat)

    assert state_of(report) == "published"


def test_group_lead_publishes_what_the_co_leader_wrote(data_and_research, undesa_focal_point, iom_focal_point):
    draft = CommitmentFactory(draft=True, workgroup=data_and_research, author=iom_focal_point)
    actions.submit(draft, by=iom_focal_point)

    actions.publish(draft, by=undesa_focal_point)

    assert state_of(draft) == "published"


def test_colleague_publishes_nothing_of_the_agency(ilo, ilo_focal_point, ilo_alternate):
    draft = CommitmentFactory(draft=True, lead_agency=ilo)
    actions.submit(draft, by=ilo_focal_point)

    with pytest.raises(PermissionDenied):
        actions.publish(draft, by=ilo_alternate)

    assert state_of(draft) == "submitted"


# Send back and submit again


@pytest.mark.parametrize("note", ["", "  \n"])
def test_sending_back_needs_a_note(note, secretariat):
    row = commitment_in("submitted")

    with pytest.raises(ValidationError) as refusal:
        actions.send_back(row, note=note, by=secretariat)

    assert refusal.value.message_dict == {"note": ["Write a note that says what to mend."]}
    assert state_of(row) == "submitted"


def test_send_back_notes_who_when_and_why(secretariat, time_machine):
    row = commitment_in("submitted")
    time_machine.move_to("2014-06-30T12:00:00+00:00", tick=False)

    actions.send_back(row, note=" Name the source. ", by=secretariat)

    row.refresh_from_db()
    assert (row.state, row.review_note, row.reviewed_by) == ("sent_back", "Name the source.", secretariat)
    assert row.reviewed_at == datetime(2014, 6, 30, 12, tzinfo=UTC)
    assert row.published_on is None


def test_what_was_sent_back_is_submitted_again_and_published(ilo, ilo_focal_point, secretariat):
    draft = CommitmentFactory(draft=True, lead_agency=ilo)
    actions.submit(draft, by=ilo_focal_point)
    actions.send_back(draft, note="Name the source.", by=secretariat)

    again = actions.submit(draft, by=ilo_focal_point)
    waiting = (again.state, again.reviewed_by, again.reviewed_at)
    actions.publish(again, by=secretariat)

    assert waiting == ("submitted", None, None)
    assert state_of(draft) == "published"


# Withdraw


def test_withdrawal_has_its_day_and_reason(commitment, secretariat, time_machine):
    time_machine.move_to("2014-09-01T12:00:00+00:00", tick=False)

    actions.withdraw(commitment, reason=" Entered twice. ", by=secretariat)

    commitment.refresh_from_db()
    assert (commitment.state, commitment.withdrawn_reason) == ("withdrawn", "Entered twice.")
    assert (commitment.withdrawn_on, commitment.published_on) == (date(2014, 9, 1), date(2014, 2, 20))
    line = commitment.history.latest("history_id")
    assert (line.history_change_reason, line.history_user) == ("withdraw", secretariat)


@pytest.mark.parametrize("reason", ["", " "])
def test_withdrawal_needs_a_reason(reason, commitment, secretariat):
    with pytest.raises(ValidationError) as refusal:
        actions.withdraw(commitment, reason=reason, by=secretariat)

    assert refusal.value.message_dict == {"reason": ["Say why the commitment is withdrawn."]}
    assert state_of(commitment) == "published"


@pytest.mark.parametrize("person", ["ilo_focal_point", "undesa_focal_point", "outsider"])
def test_withdrawal_is_for_the_secretariat(person, commitment, request):
    person = request.getfixturevalue(person)

    with pytest.raises(PermissionDenied):
        actions.withdraw(commitment, reason="Entered twice.", by=person)

    assert state_of(commitment) == "published"


CHANGED_SINCE = "Somebody changed this since you opened it: look at it again before you decide."


# Two at once


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (lambda row, seen, by: actions.submit(row, by=by, seen=seen), "draft"),
        (lambda row, seen, by: actions.publish(row, by=by, seen=seen), "submitted"),
        (lambda row, seen, by: actions.send_back(row, note="Name it.", by=by, seen=seen), "submitted"),
    ],
    ids=["submit", "publish", "send_back"],
)
@pytest.mark.parametrize("make", SUBMITTED)
def test_decision_on_what_has_changed_since_is_refused(make, verb, state, administrator):
    row = make(state)
    seen = row.version
    type(row).objects.get(pk=row.pk).save()

    with pytest.raises(ValidationError) as refusal:
        verb(row, seen, administrator)

    assert refusal.value.messages == [CHANGED_SINCE]
    assert state_of(row) == state


def test_decision_on_what_was_seen_is_taken(administrator):
    row = commitment_in("submitted")

    actions.publish(row, by=administrator, seen=row.version)

    assert state_of(row) == "published"


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_publish_a_report_once(commitment):
    reviewers = [in_group(UserFactory(), "secretariat") for _ in range(2)]
    report = ProgressReportFactory(submitted=True, commitment=commitment, status="planning")
    start, outcomes = Barrier(2), []

    def publish(reviewer):
        try:
            start.wait(timeout=30)
            actions.publish(ProgressReport.objects.get(pk=report.pk), by=reviewer)
            outcomes.append("published")
        except ValidationError as refusal:
            outcomes.append(refusal.messages)
        finally:
            connection.close()

    threads = [Thread(target=publish, args=[reviewer]) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    refused = ["This is in the state ‘Published’, which does not allow that."]
    assert sorted(outcomes, key=str) == sorted(["published", refused], key=str)
    assert report.history.filter(history_change_reason="publish").count() == 1
    assert commitment.status_changes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_reports_of_a_commitment_are_published_one_after_the_other(commitment):
    reviewer = in_group(UserFactory(), "secretariat")
    reports = [
        ProgressReportFactory(submitted=True, commitment=commitment, status=status)
        for status in ("planning", "in_progress")
    ]
    start, outcomes = Barrier(2), []

    def publish(report):
        try:
            start.wait(timeout=30)
            outcomes.append(actions.publish(report, by=reviewer).number)
        finally:
            connection.close()

    threads = [Thread(target=publish, args=[report]) for report in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    first, second = commitment.reports.order_by("number")
    commitment.refresh_from_db()
    assert sorted(outcomes) == [1, 2]
    assert commitment.status == second.status
    assert list(commitment.status_changes.order_by("pk").values_list("from_status", "to_status")) == [
        ("", first.status),
        (first.status, second.status),
    ]


# Cycles


@pytest.fixture
def running(ilo, decent_work):
    """Commitments that owe a word."""
    unheard = CommitmentFactory(lead_agency=ilo)
    of_group = CommitmentFactory(workgroup=decent_work)
    ongoing = published_report(status="ongoing").commitment
    return [unheard, of_group, ongoing]


@pytest.fixture
def silent():
    """Commitments that owe nothing: finished ones, and ones that are not in the register."""
    finished = [
        published_report(status="completed").commitment,
        published_report(status="discontinued", status_reason="No funds.").commitment,
        published_report(status="superseded", superseded_by=CommitmentFactory()).commitment,
    ]
    return finished + [commitment_in(state) for state in ("draft", "submitted", "sent_back", "withdrawn")]


def test_opening_expects_one_report_of_each_running_commitment(running, silent, secretariat, time_machine):
    time_machine.move_to("2014-07-02T12:00:00+00:00", tick=False)
    successors = list(Commitment.objects.filter(supersedes__isnull=False))
    cycle = ReportingCycleFactory()

    count = actions.open_cycle(cycle, by=secretariat)

    cycle.refresh_from_db()
    expected = ProgressReport.objects.filter(cycle=cycle)
    assert {report.commitment for report in expected} == {*running, *successors}
    assert count == expected.count() == len(running) + len(successors)
    assert cycle.opened_on == date(2014, 7, 2)
    assert {(report.state, report.author) for report in expected} == {("draft", None)}
    assert set(ProgressReport.objects.blank()) == set(expected)
    assert {report.on_behalf_of for report in expected} == {report.commitment.lead_agency for report in expected}


def test_opening_leaves_lines_in_the_history(commitment, cycle, secretariat):
    cycle = ReportingCycleFactory()

    actions.open_cycle(cycle, by=secretariat)

    lines = [row.history.get(history_user=secretariat) for row in (cycle, commitment.reports.get())]
    assert [line.history_change_reason for line in lines] == ["open", "expected"]


def test_cycle_is_opened_once(commitment, secretariat):
    cycle = ReportingCycleFactory()
    actions.open_cycle(cycle, by=secretariat)

    with pytest.raises(ValidationError) as refusal:
        actions.open_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["This cycle is already open."]
    assert commitment.reports.count() == 1


def test_cycle_is_not_opened_before_its_day(commitment, secretariat, time_machine):
    cycle = ReportingCycleFactory()
    time_machine.move_to("2014-06-30T23:59:59+00:00", tick=False)

    with pytest.raises(ValidationError) as refusal:
        actions.open_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["This cycle opens on 1 July 2014, not before."]
    assert commitment.reports.count() == 0


CLOSED = {"opened": True, "closed_on": date(2014, 12, 31)}
# Each verb of a cycle, and a cycle that it could be done with.
OF_CYCLES = {
    "open": (lambda cycle, **by: actions.open_cycle(cycle, **by), {}),
    "remind": (lambda cycle, **by: actions.remind_cycle(cycle, **by), {"opened": True}),
    "close": (lambda cycle, **by: actions.close_cycle(cycle, **by), {"opened": True}),
    "reopen": (lambda cycle, **by: actions.reopen_cycle(cycle, reason="Floods.", **by), CLOSED),
}


@pytest.mark.parametrize("verb", OF_CYCLES)
@pytest.mark.parametrize("person", ["ilo_focal_point", "iom_focal_point", "outsider"])
def test_cycles_are_for_the_secretariat(verb, person, commitment, request):
    person = request.getfixturevalue(person)
    act, state = OF_CYCLES[verb]
    cycle = ReportingCycleFactory(**state)

    with pytest.raises(PermissionDenied):
        act(cycle, by=person)

    assert commitment.reports.count() == 0
    assert cycle.history.count() == 1


@pytest.mark.parametrize("verb", OF_CYCLES)
def test_step_of_a_cycle_that_has_changed_since_is_refused(verb, secretariat):
    act, state = OF_CYCLES[verb]
    cycle = ReportingCycleFactory(**state)
    if state:  # nothing is asked for before it opens
        ProgressReportFactory(cycle=cycle, blank=True)

    with pytest.raises(ValidationError) as refusal:
        act(cycle, by=secretariat, seen=cycle.version - 1)

    assert refusal.value.messages == [CHANGED_SINCE]
    assert act(cycle, by=secretariat, seen=cycle.version) is not None


def test_withdrawal_of_what_has_changed_since_is_refused(commitment, secretariat):
    with pytest.raises(ValidationError) as refusal:
        actions.withdraw(commitment, reason="Entered twice.", by=secretariat, seen=commitment.version - 1)

    assert refusal.value.messages == [CHANGED_SINCE]
    assert state_of(commitment) == "published"


def test_nobody_at_all_opens_no_cycle(commitment):
    with pytest.raises(PermissionDenied):
        actions.open_cycle(ReportingCycleFactory(), by=AnonymousUser())

    assert commitment.reports.count() == 0


def test_installation_itself_opens_a_cycle(commitment):
    count = actions.open_cycle(ReportingCycleFactory(), by=None)

    line = commitment.reports.get().history.get()
    assert (count, line.history_change_reason, line.history_user) == (1, "expected", None)


def test_closing_notes_the_day(cycle, secretariat, time_machine):
    time_machine.move_to("2014-12-31T12:00:00+00:00", tick=False)

    actions.close_cycle(cycle, by=secretariat)

    cycle.refresh_from_db()
    assert cycle.closed_on == date(2014, 12, 31)
    assert cycle.history.latest("history_id").history_change_reason == "close"


def test_cycle_that_is_not_open_is_not_closed(secretariat):
    never_opened = ReportingCycleFactory()
    closed = ReportingCycleFactory(opened=True, closed_on=date(2014, 12, 31))

    for cycle in (never_opened, closed):
        with pytest.raises(ValidationError) as refusal:
            actions.close_cycle(cycle, by=secretariat)
        assert refusal.value.messages == ["Only a cycle that is open can be closed."]


def test_reminding_names_what_is_owed_and_leaves_a_line(cycle, secretariat):
    untouched = ProgressReportFactory(cycle=cycle, blank=True)
    begun = ProgressReportFactory(cycle=cycle)
    sent_back = ProgressReportFactory(cycle=cycle, sent_back=True)
    ProgressReportFactory(cycle=cycle, submitted=True)
    published_report(cycle=cycle, on="2014-07-15")
    ProgressReportFactory(cycle=cycle, commitment=published_report(on="2014-07-01").commitment, blank=True)
    ProgressReportFactory(cycle=cycle, commitment=published_report(status="completed").commitment, blank=True)
    ProgressReportFactory(cycle=cycle, commitment=CommitmentFactory(withdrawn=True), blank=True)
    ProgressReportFactory(cycle=ReportingCycleFactory(opened=True), blank=True)
    earlier = published_report(on="2014-06-30").commitment
    heard_before = ProgressReportFactory(cycle=cycle, commitment=earlier, blank=True)

    owed = actions.remind_cycle(cycle, by=secretariat)

    assert owed == [untouched, begun, sent_back, heard_before]
    line = cycle.history.latest("history_id")
    assert (line.history_change_reason, line.history_user) == ("remind", secretariat)


@pytest.mark.parametrize("state", [{}, CLOSED])
def test_only_an_open_cycle_is_reminded_of(state, secretariat):
    cycle = ReportingCycleFactory(**state)
    ProgressReportFactory(cycle=cycle, blank=True)

    with pytest.raises(ValidationError) as refusal:
        actions.remind_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["Only a cycle that is open can be reminded of."]


def test_nobody_is_reminded_where_nothing_is_owed(cycle, secretariat):
    ProgressReportFactory(cycle=cycle, submitted=True)

    with pytest.raises(ValidationError) as refusal:
        actions.remind_cycle(cycle, by=secretariat)

    assert refusal.value.messages == ["Nothing is owed in this cycle any more: there is nobody to remind."]
    assert not cycle.history.filter(history_change_reason="remind").exists()


def test_reopening_notes_day_and_reason_and_takes_reports_again(commitment, secretariat, administrator, time_machine):
    cycle = ReportingCycleFactory(**CLOSED)
    report = ProgressReportFactory(commitment=commitment, cycle=cycle)
    time_machine.move_to("2015-02-03T12:00:00+00:00", tick=False)

    actions.reopen_cycle(cycle, reason=" Two agencies were cut off. ", by=secretariat)
    actions.submit(report, by=administrator)

    cycle.refresh_from_db()
    assert (cycle.closed_on, cycle.reopened_on) == (None, date(2015, 2, 3))
    assert cycle.reopened_reason == "Two agencies were cut off."
    assert (cycle.opened_on, cycle.due_on) == (date(2014, 7, 1), date(2014, 8, 31))
    assert state_of(report) == "submitted"


def test_history_keeps_every_reopening(secretariat, time_machine):
    cycle = ReportingCycleFactory(opened=True)
    for day, reason in (("2015-01-05", "Floods."), ("2015-02-05", "A strike.")):
        time_machine.move_to(f"{day}T12:00:00+00:00", tick=False)
        actions.close_cycle(cycle, by=secretariat)
        actions.reopen_cycle(cycle, reason=reason, by=secretariat)

    lines = cycle.history.filter(history_change_reason="reopen").order_by("history_id")
    assert [(line.reopened_on, line.reopened_reason) for line in lines] == [
        (date(2015, 1, 5), "Floods."),
        (date(2015, 2, 5), "A strike."),
    ]


@pytest.mark.parametrize("reason", ["", "  "])
def test_reopening_needs_a_reason(reason, secretariat):
    cycle = ReportingCycleFactory(**CLOSED)

    with pytest.raises(ValidationError) as refusal:
        actions.reopen_cycle(cycle, reason=reason, by=secretariat)

    cycle.refresh_from_db()
    assert refusal.value.message_dict == {"reason": ["Say why the cycle is reopened."]}
    assert cycle.closed_on == date(2014, 12, 31)


@pytest.mark.parametrize("state", [{}, {"opened": True}])
def test_cycle_that_is_not_closed_is_not_reopened(state, secretariat):
    cycle = ReportingCycleFactory(**state)

    with pytest.raises(ValidationError) as refusal:
        actions.reopen_cycle(cycle, reason="Floods.", by=secretariat)

    assert refusal.value.messages == ["Only a cycle that was closed can be reopened."]


def test_reopening_leaves_freshness_of_every_day_as_it_was(commitment, secretariat, time_machine):
    cycle = ReportingCycleFactory(opened=True)
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)
    days = [date(2014, 6, 30), date(2014, 8, 31), date(2014, 9, 1), date(2015, 1, 31)]
    time_machine.move_to("2015-01-15T12:00:00+00:00", tick=False)
    actions.close_cycle(cycle, by=secretariat)
    before = [register_commitments().with_standing(day).get().standing_freshness for day in days]
    time_machine.move_to("2015-02-03T12:00:00+00:00", tick=False)

    actions.reopen_cycle(cycle, reason="Floods.", by=secretariat)

    assert before == ["not_yet_due", "due", "never_reported", "never_reported"]
    assert [register_commitments().with_standing(day).get().standing_freshness for day in days] == before
    assert register_commitments().with_standing().get().standing_freshness == "never_reported"
    stood_closed = {day: ReportingCycle.objects.closed(date.fromisoformat(day)).exists() for day in CLOSED_BY}
    assert stood_closed == CLOSED_BY


CLOSED_BY = {"2015-01-14": False, "2015-01-15": True, "2015-02-02": True, "2015-02-03": False}


def test_closed_cycle_takes_no_more_reports(commitment, cycle, secretariat, administrator):
    report = ProgressReportFactory(commitment=commitment, cycle=cycle)
    actions.close_cycle(cycle, by=secretariat)

    with pytest.raises(ValidationError):
        actions.submit(report, by=administrator)

    assert state_of(report) == "draft"


# What a source said in the past


def test_loaded_commitment_is_public_from_a_day_in_the_past(ilo):
    commitment = CommitmentFactory.build(draft=True, lead_agency=ilo)

    actions.publish_past(commitment, on=PartialDate.parse("2013-12"))

    commitment = Commitment.objects.get()
    assert (commitment.state, commitment.published.iso) == ("published", "2013-12")
    assert (commitment.author, commitment.submitted_by, commitment.reviewed_by) == (None, None, None)
    line = commitment.history.get()
    assert (line.history_change_reason, line.history_user) == ("load", None)


def test_loaded_report_is_dated_as_its_source(commitment):
    report = ProgressReportFactory.build(commitment=commitment, status="completed", outlook="on_track")
    pieces = [EvidenceFactory.build(report=None), EvidenceFactory.build(report=None, is_public=False)]

    actions.record_past_report(report, pieces, on=PartialDate.parse("2014-06"))

    commitment.refresh_from_db()
    report = ProgressReport.objects.get()
    change = StatusChange.objects.get()
    assert (report.state, report.published.iso, report.number) == ("published", "2014-06", 1)
    assert (report.author, report.reviewed_by) == (None, None)
    assert Evidence.objects.filter(report=report).count() == 2
    assert (commitment.status, commitment.outlook) == ("completed", "on_track")
    assert (change.changed.iso, change.changed_by) == ("2014-06", None)
    for row in (report, *report.evidence.all()):
        assert set(row.history.values_list("history_change_reason", "history_user")) == {("load", None)}
    assert commitment.history.latest("history_id").history_change_reason == "load"


@pytest.mark.parametrize("day", ["2014-06-29", "2014-05", "2013"])
def test_loaded_report_older_than_the_last_is_refused(day, commitment):
    published_report(commitment, on="2014-06-30", status="planning")
    report = ProgressReportFactory.build(commitment=commitment)

    with pytest.raises(ValidationError) as refusal:
        actions.record_past_report(report, [], on=PartialDate.parse(day))

    assert refusal.value.messages == [
        f"The outcome of {PartialDate.parse(day)} is older than the last report, of 30 June 2014."
    ]
    assert commitment.reports.count() == 1


@pytest.mark.parametrize("day", ["2014-06-30", "2014-06", "2014"])
def test_loaded_report_of_the_same_period_is_taken(day, commitment):
    published_report(commitment, on="2014-06-30", status="planning")
    report = ProgressReportFactory.build(commitment=commitment)

    actions.record_past_report(report, [], on=PartialDate.parse(day))

    commitment.refresh_from_db()
    assert (commitment.status, report.number) == ("in_progress", 2)


def test_loaded_report_keeps_the_rules_and_leaves_nothing_where_it_does_not(commitment):
    report = ProgressReportFactory.build(commitment=commitment, status="completed")

    with pytest.raises(ValidationError) as refusal:
        actions.record_past_report(report, [], on=PartialDate.parse("2014"))

    assert refusal.value.message_dict == {"evidence": [NO_EVIDENCE]}
    assert (commitment.reports.count(), StatusChange.objects.count()) == (0, 0)


def test_assessment_is_published_beside_the_report_and_not_over_it(commitment, secretariat):
    published_report(commitment, status="completed")
    assessment = AssessmentFactory(submitted=True, commitment=commitment, finding="disagrees")

    actions.publish(assessment, by=secretariat)

    commitment.refresh_from_db()
    assert commitment.status == "completed"
    assert Assessment.objects.published().get() == assessment


def test_membership_that_ended_ends_the_right_to_submit(ilo, decent_work, time_machine):
    person = focal_point(ilo, "ada")
    person.memberships.update(ends_on=date(2014, 6, 30))
    draft = CommitmentFactory(draft=True, lead_agency=ilo)
    time_machine.move_to("2014-07-01T00:00:00+00:00", tick=False)

    with pytest.raises(PermissionDenied):
        actions.submit(draft, by=person)

    assert state_of(draft) == "draft"


def test_assessor_that_became_lead_does_not_submit_its_assessment(
    commitment, ilo_focal_point, ohchr, ohchr_focal_point
):
    assessment = AssessmentFactory(commitment=commitment, agency=ohchr, author=ohchr_focal_point)
    corrected(commitment, lead_agency=ohchr)

    with pytest.raises(ValidationError) as refusal:
        actions.submit(assessment, by=ohchr_focal_point)

    sentence = f"OHCHR leads, co-leads or is a partner in {commitment.reference} and cannot assess it: choose another."
    assert refusal.value.message_dict == {"agency": [sentence]}


# Answers


def test_answer_is_published_beneath_the_judgement_and_not_over_it(commitment, secretariat):
    answer = AnswerFactory(submitted=True, assessment__commitment=commitment)

    actions.publish(answer, by=secretariat)

    assert Answer.objects.published().get() == answer
    assert register_commitments().with_standing().get(pk=commitment.pk).standing_verification == "disputed"


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"text": "  "}, {"text": ["Write what you answer."]}),
        (
            {"assessment__public": False, "assessment__submitted": True},
            {"assessment": ["Only a published judgement of a published commitment can be answered."]},
        ),
        (
            {"assessment__commitment__withdrawn": True},
            {"assessment": ["Only a published judgement of a published commitment can be answered."]},
        ),
    ],
)
def test_answer_that_breaks_a_rule_is_not_submitted(fields, problems, administrator):
    answer = AnswerFactory(**fields)

    with pytest.raises(ValidationError) as refusal:
        actions.submit(answer, by=administrator)

    assert refusal.value.message_dict == problems
    assert state_of(answer) == "draft"


def test_whoever_judged_has_no_say_in_the_answer(
    data_and_research, ohchr, ohchr_focal_point, iom_focal_point, secretariat, administrator
):
    """OHCHR judges a commitment and then co-chairs its group; one of the secretariat had written the judgement down."""
    judged = AssessmentFactory(
        public=True, agency=ohchr, author=secretariat, commitment=CommitmentFactory(workgroup=data_and_research)
    )
    ParticipationFactory(workgroup=data_and_research, agency=ohchr, role="co_chair")
    answer = AnswerFactory(submitted=True, assessment=judged, author=iom_focal_point)

    for person in (ohchr_focal_point, secretariat):
        with pytest.raises(PermissionDenied):
            actions.publish(answer, by=person)
    assert state_of(answer) == "submitted"
    actions.publish(answer, by=administrator)
    assert state_of(answer) == "published"
