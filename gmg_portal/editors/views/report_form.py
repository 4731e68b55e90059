"""The address that leads from a commitment to the form of its report."""

from django.db.models import F
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from commitments.models import Commitment
from gmg_portal.editors.extra_views import EditorView, ExtraView


class ReportFormView(EditorView):
    """Redirect to the form of the expected or begun report, or of a new one."""

    def get(self, request, pk: int):
        commitment = get_object_or_404(Commitment.objects.handled_by(request.user).published(), pk=pk)
        latest_cycle = F("cycle__opens_on").desc(nulls_last=True)
        open_report = commitment.reports.editable_by(request.user).order_by("-state", latest_cycle, "-pk").first()
        if open_report:
            return redirect("admin:reporting_progressreport_change", open_report.pk)
        return redirect(f"{reverse('admin:reporting_progressreport_add')}?commitment={commitment.pk}")


REPORT_FORM = ExtraView("<int:pk>/report/", "report", ReportFormView)
