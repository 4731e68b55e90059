"""The preview of a draft: the public page, rendered in a transaction in which the draft is published."""

from copy import copy

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commitments.models import Commitment, Status
from commitments.permissions import PUBLIC_STATES
from register.views.commitment import CommitmentView
from reporting import actions, rules
from reporting.models import ProgressReport


class PreviewMixin:
    """Adds a preview page for users who may see the draft. The preview changes nothing."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<path:object_id>/preview/", view, name=self.preview_name), *super().get_urls()]

    @property
    def preview_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_preview"

    def preview_address(self, obj) -> str:
        return reverse(f"admin:{self.preview_name}", args=[obj.pk])

    def preview_view(self, request, object_id):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        commitment = obj if isinstance(obj, Commitment) else obj.commitment
        if obj.state in PUBLIC_STATES:
            return redirect(commitment)
        if obj is not commitment and commitment.state not in PUBLIC_STATES:
            return self.no_preview(request, obj)
        context = {
            "draft": obj,
            "back": self.change_url(obj),
            "note": missing_status_note(obj),
            "missing": rules.submission_errors(obj),
        }
        view = CommitmentView.as_view(template_name="commitments/preview.html", extra_context=context)
        try:
            with actions.as_published(obj, by=request.user):
                response = view(public_request(request, commitment), reference=commitment.reference).render()
        except ValidationError as refusal:
            return self.no_preview(request, obj, refusal.messages)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "no-store, private"
        return response

    def no_preview(self, request, obj, reasons: list[str] | None = None):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": _("There is no page yet"),
            "back": self.change_url(obj),
            "reasons": reasons,
        }
        return TemplateResponse(request, "admin/workflow/preview_unavailable.html", context)


def public_request(request, commitment: Commitment):
    """Return a copy of the request with the address of the public page, which the page shows as its own."""
    public = copy(request)
    public.path = public.path_info = commitment.get_absolute_url()
    return public


def missing_status_note(row) -> str:
    """Return a note on the status that the preview assumes if the report has none yet; '' otherwise."""
    if not isinstance(row, ProgressReport) or row.status:
        return ""
    status = Status(actions.fallback_status(row)).label
    return _("No status is chosen yet: the page shows ‘%(status)s’ in its place.") % {"status": status}
