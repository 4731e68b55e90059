"""Contributions of partners to the report of a joint commitment: the page to write one, and the lead's view."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency
from commitments.models import Commitment
from commitments.permissions import OPEN_STATES, partners_for
from gmg_portal.editors.tables.workflow_admin import ChildRowAdmin
from reporting import actions
from reporting.forms.report import ContributionForm
from reporting.models import Contribution, ProgressReport


@admin.register(Contribution)
class ContributionAdmin(ChildRowAdmin):
    parent_field = "report"
    list_display = ["agency", "commitment", "report", "beginning", "updated_at"]
    list_filter = ["agency"]
    list_select_related = ["agency", "report__commitment"]
    search_fields = ["agency__acronym", "agency__name", "report__commitment__reference", "text"]
    fields = ["report", "agency", "text", "updated_at"]

    def get_queryset(self, request):
        return super(ChildRowAdmin, self).get_queryset(request).visible_to(request.user)

    def has_view_history_or_change_history_permission(self, request, obj=None):
        return self.model.objects.confidential_to(request.user).filter(pk=obj.pk).exists()

    def get_urls(self):
        view = self.admin_site.admin_view(self.write_view)
        return [path("write/<int:pk>/<slug:code>/", view, name="reporting_contribution_write"), *super().get_urls()]

    @transaction.atomic
    def write_view(self, request, pk: int, code: str):
        """Edit the text of one partner. The lead's draft and other partners' texts are not shown."""
        reports = ProgressReport.objects.filter(commitment__in=Commitment.objects.public())
        report = get_object_or_404(reports.select_related("commitment__lead_agency", "commitment__workgroup"), pk=pk)
        agency = get_object_or_404(partners_for(request.user, report.commitment), code=code)
        contribution = report.contributions.filter(agency=agency).first() or Contribution(report=report, agency=agency)
        form = ContributionForm(request.POST if request.method == "POST" else None, instance=contribution)
        if request.method == "POST" and form.is_valid() and self.save_contribution(request, report, agency, form):
            return redirect("admin:index")
        return self.render_form(request, report, agency, form)

    def save_contribution(self, request, report, agency, form) -> bool:
        """Save the text and return whether it was saved; add errors to the form."""
        text, seen = form.cleaned_data["text"], form.cleaned_data["version"] or 0
        try:
            contribution = actions.contribute(report, agency=agency, text=text, by=request.user, seen=seen)
        except ValidationError as refusal:
            form.add_error(None if not hasattr(refusal, "error_dict") else "text", refusal.messages)
            return False
        params = {"commitment": report.commitment, "lead": report.commitment.lead}
        if contribution:
            self.message_user(request, _("Your part in %(commitment)s is saved. %(lead)s sends it off.") % params)
        else:
            self.message_user(request, _("You took back your part in %(commitment)s.") % params)
        return True

    def render_form(self, request, report, agency, form):
        commitment = report.commitment
        other_contributions = Contribution.objects.filter(agency=agency, report__commitment=commitment).exclude(
            report=report
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(agency)s’s part in %(reference)s")
            % {"agency": agency.acronym, "reference": commitment.reference},
            "opts": self.opts,
            "report": report,
            "agency": agency,
            "partner": commitment.partners.get(agency=agency),
            "form": form,
            "is_open": ProgressReport.objects.contributable_by(request.user).filter(pk=report.pk).exists(),
            "before": other_contributions.select_related("report__commitment").order_by("-updated_at").first(),
        }
        return TemplateResponse(request, "admin/workflow/contribution.html", context)

    @admin.display(description=gettext_lazy("commitment"), ordering="report__commitment__reference")
    def commitment(self, obj):
        return str(obj.report.commitment)

    @admin.display(description=gettext_lazy("part"))
    def beginning(self, obj):
        return Truncator(obj.text).words(20)


class ContributionsMixin:
    """Shows each partner's contribution on the page of a joint commitment's report, read-only."""

    def deletable(self, user):
        """Leave out drafts with contributions."""
        return super().deletable(user).exclude(pk__in=Contribution.objects.values("report"))

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or getattr(request, "is_past", False) or not contributions_by_partner(obj):
            return fieldsets
        fieldset = (_("What the partners say"), {"fields": ["partners_parts"]})
        return [*fieldsets[:-1], fieldset, fieldsets[-1]]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "partners_parts"]

    @admin.display(description=gettext_lazy("partners’ parts"))
    def partners_parts(self, obj):
        contributions = contributions_by_partner(obj)
        context = {
            "parts": contributions,
            "is_open": obj.state in OPEN_STATES,
            "is_held": any(contribution for _agency, contribution in contributions),
        }
        return render_to_string("admin/workflow/_contributions.html", context)


def contributions_by_partner(report: ProgressReport) -> list[tuple[Agency, Contribution | None]]:
    """Return each partner with its contribution or None, and former partners that contributed."""
    by_agency = {contribution.agency: contribution for contribution in report.contributions.select_related("agency")}
    partners = [partner.agency for partner in report.commitment.partners.select_related("agency")]
    return [(agency, by_agency.get(agency)) for agency in dict.fromkeys([*partners, *by_agency])]
