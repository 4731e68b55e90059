from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reporting import actions, rules
from tests.reporting.actions.rows import SUBMITTED, commitment_in, state_of
from tests.support.factories import (
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    ProgressReportFactory,
    UserFactory,
    corrected,
    focal_point,
    in_group,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


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
        rules.check(report)

    assert refusal.value.message_dict == {"superseded_by": [NO_SUCCESSOR]}


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back", "withdrawn"])
@pytest.mark.parametrize(
    ("factory", "sentence"),
    [
        (ProgressReportFactory, "Only a published commitment can be reported on."),
        (AssessmentFactory, "Only a published commitment can be assessed."),
    ],
)
def test_report_of_an_unpublished_commitment_is_not_submitted(state, factory, sentence, administrator):
    row = factory(draft=True, commitment=commitment_in(state))

    with pytest.raises(ValidationError) as refusal:
        actions.submit(row, by=administrator)

    assert refusal.value.message_dict == {"commitment": [sentence]}
    assert state_of(row) == "draft"


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
