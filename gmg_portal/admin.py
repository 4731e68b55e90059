"""The admin pages of the portal's own models, of sign-in attempts, and of the audit log."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework_api_key.models import APIKey

from accounts.attempts.attempt_limits import next_attempt_times
from accounts.permissions import may_audit, may_edit_reference_data, may_manage_users
from foundation.clock import today
from gmg_portal.audit.entries import COUNT_LIMIT, CSV_HEADER, AuditForm, csv_rows, describe_entries, entries_page
from gmg_portal.audit.recording import add_audit_entry
from gmg_portal.editors import tables  # noqa: F401 – `tables` registers itself
from gmg_portal.editors.dashboard.building import build_dashboard
from gmg_portal.editors.extra_views import EditorView, ExtraView
from gmg_portal.editors.list_queries.refusals import note_refusal, unknown_parameter
from gmg_portal.editors.model_admin.tables import SystemTableAdmin
from gmg_portal.editors.views import handover, response_rates, review_queue
from gmg_portal.models import AuditEntry, Edition, IdempotencyRecord, Revision
from gmg_portal.open_data.writers import FORMATS

admin.site.build_dashboard = build_dashboard
admin.site.pages += [*review_queue.urls, *response_rates.urls, *handover.urls]


@admin.register(Revision)
class RevisionAdmin(SystemTableAdmin):
    """The revision, read-only: the database moves it."""

    list_display = ["number", "moved_at"]
    search_fields = ["number"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_edit_reference_data)

    def has_module_permission(self, request):
        return self.has_view_permission(request)


@admin.register(Edition)
class EditionAdmin(SystemTableAdmin):
    """The editions, read-only: `manage.py publish_edition` publishes them, and nothing alters them."""

    list_display = ["day", "revision", "published_at"]
    search_fields = ["day"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_edit_reference_data)

    def has_module_permission(self, request):
        return self.has_view_permission(request)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(SystemTableAdmin):
    """The idempotency keys of API requests, read-only. Stored answers stay hidden, as they belong to their senders."""

    list_display = ["key", "token", "status", "made_at"]
    list_select_related = ["token"]
    search_fields = ["key", "token__name", "token__prefix"]
    fields = ["token", "key", "status", "made_at"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_users)

    def has_module_permission(self, request):
        return self.has_view_permission(request)


# Nobody may read the secrets of second steps or the sessions of others. The tables of email addresses and of the
# library's own API keys stay empty.
for model in (APIKey, Authenticator, EmailAddress, EmailConfirmation, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(AccessAttempt)
class AttemptsAdmin(SystemTableAdmin):
    """Failed sign-ins of the last day. Deleting those of an account or an address ends its waiting time."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time", "next_try"]
    search_fields = ["username", "ip_address"]
    fields = ["username", "ip_address", "user_agent", "failures_since_start", "attempt_time"]
    actions = ["end_wait"]

    def has_view_permission(self, request, obj=None):
        return self.admin_site.allows(request, may_manage_users)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        next_try_times = next_attempt_times(rows)
        for row in rows:
            row.next_try_at = next_try_times.get(row.username)
        changelist.result_list = rows
        return changelist

    @admin.display(description=gettext_lazy("next try from a new address after (UTC)"))
    def next_try(self, row):
        return row.next_try_at

    @admin.action(description=gettext_lazy("End the wait of the selected accounts"), permissions=["delete"])
    def end_wait(self, request, queryset):
        usernames = list(queryset.values_list("username", flat=True))
        AccessAttempt.objects.filter(username__in=usernames).delete()
        self.message_user(request, _("They may try again."))


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
    fields = ["moment", "what", "person", "kind", "row", "line", "reason", "request_id", "via", "origin"]

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
