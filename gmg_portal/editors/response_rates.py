"""Response rates of the reporting cycles, for whoever manages them: as a page with the silent rows, and as a file."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import ProgressReport, ReportingCycle
from commitments.permissions import may_manage_cycles
from commitments.statistics.reporting_cycles import Rate, Rates, rates
from foundation.clock import today
from foundation.dates.partial import PartialDate
from gmg_portal.editors.list_queries import check_choices
from gmg_portal.open_data.writers import write_csv

HEADER = ["cycle", "due_on", "lead", "lead_title", "asked", "reported_in_time", "reported_late",
          "waiting_for_review", "silent", "last_heard"]  # fmt: skip


class CycleForm(forms.Form):
    """Of which cycle; the newest unless one is chosen."""

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
class Silence:
    """A lead that owes reports in a cycle, and these reports, longest silent first."""

    rate: Rate
    reports: list[ProgressReport]


def rates_view(request):
    if not admin.site.ask(request, may_manage_cycles):
        raise PermissionDenied
    admin.site.check_params(request, *CycleForm.base_fields)
    newest = ReportingCycle.objects.opened(today()).first()
    form = CycleForm({"cycle": request.GET.get("cycle") or (newest.pk if newest else "")})
    check_choices(form)
    cycle = form.cleaned_data["cycle"]
    outcome = rates(cycle) if cycle else None
    context = {
        **admin.site.each_context(request),
        "title": _("Response rates"),
        "form": form,
        "outcome": outcome,
        "silences": silences(outcome) if outcome else [],
        "waiting": [with_review_address(report) for report in outcome.waiting] if outcome else [],
    }
    return TemplateResponse(request, "admin/response_rates.html", context)


def silences(outcome: Rates) -> list[Silence]:
    """Group the silent rows by lead. Whether a draft was begun is not said: drafts are their writers' own."""
    for report in outcome.silent:
        report.last_heard = PartialDate(report.heard_on, report.heard_precision) if report.heard_on else None
        report.lead_code = lead_code(report)
    return [
        Silence(rate, [report for report in outcome.silent if report.lead_code == rate.code])
        for rate in outcome.rates
        if rate.silent
    ]


def with_review_address(report: ProgressReport) -> ProgressReport:
    report.review_address = reverse("admin:commitments_progressreport_review", args=[report.submission])
    return report


def lead_code(report: ProgressReport) -> str:
    agency = report.commitment.lead_agency
    return (agency.parent or agency).code if agency else report.commitment.workgroup.slug


def rates_file(request):
    """Every opened cycle, newest first, lead by lead."""
    if not admin.site.ask(request, may_manage_cycles):
        raise PermissionDenied
    admin.site.check_params(request)
    rows = [
        row_of(outcome, rate)
        for outcome in map(rates, ReportingCycle.objects.opened(today()))
        for rate in outcome.rates
    ]
    response = HttpResponse(b"".join(write_csv(HEADER, rows, bom=True)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="response-rates.csv"'
    return response


def row_of(outcome: Rates, rate: Rate) -> list:
    heard = rate.last_heard.iso if rate.last_heard else None
    title = getattr(rate.lead, "name", str(rate.lead))
    counts = [rate.asked, rate.in_time, rate.late, rate.waiting, rate.silent]
    return [outcome.cycle.title, outcome.cycle.due_on.isoformat(), rate.code, title, *counts, heard]


urls = [
    path("rates/", admin.site.admin_view(rates_view), name="rates"),
    path("rates.csv", admin.site.admin_view(rates_file), name="rates-file"),
]
