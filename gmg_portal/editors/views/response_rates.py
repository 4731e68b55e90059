"""Response rates of the reporting cycles, for cycle managers: a page with the missing reports, and a CSV file."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.clock import today
from foundation.dates.partial import PartialDate
from gmg_portal.editors.list_queries.params import check_choices
from gmg_portal.open_data.writers import write_csv
from register.statistics.reporting_cycles import CycleRates, LeadRate, rates
from reporting.models import ProgressReport, ReportingCycle
from reporting.permissions import may_manage_cycles

HEADER = ["cycle", "due_on", "lead", "lead_title", "asked", "reported_in_time", "reported_late",
          "waiting_for_review", "silent", "last_update"]  # fmt: skip


class CycleForm(forms.Form):
    """Choose the reporting cycle; the newest by default."""

    cycle = forms.ModelChoiceField(
        ReportingCycle.objects.none(),
        required=False,
        label=gettext_lazy("Reporting cycle"),
        empty_label=None,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = ReportingCycle.objects.opened(today())


@dataclass(frozen=True)
class SilentLead:
    """A lead with missing reports in a cycle, longest silent first."""

    rate: LeadRate
    reports: list[ProgressReport]


def rates_view(request: HttpRequest) -> TemplateResponse:
    """Show the rates of the chosen cycle, or else of the latest opened one, to those who manage cycles."""
    if not admin.site.allows(request, may_manage_cycles):
        raise PermissionDenied
    admin.site.check_params(request, *CycleForm.base_fields)
    newest = ReportingCycle.objects.opened(today()).first()
    form = CycleForm({"cycle": request.GET.get("cycle") or (newest.pk if newest else "")})
    check_choices(form)
    cycle = form.cleaned_data["cycle"]
    cycle_rates = rates(cycle) if cycle else None
    context = {
        **admin.site.each_context(request),
        "title": _("Response rates"),
        "form": form,
        "cycle_rates": cycle_rates,
        "silent_leads": silent_leads(cycle_rates) if cycle_rates else [],
        "waiting": [with_review_address(report) for report in cycle_rates.waiting] if cycle_rates else [],
    }
    return TemplateResponse(request, "admin/response_rates/page.html", context)


def silent_leads(cycle_rates: CycleRates) -> list[SilentLead]:
    """Group the missing reports by lead. Drafts are private to their writers, so begun ones count as missing."""
    for report in cycle_rates.silent:
        report.last_update = (
            PartialDate(report.last_update_on, report.last_update_precision) if report.last_update_on else None
        )
        report.lead_code = lead_code(report)
    return [
        SilentLead(rate, [report for report in cycle_rates.silent if report.lead_code == rate.code])
        for rate in cycle_rates.rates
        if rate.silent
    ]


def with_review_address(report: ProgressReport) -> ProgressReport:
    """Set `review_address` on a submitted report for the template, and return the report."""
    report.review_address = reverse("admin:reporting_progressreport_review", args=[report.submission])
    return report


def lead_code(report: ProgressReport) -> str:
    """Return the code of the lead: that of the membership for a constituent, the slug for a group."""
    agency = report.commitment.lead_agency
    return (agency.parent or agency).code if agency else report.commitment.workgroup.slug


def rates_file(request: HttpRequest) -> HttpResponse:
    """Return a CSV file of every opened cycle, newest first, with one row per lead."""
    if not admin.site.allows(request, may_manage_cycles):
        raise PermissionDenied
    admin.site.check_params(request)
    rows = [
        csv_row(cycle_rates, rate)
        for cycle_rates in map(rates, ReportingCycle.objects.opened(today()))
        for rate in cycle_rates.rates
    ]
    response = HttpResponse(b"".join(write_csv(HEADER, rows, bom=True)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, "response-rates.csv")
    return response


def csv_row(cycle_rates: CycleRates, rate: LeadRate) -> list:
    """Return a line of the file: cycle, lead, counts of reports, and the lead's latest report as ISO 8601."""
    last_report = rate.last_update.iso if rate.last_update else None
    title = getattr(rate.lead, "name", str(rate.lead))
    counts = [rate.expected, rate.in_time, rate.late, rate.waiting, rate.silent]
    return [cycle_rates.cycle.title, cycle_rates.cycle.due_on.isoformat(), rate.code, title, *counts, last_report]


urls = [
    path("rates/", admin.site.admin_view(rates_view), name="rates"),
    path("rates.csv", admin.site.admin_view(rates_file), name="rates-file"),
]
