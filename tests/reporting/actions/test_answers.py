import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from register.querysets import register_commitments
from reporting import actions
from reporting.models import Answer
from tests.reporting.actions.rows import state_of
from tests.support.factories import AnswerFactory, AssessmentFactory, CommitmentFactory, ParticipationFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_published_answer_leaves_the_assessment_unchanged(commitment, secretariat):
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
            {"assessment": ["Only a published assessment of a published commitment can be answered."]},
        ),
        (
            {"assessment__commitment__withdrawn": True},
            {"assessment": ["Only a published assessment of a published commitment can be answered."]},
        ),
    ],
)
def test_answer_that_breaks_a_rule_is_not_submitted(fields, problems, administrator):
    answer = AnswerFactory(**fields)

    with pytest.raises(ValidationError) as refusal:
        actions.submit(answer, by=administrator)

    assert refusal.value.message_dict == problems
    assert state_of(answer) == "draft"


def test_assessor_does_not_review_the_answer(
    data_and_research, ohchr, ohchr_focal_point, iom_focal_point, secretariat, administrator
):
    """OHCHR assesses a commitment and then co-chairs its group; a secretary had written the assessment."""
    assessment = AssessmentFactory(
        public=True, agency=ohchr, author=secretariat, commitment=CommitmentFactory(workgroup=data_and_research)
    )
    ParticipationFactory(workgroup=data_and_research, agency=ohchr, role="co_chair")
    answer = AnswerFactory(submitted=True, assessment=assessment, author=iom_focal_point)

    for person in (ohchr_focal_point, secretariat):
        with pytest.raises(PermissionDenied):
            actions.publish(answer, by=person)
    assert state_of(answer) == "submitted"
    actions.publish(answer, by=administrator)
    assert state_of(answer) == "published"
