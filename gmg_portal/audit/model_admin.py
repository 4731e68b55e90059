"""The audit log: its table, the search in it, and its export."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.permissions import may_audit
from foundation.clock import today
from gmg_portal.audit.entries import COUNT_LIMIT, CSV_HEADER, AuditForm, csv_rows, describe_entries, entries_page
from gmg_portal.audit.recording import add_audit_entry
from gmg_portal.editors.admin_base.portal_admin import SystemTableAdmin
from gmg_portal.editors.extra_views import EditorView, ExtraView
from gmg_portal.editors.list_queries.refusals import note_refusal, unknown_parameter
from gmg_portal.models import AuditEntry
from gmg_portal.open_data.writers import FORMATS


class AuditExportView(EditorView):
    """The entries of the audit log that meet the filters, as a CSV file; the export is an entry itself."""

    http_method_names = ["post"]

    def post(self, request):
        table = self.page.table
        if not table.has_view_permission(request):
            raise PermissionDenied
        form = AuditForm(request.POST)
        if not form.is_valid():
            return table.render_entries(request, request.POST)
        reason = _summarize_filters(form)
        add_audit_entry(AuditEntry.What.EXPORTED, request=request, person=request.user, reason=reason)
        csv_format = FORMATS["csv"]
        rows = csv_rows(form.entries(), request, table.admin_site)
        response = StreamingHttpResponse(csv_format.write(CSV_HEADER, rows), content_type=csv_format.content_type)
        response["Content-Disposition"] = content_disposition_header(True, f"audit-{today()}.csv")
        return response


@admin.register(AuditEntry)
class AuditEntryAdmin(SystemTableAdmin):
    """The audit log, read-only: the secretariat and administrators search it and export it."""

    extra_views = [ExtraView("export/", "export", AuditExportView)]
    list_select_related = ["person"]
    search_fields = ["request_id"]
    fields = ["occurred_at", "what", "person", "kind", "row", "line", "reason", "request_id", "via", "origin"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_audit)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.render_entries(request, request.GET)

    def render_entries(self, request, params):
        """Render a page of the entries that meet the filters in `params`; 400 with the errors if they are not valid."""
        form = AuditForm(params)
        for name in params:
            if name not in form.fields and name != "csrfmiddlewaretoken":
                return self.refuse_list_query(request, unknown_parameter(name, form.fields))
        page = entries_page(form.entries(), form.cleaned_data["before"]) if form.is_valid() else None
        if page is None:
            note_refusal(request, f"parameter {next(iter(form.errors))}")
        filters = params.copy()
        for name in ("before", "csrfmiddlewaretoken"):
            filters.pop(name, None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Who did what"),
            "opts": self.opts,
            "form": form,
            "page": page,
            "most": COUNT_LIMIT,
            "entries": describe_entries(page.entries, request, self.admin_site) if page else [],
            "filters": filters,
            "is_filtered": any(filters.values()),
        }
        return render(request, "admin/audit/page.html", context, status=200 if page else 400)


def _summarize_filters(form: AuditForm) -> str:
    return "; ".join(f"{name}={value}" for name, value in form.cleaned_data.items() if value)
