"""Publishing a report: its number, the status of its commitment, and the lock on successions."""

from django.db import connection
from django.db.models import Model

from accounts.models import User
from commitments.models import Status
from commitments.triggers import SUCCESSION_LOCK
from reporting.actions.rows import lock_row, save_row
from reporting.models import ProgressReport, StatusChange


def lock_succession(row: Model) -> None:
    """Lock the publication of superseding reports, so that each sees the others.

    The lock is taken before any commitment is locked, which prevents deadlocks.
    """
    if isinstance(row, ProgressReport) and row.status == Status.SUPERSEDED:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUCCESSION_LOCK])


def publish_report(report: ProgressReport, by: User | None, reason: str) -> None:
    """Save a report as published under the next number, and update the status of its commitment."""
    commitment = lock_row(report.commitment)
    report.number = commitment.reports.published().count() + 1
    save_row(report, reason, by)
    before = commitment.status
    commitment.status, commitment.outlook = report.status, report.outlook
    commitment.status_reason, commitment.superseded_by = report.status_reason, report.superseded_by
    save_row(commitment, reason, by)
    if report.status != before:
        StatusChange.objects.create(
            commitment=commitment,
            report=report,
            from_status=before,
            to_status=report.status,
            reason=report.status_reason,
            changed_on=report.published_on,
            changed_precision=report.published_precision,
            changed_by=by,
        )
