"""The rules of commitments, and the rules of the status that a report gives to a commitment.

Constraints show the sentences of these rules too, so this module imports no model.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from commitments.choices import Status
from commitments.succession import chain_from
from foundation.rules import Violation, rule

if TYPE_CHECKING:
    from commitments.models import Commitment


@rule(
    "lead_agency",
    _("A commitment is led by exactly one agency or one work group."),
    reads=("workgroup",),
    in_drafts=True,
)
def exactly_one_lead(commitment: "Commitment") -> Violation:
    return bool(commitment.lead_agency_id) == bool(commitment.workgroup_id)


@rule(
    "deadline_on",
    _("A commitment cannot be due before it starts."),
    reads=("start_on", "deadline", "start"),
    in_drafts=True,
)
def deadline_after_start(commitment: "Commitment") -> Violation:
    return bool(commitment.start and commitment.deadline and commitment.deadline.ends_before(commitment.start))


@rule("summary", _("Say in a few lines what is undertaken."), reads=("original_text",))
def says_what_is_undertaken(commitment: "Commitment") -> Violation:
    return not (commitment.summary or commitment.original_text)


COMMITMENT_RULES = (exactly_one_lead, deadline_after_start, says_what_is_undertaken)


def partners_error(lead: Agency | None, partners: Iterable[Agency]) -> str:
    """Return the sentence if the lead agency is among the partners, otherwise ''.

    Partners are rows of their own, so this is no rule of a commitment's row.
    """
    return _now("‘%(code)s’ leads it already.") % {"code": lead.code} if lead in partners else ""


# The rules of a status. `report` is a report or what else has a status, its reason, a successor and a commitment.


@rule("status_reason", _("Say why the commitment is discontinued."), reads=("status",), in_drafts=True)
def discontinued_with_reason(report: Any) -> Violation:
    return report.status == Status.DISCONTINUED and not report.status_reason.strip()


@rule(
    "superseded_by",
    _("Say which other commitment takes the place of this one."),
    reads=("status", "commitment"),
    in_drafts=True,
)
def superseded_with_successor(report: Any) -> Violation:
    missing = report.superseded_by_id is None or report.superseded_by_id == report.commitment_id
    return report.status == Status.SUPERSEDED and missing


@rule(
    "superseded_by",
    _("Leave this empty: only a report of the status ‘Superseded’ names what takes the place of this one."),
    reads=("status", "commitment"),
    in_drafts=True,
)
def successor_only_if_superseded(report: Any) -> Violation:
    """Reports without a status may name a successor, as drafts do before the status is chosen."""
    return report.status not in ("", Status.SUPERSEDED) and report.superseded_by_id is not None


@rule(
    "superseded_by",
    _(
        "%(successor)s cannot take the place of %(reference)s, which takes its place already (%(chain)s). "
        "Choose a commitment that was not superseded by this one."
    ),
    reads=("commitment",),
    in_drafts=True,
)
def successors_form_no_circle(report: Any) -> Violation:
    if report.superseded_by_id is None or report.commitment_id is None:
        return False
    commitment, successor = report.commitment, report.superseded_by
    chain = [successor, *chain_from(successor)]
    if commitment not in chain:
        return False
    references = [row.reference for row in chain[: chain.index(commitment) + 1]]
    return {"successor": successor.reference, "reference": commitment.reference, "chain": " → ".join(references)}


STATUS_RULES = (
    discontinued_with_reason,
    superseded_with_successor,
    successor_only_if_superseded,
    successors_form_no_circle,
)
