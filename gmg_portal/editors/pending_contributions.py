"""What a partner may add to the reports of others, for its desk."""

from dataclasses import dataclass

from django.db.models import F, Prefetch
from django.urls import reverse

from agencies.models import Agency
from agencies.permissions import agencies_of
from commitments.models import Contribution, Partner, ProgressReport


@dataclass(frozen=True)
class Part:
    """An open report of another's, and one of the person's agencies that takes part in what it tells of."""

    report: ProgressReport
    agency: Agency
    is_written: bool

    @property
    def address(self) -> str:
        return reverse("admin:commitments_contribution_write", args=[self.report.pk, self.agency.code])


def parts_to_write(user) -> list[Part]:
    """Those still without a part come first, and among them those that are due first."""
    own = agencies_of(user)
    partners = Partner.objects.filter(agency__in=own).select_related("agency")
    reports = (
        ProgressReport.objects.contributable_by(user)
        .filter(commitment__in=partners.values("commitment"))
        .select_related("commitment__lead_agency", "commitment__workgroup", "cycle")
        .prefetch_related(
            Prefetch("commitment__partners", partners, to_attr="own_partners"),
            Prefetch("contributions", Contribution.objects.filter(agency__in=own)),
        )
        .order_by(F("cycle__due_on").asc(nulls_last=True), "pk")
    )
    found = [
        Part(report, partner.agency, partner.agency_id in {part.agency_id for part in report.contributions.all()})
        for report in reports
        for partner in report.commitment.own_partners
    ]
    return sorted(found, key=lambda part: part.is_written)
