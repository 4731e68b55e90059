from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from agencies.permissions import agencies_of, is_administrator
from commitments.admin.bulk import BulkMixin
from commitments.admin.contribution import PartsShownMixin
from commitments.admin.scoping import NOTHING, RowsOf, WorkflowAdmin
from commitments.exchange.resources import ReportResource
from commitments.forms import EvidenceFileWidget, EvidenceForm, FileLink, ProgressReportForm
from commitments.models import Commitment, Evidence, ProgressReport
from commitments.permissions import agencies_for


class EvidenceInline(RowsOf, admin.site.StackedInline):
    model = Evidence
    form = EvidenceForm
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
        return str(obj.issued) if obj.issued else NOTHING

    @admin.display(description=_("file"))
    def file_link(self, obj):
        return file_link(obj)


def file_link(piece: Evidence):
    if not piece.file:
        return NOTHING
    link = FileLink(piece.file)
    return format_html('<a href="{}">{}</a>', link.url, link)


@admin.register(ProgressReport)
class ProgressReportAdmin(BulkMixin, PartsShownMixin, WorkflowAdmin):
    resource = ReportResource
    form = ProgressReportForm
    inlines = [EvidenceInline]
    list_display = ["reference", "title", "cycle", "state", "status", "on_behalf_of", "published"]
    list_filter = ["state", "status", "outlook", "cycle", "on_behalf_of", "commitment__workgroup"]
    list_select_related = ["commitment", "cycle", "on_behalf_of"]
    search_fields = ["commitment__reference", "commitment__title", "achieved", "barriers", "next_steps"]
    readonly_fields = ["last_word"]
    standing = ("cycle", "state", "published")
    fieldsets = [
        (
            _("About which commitment"),
            {"fields": ["commitment", "last_word", "on_behalf_of", ("period_start", "period_end")]},
        ),
        (
            _("How it stands"),
            {
                "fields": ["status", "status_reason", "superseded_by", "outlook"],
                "description": _("A reason is asked for where it is discontinued, a successor where it is superseded."),
            },
        ),
        (_("What happened"), {"fields": ["achieved", "barriers", "next_steps"]}),
    ]

    def deletable(self, user):
        """A report that a cycle asked for is owed, and is never deleted."""
        return super().deletable(user).filter(cycle__isnull=True)

    def get_readonly_fields(self, request, obj=None):
        """The commitment of a report that was asked for, or already sent once, stays what it is."""
        shown = super().get_readonly_fields(request, obj)
        return [*shown, "commitment"] if obj and (obj.cycle_id or obj.submitted_at) else shown

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
        return {"on_behalf_of": self.speaks_for(request.user, initial.get("commitment"))} | initial

    def speaks_for(self, user, commitment: str | None) -> int | None:
        """The person's agency: the one that leads the commitment, if it is among several."""
        mine = agencies_of(user).order_by("position")
        leading = mine.filter(led_commitments=commitment) if commitment and commitment.isdecimal() else mine.none()
        agency = leading.first() or mine.first()
        return agency.pk if agency else None

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        for name, rows in {"status_reason": 2, "achieved": 6, "barriers": 6, "next_steps": 6}.items():
            if name in form.base_fields:
                form.base_fields[name].widget.attrs["rows"] = rows
        return form

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def reference(self, obj):
        return obj.commitment.reference

    @admin.display(description=_("title"), ordering="commitment__title")
    def title(self, obj):
        return obj.commitment.title

    @admin.display(description=_("last reported"))
    def last_word(self, obj):
        """What the public record says today, beside what is now being written."""
        commitment = obj.commitment if obj.commitment_id else None
        last = commitment.reports.published().newest_first().first() if commitment else None
        return f"{last.get_status_display()}, {last.get_outlook_display()} ({last.published})" if last else NOTHING
