"""The page on which a partner agency writes its contribution to the report of a joint commitment."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from commitments.models import Commitment
from commitments.permissions import partners_for
from gmg_portal.editors.extra_views import EditorView, ExtraView
from gmg_portal.editors.forms.report import ContributionForm
from reporting import actions
from reporting.models import Contribution, ProgressReport


@method_decorator(transaction.atomic, name="dispatch")
class ContributionView(EditorView):
    """Edit the text of one partner. The lead's draft and other partners' texts are not shown."""

    def dispatch(self, request, pk: int, code: str):
        reports = ProgressReport.objects.filter(commitment__in=Commitment.objects.public())
        self.report = get_object_or_404(
            reports.select_related("commitment__lead_agency", "commitment__workgroup"), pk=pk
        )
        self.agency = get_object_or_404(partners_for(request.user, self.report.commitment), code=code)
        return super().dispatch(request)

    def get(self, request):
        return self.render(self.form())

    def post(self, request):
        form = self.form(request.POST)
        return redirect("admin:index") if form.is_valid() and self.save(form) else self.render(form)

    def form(self, data=None) -> ContributionForm:
        contribution = self.report.contributions.filter(agency=self.agency).first()
        return ContributionForm(data, instance=contribution or Contribution(report=self.report, agency=self.agency))

    def save(self, form: ContributionForm) -> bool:
        """Save the text and return whether it was saved; add errors to the form."""
        text, seen = form.cleaned_data["text"], form.cleaned_data["version"] or 0
        try:
            contribution = actions.contribute(
                self.report, agency=self.agency, text=text, by=self.request.user, seen=seen
            )
        except ValidationError as refusal:
            form.add_error(None if not hasattr(refusal, "error_dict") else "text", refusal.messages)
            return False
        params = {"commitment": self.report.commitment, "lead": self.report.commitment.lead}
        if contribution:
            self.page.show_message(_("Your part in %(commitment)s is saved. %(lead)s sends it off.") % params)
        else:
            self.page.show_message(_("You took back your part in %(commitment)s.") % params)
        return True

    def render(self, form: ContributionForm):
        report, agency, commitment = self.report, self.agency, self.report.commitment
        other_contributions = Contribution.objects.filter(agency=agency, report__commitment=commitment).exclude(
            report=report
        )
        context = self.page.page_context(
            _("%(agency)s’s part in %(reference)s") % {"agency": agency.acronym, "reference": commitment.reference},
            report=report,
            agency=agency,
            partner=commitment.partners.get(agency=agency),
            form=form,
            is_open=ProgressReport.objects.contributable_by(self.request.user).filter(pk=report.pk).exists(),
            before=other_contributions.select_related("report__commitment").order_by("-updated_at").first(),
        )
        return TemplateResponse(self.request, "admin/workflow/contribution.html", context)


WRITE = ExtraView("write/<int:pk>/<slug:code>/", "write", ContributionView)
