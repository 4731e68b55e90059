"""The rules of assessments and of answers to them: who may assess, and what can be answered."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment
from commitments.permissions import interested_agencies
from commitments.workflow import State
from foundation.rules import Rule, Violation, rule

if TYPE_CHECKING:
    from accounts.models import User
    from reporting.models import Answer, Assessment

# The field that names the assessor, by the kind of assessor.
ASSESSOR_FIELDS = {"peer_agency": "agency", "group_lead": "workgroup", "independent": "assessor_name"}


def _assessor_rules(kind: str, field: str) -> tuple[Rule, Rule]:
    """Return the rules that the assessor is named in the field of its kind, and that the field is empty otherwise."""
    return (
        Rule(
            name=f"{field}_named",
            field=field,
            sentence=_("Say who assesses."),
            violation=lambda assessment: assessment.assessor_kind == kind and not getattr(assessment, field),
            reads=("assessor_kind", field),
            in_drafts=True,
        ),
        Rule(
            name=f"{field}_empty",
            field=field,
            sentence=_("Leave this empty: the kind of assessor is another."),
            violation=lambda assessment: (
                assessment.assessor_kind not in ("", kind) and bool(getattr(assessment, field))
            ),
            reads=("assessor_kind", field),
            in_drafts=True,
        ),
    )


@rule("commitment", _("Only a published commitment can be assessed."), alone=True)
def commitment_published(assessment: "Assessment") -> Violation:
    return assessment.commitment.state != State.PUBLISHED


@rule(
    "workgroup",
    _("%(assessor)s leads %(commitment)s and cannot assess it: choose another."),
    reads=("commitment",),
    in_drafts=True,
    alone=True,
)
def group_does_not_lead(assessment: "Assessment") -> Violation:
    if assessment.workgroup_id is None or assessment.workgroup_id != assessment.commitment.workgroup_id:
        return False
    return {"assessor": assessment.workgroup, "commitment": assessment.commitment.reference}


@rule(
    "agency",
    _("%(assessor)s leads, co-leads or is a partner in %(commitment)s and cannot assess it: choose another."),
    reads=("commitment",),
    in_drafts=True,
    alone=True,
)
def agency_has_no_stake(assessment: "Assessment") -> Violation:
    if assessment.agency_id is None:
        return False
    if not interested_agencies(assessment.commitment).filter(pk=assessment.agency_id).exists():
        return False
    return {"assessor": assessment.agency, "commitment": assessment.commitment.reference}


@rule(
    "workgroup",
    _("%(agency)s leads %(assessor)s, and leads, co-leads or is a partner in %(commitment)s: choose another assessor."),
    reads=("commitment",),
    in_drafts=True,
    alone=True,
)
def leads_of_group_have_no_stake(assessment: "Assessment") -> Violation:
    group, commitment = assessment.workgroup, assessment.commitment
    if group is None:
        return False
    leads = group.participations.leading().values("agency")
    biased = interested_agencies(commitment).filter(pk__in=leads).first()
    return bool(biased) and {"agency": biased, "assessor": group, "commitment": commitment.reference}


@rule(
    "commitment",
    _("Its author acts for an agency that leads, co-leads or is a partner in %(commitment)s."),
    alone=True,
)
def authors_have_no_stake(assessment: "Assessment") -> Violation:
    writers = [person for person in (assessment.author, assessment.submitted_by) if person]
    biased = any(has_stake(person, assessment.commitment) for person in writers)
    return biased and {"commitment": assessment.commitment.reference}


def has_stake(person: "User", commitment: Commitment) -> bool:
    """Return whether an agency of a person leads or co-leads a commitment or is a partner in it."""
    return not Commitment.objects.independent_of(person).filter(pk=commitment.pk).exists()


def writer_has_no_stake(writer: "User") -> Rule:
    """Return the rule that the person who writes or submits an assessment has no stake in the commitment."""
    return Rule(
        name="writer_has_no_stake",
        field="commitment",
        sentence=_("Your agency leads, co-leads or is a partner in %(commitment)s: somebody else has to assess it."),
        violation=lambda assessment: (
            has_stake(writer, assessment.commitment) and {"commitment": assessment.commitment.reference}
        ),
        reads=("commitment",),
        in_drafts=True,
        alone=True,
    )


ASSESSMENT_RULES = (
    *(each for kind, field in ASSESSOR_FIELDS.items() for each in _assessor_rules(kind, field)),
    commitment_published,
    group_does_not_lead,
    agency_has_no_stake,
    leads_of_group_have_no_stake,
    authors_have_no_stake,
)


@rule("assessment", _("Only a published assessment of a published commitment can be answered."), alone=True)
def assessment_published(answer: "Answer") -> Violation:
    return answer.assessment.state != State.PUBLISHED or answer.commitment.state != State.PUBLISHED


@rule("text", _("Write what you answer."), alone=True)
def says_what_is_answered(answer: "Answer") -> Violation:
    return not answer.text.strip()


ANSWER_RULES = (assessment_published, says_what_is_answered)
