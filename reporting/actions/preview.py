"""Publishing a row within a transaction that is rolled back, to show the page that it will have."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from commitments.models import Status
from commitments.workflow import Reviewed, State
from foundation.clock import today
from foundation.dates.partial import Precision
from reporting import rules
from reporting.actions.publication import lock_succession, publish_report
from reporting.actions.rows import lock_row, save_row
from reporting.models import Assessment, ProgressReport


@contextmanager
def as_published(row: Reviewed, *, by: User) -> Iterator[Reviewed]:
    """Publish a row within the `with` block alone, for previews.

    Everything is rolled back at the end, so nobody else sees it and the revision does not change. The rules of
    publishing are not checked, so that unfinished drafts can be previewed; only an assessment by an assessor who may
    not assess raises ValidationError.
    """
    with transaction.atomic():
        row = lock_row(row)
        if isinstance(row, Assessment):
            rules.check(row)
        row.state = State.PUBLISHED
        row.published_on, row.published_precision = today(), Precision.DAY
        row.author, row.reviewed_by, row.reviewed_at = row.author or by, None, None
        row.reviewed_as, row.reviewing_agency = "", None
        if isinstance(row, ProgressReport):
            row.status = row.status or fallback_status(row)
            lock_succession(row)
            publish_report(row, by, "preview")
        else:
            save_row(row, "preview", by)
        yield row
        transaction.set_rollback(True)


def fallback_status(report: ProgressReport) -> str:
    """Return the status with which a report without a status is previewed: the one reported last."""
    return report.commitment.status or Status.NOT_STARTED
