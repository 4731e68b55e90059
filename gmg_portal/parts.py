"""What a partner may add to the reports of others, for its desk."""

from dataclasses import dataclass

from django.db.models import F, Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.permissions import agencies_of
from commitments.models import Contribution, Partner, ProgressReport

MOST = 30


@dataclass(frozen=True)
class Part:
    """One line of a pile, as `desk.Item` is one."""

    address: str
    name: str
    kind: str
    detail: str


def parts_to_write(user) -> list[Part]:
    """The open reports of others on what the person's agencies take part in: those still without a part come first."""
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
    found = []
    for report in reports[:MOST]:
        written = {part.agency_id for part in report.contributions.all()}
        for partner in report.commitment.own_partners:
            found.append((partner.agency_id in written, part(report, partner, partner.agency_id in written)))
    return [line for _written, line in sorted(found, key=lambda pair: pair[0])]


def part(report: ProgressReport, partner: Partner, written: bool) -> Part:
    told = {"lead": report.commitment.lead}
    if written:
        detail = _("written; it can be changed until %(lead)s sends the report off") % told
    elif report.cycle:
        told |= {"cycle": report.cycle, "day": report.cycle.due_on}
        detail = _("%(lead)s reports; %(cycle)s, due on %(day)s") % told
    else:
        detail = _("%(lead)s is writing a report") % told
    return Part(
        address=reverse("admin:commitments_contribution_write", args=[report.pk, partner.agency.code]),
        name=str(report.commitment),
        kind=_("part of %(agency)s") % {"agency": partner.agency.acronym},
        detail=detail,
    )
