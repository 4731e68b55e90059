"""Contributions that a partner agency may add to the lead's open reports, for the dashboard."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.db.models import F, Prefetch
from django.urls import reverse

from accounts.permissions import agencies_of
from agencies.models import Agency
from commitments.models import Partner
from reporting.models import Contribution, ProgressReport


@dataclass(frozen=True)
class PendingContribution:
    """An open report of another lead, with one of the person's agencies that is a partner in its commitment."""

    report: ProgressReport
    agency: Agency
    is_written: bool

    @property
    def address(self) -> str:
        return reverse("admin:reporting_contribution_write", args=[self.report.pk, self.agency.code])


def pending_contributions(user: AbstractUser) -> list[PendingContribution]:
    """Return the user's pending contributions: unwritten ones first, each group by the due date of its cycle."""
    agencies = agencies_of(user)
    partners = Partner.objects.filter(agency__in=agencies).select_related("agency")
    reports = (
        ProgressReport.objects.contributable_by(user)
        .filter(commitment__in=partners.values("commitment"))
        .select_related("commitment__lead_agency", "commitment__workgroup", "cycle")
        .prefetch_related(
            Prefetch("commitment__partners", partners, to_attr="own_partners"),
            Prefetch("contributions", Contribution.objects.filter(agency__in=agencies)),
        )
        .order_by(F("cycle__due_on").asc(nulls_last=True), "pk")
    )
    pending = [
        PendingContribution(
            report,
            partner.agency,
            partner.agency_id in {contribution.agency_id for contribution in report.contributions.all()},
        )
        for report in reports
        for partner in report.commitment.own_partners
    ]
    return sorted(pending, key=lambda contribution: contribution.is_written)
