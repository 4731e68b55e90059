"""Remarks for a reviewer: the reasons against publication, then others."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from commitments.models import Commitment, Status
from commitments.workflow import Reviewed
from reporting import rules
from reporting.models import Answer, Assessment, Evidence, ProgressReport, StatusChange
from reporting.rules import hints


@dataclass(frozen=True)
class Remark:
    """A remark for the reviewer; `is_blocking` if the rules do not allow publication."""

    text: str
    is_blocking: bool = False


def remarks(row: Reviewed) -> list[Remark]:
    """Return the reasons against publication, then other remarks for the reviewer."""
    try:
        rules.check(row)
        blocking = []
    except ValidationError as error:
        blocking = [Remark(text, is_blocking=True) for text in error.messages]
    return [*blocking, *(Remark(text) for text in _REMARKS[type(row)](row))]


def _commitment_remarks(row: Commitment) -> list[str]:
    remarks_with_conditions = {
        _("No deadline is given."): not row.deadline_on,
        _("No agenda point is chosen."): not row.agenda_points.exists(),
        _("No milestone is named."): not row.milestones.exists(),
        _("It stands in the register already, under the same title."): Commitment.objects.published()
        .filter(title__iexact=row.title)
        .exists(),
    }
    return [text for text, applies in remarks_with_conditions.items() if applies]


def _report_remarks(row: ProgressReport) -> list[str]:
    pieces = list(row.evidence.all())
    public = [piece for piece in pieces if piece.is_public]
    before = row.commitment.status
    texts = []
    if before and row.status and before != row.status:
        texts.append(_move(row, before))
    if row.status == Status.COMPLETED:
        texts.append(
            _("It says ‘Completed’: look whether the evidence shows it, since nothing more will be asked for.")
        )
    if before in Status.finished() and row.status not in Status.finished():
        texts.append(_("What was finished is taken up again."))
    if not public:
        texts.append(_("No public evidence backs it."))
    if len(public) < len(pieces):
        texts.append(_("Evidence that is not public stays with writers and reviewers: readers will not see it."))
    if any(piece.link_check == Evidence.LinkCheck.BROKEN for piece in pieces):
        texts.append(_("The last check found a link of the evidence broken."))
    if row.outlook in ("at_risk", "constrained") and not row.barriers.strip():
        texts.append(_("The outlook is clouded, and no barrier is named."))
    return texts + hints.overlaps(row)


def _move(row: ProgressReport, before: str) -> str:
    change = StatusChange(from_status=before, to_status=row.status)
    params = {"old": change.get_from_status_display(), "new": change.get_to_status_display()}
    return _("It moves the status from ‘%(old)s’ to ‘%(new)s’.") % params


def _assessment_remarks(row: Assessment) -> list[str]:
    if row.finding == Assessment.Finding.DISAGREES:
        return [_("Once it is published, the commitment stands as ‘Disputed’, and its lead may answer.")]
    return []


def _answer_remarks(row: Answer) -> list[str]:
    newer = Assessment.objects.published().filter(pk=row.assessment_id).newest_of_each_assessor()
    return (
        []
        if newer.exists()
        else [_("The same assessor has assessed it again since: the answer is to the older assessment.")]
    )


_REMARKS: dict[type, Callable[[object], list[str]]] = {
    Commitment: _commitment_remarks,
    ProgressReport: _report_remarks,
    Assessment: _assessment_remarks,
    Answer: _answer_remarks,
}
