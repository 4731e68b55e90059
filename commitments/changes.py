"""Every published change of the register, as one list: what was published, reported, withdrawn, and when."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commitments.dates import PartialDate, Precision
from commitments.models import Commitment, ProgressReport, StatusChange


@dataclass(frozen=True)
class Change:
    """One change; `status_change` is there when the report set or changed the status."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Commitment published")
        REPORT = "report", _("Report published")
        WITHDRAWN = "withdrawn", _("Commitment withdrawn")

    kind: str
    on: PartialDate
    commitment: Commitment
    report: ProgressReport | None = None
    status_change: StatusChange | None = None

    @property
    def label(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def key(self) -> str:
        """Permanent and unique: 'HLD-0001/published', 'HLD-0001/report-2'."""
        detail = f"report-{self.report.number}" if self.report else self.kind
        return f"{self.commitment.reference}/{detail}"

    def get_absolute_url(self) -> str:
        return (self.report or self.commitment).get_absolute_url()


def changes(
    day: date | None = None, *, commitments: QuerySet[Commitment] | None = None, limit: int | None = None
) -> list[Change]:
    """Newest first, up to the end of a day; of some commitments or of all that have a page; three queries."""
    scope = (Commitment.objects.all() if commitments is None else commitments).public(day)
    scope = scope.select_related("lead_agency", "workgroup")
    published = [
        Change(Change.Kind.PUBLISHED, row.published, row) for row in scope.order_by("-published_on", "-pk")[:limit]
    ]
    withdrawn = [
        Change(Change.Kind.WITHDRAWN, PartialDate(row.withdrawn_on, Precision.DAY), row)
        for row in _until(scope.exclude(withdrawn_on=None), day).order_by("-withdrawn_on", "-pk")[:limit]
    ]
    reports = ProgressReport.objects.published(day).filter(commitment__in=scope.values("pk")).newest_first()
    reports = reports.select_related("commitment__lead_agency", "commitment__workgroup", "status_change")[:limit]
    reported = [
        Change(Change.Kind.REPORT, row.published, row.commitment, row, getattr(row, "status_change", None))
        for row in reports
    ]
    # A commitment comes before its own report of the same day, and both before its withdrawal.
    order = {Change.Kind.PUBLISHED: 0, Change.Kind.REPORT: 1, Change.Kind.WITHDRAWN: 2}
    merged = sorted(
        [*published, *reported, *withdrawn],
        key=lambda change: (change.on.day, order[change.kind], change.commitment.pk),
        reverse=True,
    )
    return merged[:limit]


def _until(rows: QuerySet[Commitment], day: date | None) -> QuerySet[Commitment]:
    return rows if day is None else rows.filter(withdrawn_on__lte=day)
