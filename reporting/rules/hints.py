"""Hints about a report: questions that a reviewer is likely to ask, though no rule forbids it."""

from django.utils.translation import gettext as _

from commitments.workflow import Reviewed
from foundation.dates.parsing import format_date
from reporting.models import ProgressReport


def review_hints(row: Reviewed) -> list[str]:
    """Return what a reviewer is likely to ask about, though no rule forbids it."""
    return _hints_of_report(row) if isinstance(row, ProgressReport) else []


def _hints_of_report(report: ProgressReport) -> list[str]:
    hints = overlaps(report)
    if not report.achieved:
        return hints
    if not report.evidence.exists():
        hints.append(_("There is no evidence: readers will see ‘none given’."))
    last = report.commitment.reports.published().newest_first().exclude(pk=report.pk).first()
    labels = {"achieved": _("Achieved"), "barriers": _("Barriers"), "next_steps": _("Next steps")}
    for name, label in labels.items() if last else ():
        text = getattr(report, name).strip()
        if text and text == getattr(last, name).strip():
            params = {"field": label, "number": last.number}
            hints.append(_("‘%(field)s’ says word for word what report %(number)d said.") % params)
    return hints


def overlaps(report: ProgressReport) -> list[str]:
    """Return a sentence for each published report on the same commitment whose period overlaps this one's."""
    start, end = report.period_start or report.period_end, report.period_end or report.period_start
    if start is None:
        return []
    others = report.commitment.reports.published().exclude(pk=report.pk).order_by("number")
    sentence = _("The period overlaps that of report %(number)d, %(start)s to %(end)s.")
    return [
        sentence % {"number": other.number, "start": format_date(first), "end": format_date(last)}
        for other in others
        for first, last in [(other.period_start or other.period_end, other.period_end or other.period_start)]
        if first and first <= end and last >= start
    ]
