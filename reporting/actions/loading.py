"""Publishing what a file from a source says, as of a day in the past."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from commitments.models import Commitment
from commitments.workflow import State
from foundation.dates.partial import PartialDate
from reporting import rules
from reporting.actions.publication import lock_succession, publish_report
from reporting.actions.rows import save_row
from reporting.models import Evidence, ProgressReport

LOAD = "load"


@transaction.atomic
def publish_past(commitment: Commitment, *, on: PartialDate) -> Commitment:
    """Publish a commitment that was loaded from a source, as of a day in the past."""
    commitment.state = State.PUBLISHED
    commitment.published_on, commitment.published_precision = on.day, on.precision
    return save_row(commitment, LOAD, None)


@transaction.atomic
def record_past_report(report: ProgressReport, evidence: Iterable[Evidence], *, on: PartialDate) -> ProgressReport:
    """Publish a report that was loaded from a source, with the date of the source.

    The reports of a commitment must be recorded in the order of their dates, since the status history is append-only.
    """
    lock_succession(report)
    last = report.commitment.reports.published().newest_first().first()
    if last and last.published_on > on.day:
        raise ValidationError(older_outcome(on, last))
    save_row(report, LOAD, None)
    for piece in evidence:
        piece.report = report
        save_row(piece, LOAD, None)
    rules.check(report)
    report.state = State.PUBLISHED
    report.published_on, report.published_precision = on.day, on.precision
    publish_report(report, None, LOAD)
    return report


def older_outcome(day: PartialDate, last: ProgressReport) -> str:
    """Return the sentence for an outcome that is older than the last report on its commitment."""
    sentence = _("The outcome of %(day)s is older than the last report on %(reference)s, of %(last)s.")
    return sentence % {"day": day, "reference": last.commitment.reference, "last": last.published}
