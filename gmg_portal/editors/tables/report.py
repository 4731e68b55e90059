from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import agencies_of, is_administrator
from commitments.models import Commitment
from commitments.permissions import agencies_for
from foundation.text.numbers import is_whole_number
from gmg_portal.editors.tables.bulk import BulkMixin
from gmg_portal.editors.tables.contribution import ContributionsMixin
from gmg_portal.editors.tables.workflow_admin import EMPTY_VALUE, WorkflowAdmin, WorkflowInlineMixin
from reporting.forms.evidence import EvidenceFileWidget, EvidenceForm, FileLink
from reporting.forms.prefill import is_blank, last_texts, latest_published, prefill_values
from reporting.forms.report import ProgressReportForm
from reporting.models import Evidence, ProgressReport
from reporting.spreadsheets.resources import ReportResource


class EvidenceInline(WorkflowInlineMixin, admin.site.StackedInline):
    model = Evidence
    form = EvidenceForm
    verbose_name = _("piece of evidence")
    verbose_name_plural = _("Evidence: what backs this report (a link, a document symbol or a file)")
    fields = [("kind", "title"), ("url", "symbol"), "file", ("issued", "seen_on", "is_public")]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj and obj.evidence.exists() else 1

    def get_fields(self, request, obj=None):
        if self.may_edit(request, obj):
            return self.fields
        return ["file_link" if name == "file" else name for name in self.fields]

    def get_readonly_fields(self, request, obj=None):
        return ["file_link"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "file":
            kwargs |= {"widget": EvidenceFileWidget, "max_length": None}  # `check_name` says what is too long
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("issued"))
    def issued(self, obj):
        return str(obj.issued) if obj.issued else EMPTY_VALUE

    @admin.display(description=_("file"))
    def file_link(self, obj):
        return file_link(obj)


def file_link(piece: Evidence):
    if not piece.file:
        return EMPTY_VALUE
    link = FileLink(piece.file)
    return format_html('<a href="{}">{}</a>', link.url, link)


@admin.register(ProgressReport)
class ProgressReportAdmin(BulkMixin, ContributionsMixin, WorkflowAdmin):
    resource = ReportResource
    form = ProgressReportForm
    inlines = [EvidenceInline]
    list_display = ["reference", "title", "cycle", "state", "status", "on_behalf_of", "published"]
    list_filter = ["state", "status", "outlook", "cycle", "on_behalf_of", "commitment__workgroup"]
    list_select_related = ["commitment", "cycle", "on_behalf_of"]
    search_fields = ["commitment__reference", "commitment__title", "achieved", "barriers", "next_steps"]
    status_fields = ("cycle", "state", "published")
    fieldsets = [
        (_("About which commitment"), {"fields": ["commitment"]}),
        (_("How it stands"), {"fields": ["status", "status_reason", "superseded_by", "outlook"]}),
        (_("What happened"), {"fields": ["achieved", "barriers", "next_steps"]}),
        (_("Which time, and in whose name"), {"fields": [("period_start", "period_end"), "on_behalf_of"]}),
    ]

    def deletable(self, user):
        """Leave out reports that a cycle expects."""
        return super().deletable(user).filter(cycle__isnull=True)

    def get_readonly_fields(self, request, obj=None):
        """Make the commitment read-only if a cycle expects the report, or it was submitted before."""
        readonly_fields = super().get_readonly_fields(request, obj)
        return [*readonly_fields, "commitment"] if obj and (obj.cycle_id or obj.submitted_at) else readonly_fields

    def get_fieldsets(self, request, obj=None):
        """Leave a read-only commitment out of the form; the page shows it above."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or "commitment" not in self.get_readonly_fields(request, obj):
            return fieldsets
        (_title, first), (_second, rest), *others = fieldsets
        rest["fields"] += [name for name in first["fields"] if name != "commitment"]
        return [fieldsets[1], *others]

    def get_autocomplete_fields(self, request):
        return ["superseded_by", "commitment"] if is_administrator(request.user) else ["superseded_by"]

    def choices(self, request):
        user = request.user
        return {
            "commitment": Commitment.objects.handled_by(user).published(),
            "superseded_by": Commitment.objects.published(),
            "on_behalf_of": agencies_for(user),
        }

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        return {"on_behalf_of": self.default_agency(request.user, initial.get("commitment"))} | initial

    def default_agency(self, user, commitment: str | None) -> int | None:
        """Return the id of the user's agency that leads the commitment, or of their first agency."""
        agencies = agencies_of(user).order_by("position")
        leading = agencies.filter(led_commitments=commitment) if is_whole_number(commitment or "") else agencies.none()
        agency = leading.first() or agencies.first()
        return agency.pk if agency else None

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        for name, rows in {"status_reason": 3, "achieved": 7, "barriers": 4, "next_steps": 4}.items():
            if name in form.base_fields:
                # CSS recognises an empty field by its placeholder.
                form.base_fields[name].widget.attrs |= {"rows": rows, "placeholder": " "}
        return form

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def reference(self, obj):
        return obj.commitment.reference

    @admin.display(description=_("title"), ordering="commitment__title")
    def title(self, obj):
        return obj.commitment.title

    # The last report

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        commitment = self.requested_commitment(request) if add else obj.commitment
        last_report = latest_published(commitment)
        if last_report and self.is_autosaved(request, obj):
            form = context["adminform"].form
            self.prefill(request, context, form, obj, last_report)
            for name, text in last_texts(last_report).items():
                if name in form.fields:
                    form.fields[name].last_text = {"text": text, "report": last_report}
        if commitment and self.is_autosaved(request, obj):
            context |= {
                "title": gettext("Report on %(reference)s") % {"reference": commitment.reference},
                "subtitle": "",
            }
        if add and request.method == "GET" and commitment is None:
            context["choosable"] = self.choices(request)["commitment"].order_by("reference")
        context |= {"last": last_report, "commitment": commitment}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def prefill(self, request, context, form, obj, last_report: ProgressReport) -> None:
        """Fill a blank form from the last report, unless the user asked for an empty form or has a working copy."""
        is_first_view = (
            request.method == "GET" and "missing" not in request.GET and not self.own_working_copy(request, obj)
        )
        if is_first_view and (obj is None or is_blank(obj)):
            context["may_begin"] = True
            if "empty" not in request.GET:
                form.initial |= {
                    name: value for name, value in prefill_values(last_report).items() if name in form.fields
                }
                context["begun_from"] = last_report
