"""The rules of progress reports, and of the contributions of partners to them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commitments.choices import Status
from commitments.rules import STATUS_RULES
from commitments.workflow import State
from foundation.dates.parsing import format_date
from foundation.rules import Violation, rule

if TYPE_CHECKING:
    from reporting.models import Contribution, Evidence, ProgressReport


@rule("commitment", _("Only a published commitment can be reported on."))
def commitment_published(report: "ProgressReport") -> Violation:
    return report.commitment.state != State.PUBLISHED


@rule("cycle", _("This cycle is closed: write a report without a cycle."))
def cycle_takes_reports(report: "ProgressReport") -> Violation:
    return bool(report.cycle and report.cycle.closed_on)


@rule("status", _("Choose the status that you report."))
def status_chosen(report: "ProgressReport") -> Violation:
    return not report.status


@rule("achieved", _("Say what was achieved, or that nothing was."))
def says_what_was_achieved(report: "ProgressReport") -> Violation:
    return not report.achieved.strip()


@rule("superseded_by", _("The commitment that takes its place must be published."))
def successor_published(report: "ProgressReport") -> Violation:
    return bool(report.superseded_by and report.superseded_by.state != State.PUBLISHED)


@rule(
    "period_end",
    _("The period cannot end on %(end)s, before it starts on %(start)s."),
    reads=("period_start",),
    in_drafts=True,
)
def period_in_order(report: "ProgressReport") -> Violation:
    start, end = report.period_start, report.period_end
    if start is None or end is None or end >= start:
        return False
    return {"start": format_date(start), "end": format_date(end)}


@rule("evidence", _("‘Completed’ needs at least one public piece of evidence."), reads=("status",))
def completed_with_public_evidence(report: "ProgressReport") -> Violation:
    return report.status == Status.COMPLETED and not any(piece.is_public for piece in report.evidence.all())


@rule(
    "evidence",
    _("An announcement alone moves nothing past ‘Planning’: add other evidence."),
    reads=("status",),
)
def more_than_announced(report: "ProgressReport") -> Violation:
    """Public evidence counts; other evidence only if none is public."""
    if report.status not in Status.past_planning():
        return False
    evidence = list(report.evidence.all())
    return bool(evidence) and _announced_only([piece for piece in evidence if piece.is_public] or evidence)


def _announced_only(evidence: Iterable["Evidence"]) -> bool:
    return all(piece.kind == piece.Kind.ANNOUNCEMENT for piece in evidence)


REPORT_RULES = (
    commitment_published,
    cycle_takes_reports,
    status_chosen,
    says_what_was_achieved,
    *STATUS_RULES,
    successor_published,
    period_in_order,
    completed_with_public_evidence,
    more_than_announced,
)


@rule("text", _("Write what your agency did, or that it did nothing."))
def says_what_the_partner_did(contribution: "Contribution") -> Violation:
    return not contribution.text.strip()


CONTRIBUTION_RULES = (says_what_the_partner_did,)
