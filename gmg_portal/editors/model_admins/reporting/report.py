"""The ModelAdmin class of progress reports, with their evidence."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import agencies_of, is_administrator
from commitments.models import Commitment
from commitments.permissions import agencies_for
from foundation.text.numbers import is_whole_number
from gmg_portal.editors.admin_base.inlines import PortalStackedInline
from gmg_portal.editors.forms.evidence import EvidenceFileWidget, EvidenceForm
from gmg_portal.editors.forms.report import ProgressReportForm
from gmg_portal.editors.model_admins.base import EMPTY_VALUE, WorkflowInlineMixin, file_link
from gmg_portal.editors.model_admins.reporting.contribution import contributions_by_partner, render_contributions
from gmg_portal.editors.model_admins.reporting.last_report import show_last_report
from gmg_portal.editors.model_admins.workflow import WorkflowAdmin
from gmg_portal.editors.spreadsheets.resources import ReportResource
from gmg_portal.editors.views.spreadsheets import SPREADSHEET_VIEWS, spreadsheets_link
from reporting.models import Contribution, Evidence, ProgressReport


class EvidenceInline(WorkflowInlineMixin, PortalStackedInline):
    """Evidence of a report, with links or files."""

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
            kwargs |= {
                "widget": EvidenceFileWidget,
                "max_length": None,
            }  # `check_name` refuses long names with a better message
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("issued"))
    def issued(self, obj):
        return str(obj.issued) if obj.issued else EMPTY_VALUE

    @admin.display(description=_("file"))
    def file_link(self, obj):
        return file_link(obj)


@admin.register(ProgressReport)
class ProgressReportAdmin(WorkflowAdmin):
    """Progress reports, begun from the last published one, with the contributions of partners."""

    resource = ReportResource
    extra_views = [*SPREADSHEET_VIEWS, *WorkflowAdmin.extra_views]
    form_steps = (show_last_report, *WorkflowAdmin.form_steps)
    change_list_template = "admin/workflow/change_list.html"
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

    def list_context(self, page):
        return spreadsheets_link(page)

    def deletable(self, user):
        """Leave out reports that a cycle expects, and drafts with contributions."""
        return super().deletable(user).exclude(pk__in=Contribution.objects.values("report")).filter(cycle__isnull=True)

    def locked_fields(self, page):
        """Lock the commitment if a cycle expects the report, or it was submitted before."""
        is_fixed = page.row and (page.row.cycle_id or page.row.submitted_at)
        return ["partners_parts", "commitment"] if is_fixed else ["partners_parts"]

    def arrange_fieldsets(self, page, fieldsets):
        """Leave a locked commitment out of the form, as the page shows it above. Add the contributions of partners."""
        if not self.is_past and contributions_by_partner(page.row):
            fieldsets = [*fieldsets, (gettext("What the partners say"), {"fields": ["partners_parts"]})]
        if "commitment" not in self.get_readonly_fields(page.request, page.row):
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

    @admin.display(description=_("partners’ parts"))
    def partners_parts(self, obj):
        return render_contributions(obj)
