"""The preview of a draft: the public page, rendered in a transaction in which the draft is published."""

from copy import copy

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from commitments.models import Commitment, Status
from commitments.permissions import PUBLIC_STATES
from gmg_portal.editors.extra_views import ExtraView, RowView
from register.standings.pending import rebuild_pending
from register.views.commitment import CommitmentView
from reporting import actions, rules
from reporting.models import ProgressReport


class PreviewView(RowView):
    """The preview, for users who may see the draft. It changes nothing."""

    http_method_names = ["get", "head"]

    def get(self, request):
        row, commitment = self.page.row, self.page.commitment
        if not self.page.table.has_view_permission(request, row):
            raise PermissionDenied
        if row.state in PUBLIC_STATES:
            return redirect(commitment)
        if row is not commitment and commitment.state not in PUBLIC_STATES:
            return self.no_preview()
        context = {
            "draft": row,
            "back": self.page.row_url("change"),
            "note": missing_status_note(row),
            "missing": rules.submission_errors(row),
        }
        view = CommitmentView.as_view(template_name="commitments/preview.html", extra_context=context)
        try:
            with actions.as_published(row, by=request.user):
                rebuild_pending()
                response = view(public_request(request, commitment), reference=commitment.reference).render()
        except ValidationError as refusal:
            return self.no_preview(refusal.messages)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "no-store, private"
        return response

    def no_preview(self, reasons: list[str] | None = None):
        """Return a page that says that there is no public page yet, and why."""
        context = self.page.page_context(_("There is no page yet"), back=self.page.row_url("change"), reasons=reasons)
        return TemplateResponse(self.request, "admin/workflow/preview_unavailable.html", context)


def public_request(request: HttpRequest, commitment: Commitment) -> HttpRequest:
    """Return a copy of the request with the address of the public page, which the page shows as its own."""
    public = copy(request)
    public.path = public.path_info = commitment.get_absolute_url()
    return public


def missing_status_note(row: Model) -> str:
    """Return a note on the status that the preview assumes if the report has none yet; '' otherwise."""
    if not isinstance(row, ProgressReport) or row.status:
        return ""
    status = Status(actions.fallback_status(row)).label
    return _("No status is chosen yet: the page shows ‘%(status)s’ in its place.") % {"status": status}


PREVIEW = ExtraView("<path:object_id>/preview/", "preview", PreviewView)
