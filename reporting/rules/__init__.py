"""The rules of rows that are submitted or published, and what a reviewer is likely to ask about them.

Imports `commitments` and `reporting.models`. Start with `check`.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.models import Agency
from commitments.models import Commitment, Status
from commitments.permissions import interested_agencies
from commitments.succession import successor_error
from commitments.workflow import Reviewed, State
from reporting.models import Answer, Assessment, Evidence, ProgressReport
from workgroups.models import WorkGroup

PAST_PLANNING = {Status.IN_PROGRESS, Status.SUBSTANTIALLY_COMPLETE, Status.COMPLETED, Status.ONGOING}


def submission_errors(row: Reviewed) -> list[str]:
    """Return the error messages that prevent submitting."""
    try:
        check(row)
    except ValidationError as error:
        return error.messages
    return []


def check(row: Reviewed) -> None:
    """Raise ValidationError, with a message for each field, if a row may not be submitted or published."""
    errors: dict[str, str] = {}
    if isinstance(row, ProgressReport):
        errors = _errors_of_report(row)
    elif isinstance(row, Commitment) and not (row.summary or row.original_text):
        errors = {"summary": _("Say in a few lines what is undertaken.")}
    elif isinstance(row, Assessment):
        errors = assessment_errors(row)
    elif isinstance(row, Answer):
        errors = _errors_of_answer(row)
    if errors:
        raise ValidationError(errors)


def _errors_of_report(report: ProgressReport) -> dict[str, str]:
    errors = {}
    evidence = list(report.evidence.all())
    if report.commitment.state != State.PUBLISHED:
        errors["commitment"] = _("Only a published commitment can be reported on.")
    if report.cycle and report.cycle.closed_on:
        errors["cycle"] = _("This cycle is closed: write a report without a cycle.")
    if not report.status:
        errors["status"] = _("Choose the status that you report.")
    if not report.achieved.strip():
        errors["achieved"] = _("Say what was achieved, or that nothing was.")
    if report.status == Status.DISCONTINUED and not report.status_reason.strip():
        errors["status_reason"] = _("Say why the commitment is discontinued.")
    errors |= _errors_of_successor(report)
    public = [piece for piece in evidence if piece.is_public]
    if report.status == Status.COMPLETED and not public:
        errors["evidence"] = _("‘Completed’ needs at least one public piece of evidence.")
    elif report.status in PAST_PLANNING and evidence and _announced_only(public or evidence):
        errors["evidence"] = _("An announcement alone moves nothing past ‘Planning’: add other evidence.")
    return errors


def assessment_errors(assessment: Assessment) -> dict[str, str]:
    if assessment.commitment.state != State.PUBLISHED:
        return {"commitment": _("Only a published commitment can be assessed.")}
    errors = assessor_errors(assessment.commitment, assessment.agency, assessment.workgroup)
    writers = [person for person in (assessment.author, assessment.submitted_by) if person]
    for writer in () if errors else writers:
        if writer_errors(assessment.commitment, writer):
            text = _("Its author acts for an agency that leads, co-leads or is a partner in %(commitment)s.")
            return {"commitment": text % {"commitment": assessment.commitment.reference}}
    return errors


def assessor_errors(commitment: Commitment, agency: Agency | None, workgroup: WorkGroup | None) -> dict[str, str]:
    """Return the error message by field if an agency or group may not assess a commitment, because of a stake in it."""
    params = {"assessor": agency or workgroup, "commitment": commitment.reference}
    if workgroup and workgroup.pk == commitment.workgroup_id:
        return {"workgroup": _("%(assessor)s leads %(commitment)s and cannot assess it: choose another.") % params}
    interested = interested_agencies(commitment)
    if agency and interested.filter(pk=agency.pk).exists():
        text = _("%(assessor)s leads, co-leads or is a partner in %(commitment)s and cannot assess it: choose another.")
        return {"agency": text % params}
    biased = (
        interested.filter(pk__in=workgroup.participations.leading().values("agency")).first() if workgroup else None
    )
    if biased:
        text = _(
            "%(agency)s leads %(assessor)s, and leads, co-leads or is a partner in %(commitment)s: choose another"
            " assessor."
        )
        return {"workgroup": text % {**params, "agency": biased}}
    return {}


def writer_errors(commitment: Commitment, writer) -> dict[str, str]:
    """Return the error message by field if a person may not assess a commitment, because their agency has a stake."""
    if Commitment.objects.independent_of(writer).filter(pk=commitment.pk).exists():
        return {}
    text = _("Your agency leads, co-leads or is a partner in %(commitment)s: somebody else has to assess it.")
    return {"commitment": text % {"commitment": commitment.reference}}


def check_writer(row: Reviewed, by) -> None:
    """Raise ValidationError if an assessment is submitted by a person whose agency has a stake in the commitment."""
    if isinstance(row, Assessment) and (errors := writer_errors(row.commitment, by)):
        raise ValidationError(errors)


def _errors_of_answer(answer: Answer) -> dict[str, str]:
    if answer.assessment.state != State.PUBLISHED or answer.commitment.state != State.PUBLISHED:
        return {"assessment": _("Only a published judgement of a published commitment can be answered.")}
    return {} if answer.text.strip() else {"text": _("Write what you answer.")}


def _errors_of_successor(report: ProgressReport) -> dict[str, str]:
    problem = successor_error(report.status, report.commitment, report.superseded_by)
    if not problem and report.superseded_by and report.superseded_by.state != State.PUBLISHED:
        problem = _("The commitment that takes its place must be published.")
    return {"superseded_by": problem} if problem else {}


def _announced_only(evidence: list[Evidence]) -> bool:
    return all(piece.kind == Evidence.Kind.ANNOUNCEMENT for piece in evidence)
