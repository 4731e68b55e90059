"""Lists of child rows, which are edited on their parent's page, and of the status history."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from commitments.models import Milestone, Partner
from commitments.permissions import may_review
from gmg_portal.editors.admin_base.portal_admin import SystemTableAdmin
from gmg_portal.editors.model_admins.base import EMPTY_VALUE, ChildRowAdmin, file_link
from gmg_portal.editors.spreadsheets.resources import MilestoneResource
from gmg_portal.editors.views.evidence_file import EVIDENCE_FILE
from gmg_portal.editors.views.spreadsheets import SPREADSHEET_VIEWS, spreadsheets_link
from reporting.models import Evidence, StatusChange


@admin.register(Partner)
class PartnerAdmin(ChildRowAdmin):
    """The partners of commitments."""

    parent_field = "commitment"
    list_display = ["agency", "commitment", "part"]
    list_filter = ["agency"]
    list_select_related = ["agency", "commitment"]
    search_fields = ["agency__acronym", "agency__name", "commitment__reference", "commitment__title", "part"]


@admin.register(Milestone)
class MilestoneAdmin(ChildRowAdmin):
    """The milestones of commitments, which can be imported and exported."""

    resource = MilestoneResource
    extra_views = SPREADSHEET_VIEWS
    change_list_template = "admin/workflow/change_list.html"
    parent_field = "commitment"
    list_display = ["title", "commitment", "deadline", "met"]
    list_select_related = ["commitment"]
    search_fields = ["title", "commitment__reference", "commitment__title"]
    fields = ["commitment", "title", "deadline", "met"]

    def list_context(self, page):
        return spreadsheets_link(page)

    @admin.display(description=_("deadline"), ordering="deadline_on")
    def deadline(self, obj):
        return str(obj.deadline) if obj.deadline else EMPTY_VALUE

    @admin.display(description=_("met"), ordering="met_on")
    def met(self, obj):
        return str(obj.met) if obj.met else EMPTY_VALUE


@admin.register(Evidence)
class EvidenceAdmin(ChildRowAdmin):
    """The evidence of reports that the user may see, with its files."""

    parent_field = "report"
    extra_views = [EVIDENCE_FILE]
    list_display = ["title", "kind", "report", "issued", "is_public", "link_check"]
    list_filter = ["kind", "is_public", "link_check"]
    list_select_related = ["report__commitment"]
    search_fields = ["title", "url", "symbol", "report__commitment__reference"]
    fields = [
        "report", "kind", "title", "url", "symbol", "file_link", "is_public", "issued", "seen_on", "link_check",
        "link_checked_at",
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    @admin.display(description=_("issued"), ordering="issued_on")
    def issued(self, obj):
        return str(obj.issued) if obj.issued else EMPTY_VALUE

    @admin.display(description=_("file"))
    def file_link(self, obj):
        return file_link(obj)


@admin.register(StatusChange)
class StatusChangeAdmin(SystemTableAdmin):
    """The status history, append-only. It has no history of its own."""

    list_display = ["commitment", "from_status", "to_status", "changed", "reason"]
    list_filter = ["to_status"]
    list_select_related = ["commitment"]
    search_fields = ["commitment__reference", "commitment__title", "reason"]
    fields = ["commitment", "report", "from_status", "to_status", "reason", "changed", "recorded_at"]

    def get_fields(self, request, obj=None):
        names = super().get_fields(request, obj)
        return [*names, "published_by"] if self.admin_site.allows(request, may_review) else names

    @admin.display(description=_("on"), ordering="changed_on")
    def changed(self, obj):
        return str(obj.changed)

    @admin.display(description=_("published by"))
    def published_by(self, obj):
        return str(obj.changed_by) if obj.changed_by else EMPTY_VALUE
