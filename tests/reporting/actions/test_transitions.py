import pytest
from django.core.exceptions import ValidationError

from commitments.workflow import TRANSITIONS, State
from tests.reporting.actions.rows import VERBS, answer_in, assessment_in, commitment_in, report_in, state_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


# The workflow once more, by hand: where each verb leads from each state, if anywhere.
WORKFLOW = {
    "draft": {"submit": "submitted"},
    "submitted": {"publish": "published", "send_back": "sent_back"},
    "sent_back": {"submit": "submitted"},
    "published": {"withdraw": "withdrawn"},
    "withdrawn": {"restore": "published"},
}


STEPS = [(state, verb) for state in WORKFLOW for verb in VERBS]


STEPS_OF_THE_REST = [
    (state, verb) for state, verb in STEPS if state != "withdrawn" and verb not in ("withdraw", "restore")
]


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
