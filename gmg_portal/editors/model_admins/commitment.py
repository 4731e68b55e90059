"""The ModelAdmin class of commitments, with their partners and milestones."""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import agencies_of
from agencies.models import Agency
from commitments.models import Commitment, Milestone, Partner
from commitments.permissions import agencies_for, groups_for, may_classify, may_correct, may_create_drafts
from commitments.workflow import State
from gmg_portal.editors.admin_base.inlines import PortalTabularInline
from gmg_portal.editors.forms.commitment import CommitmentForm, MilestoneForm
from gmg_portal.editors.model_admins.base import EMPTY_VALUE, WorkflowInlineMixin
from gmg_portal.editors.model_admins.workflow import WorkflowAdmin, workflow_views
from gmg_portal.editors.spreadsheets.resources import CommitmentResource
from gmg_portal.editors.views.report_form import REPORT_FORM
from gmg_portal.editors.views.spreadsheets import SPREADSHEET_VIEWS, spreadsheets_link
from gmg_portal.editors.views.workflow_actions.definitions import PUBLISH, RESTORE, SEND_BACK, SUBMIT, WITHDRAW
from workgroups.models import Participation

CLASSIFICATION_FIELDS = (
    "agenda_points",
    "recommendations",
    "work_plan",
    "scope",
    "places",
    "stakeholders",
    "confidence",
)


class WordingInlineMixin(WorkflowInlineMixin):
    """Partners and milestones, which users who may only classify cannot edit."""

    def may_edit(self, request, parent=None) -> bool:
        return super().may_edit(request, parent) and not self.table.may_only_classify(request, parent)


class PartnerInline(WordingInlineMixin, PortalTabularInline):
    """Partners of a commitment; users cannot add an agency of their own to a published one."""

    model = Partner
    fields = ["agency", "part"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "agency":
            kwargs["queryset"] = Agency.objects.exclude(pk__in=self.table.own_agencies_if_published(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class MilestoneInline(WordingInlineMixin, PortalTabularInline):
    """Milestones of a commitment, with their dates as they were entered."""

    model = Milestone
    form = MilestoneForm
    fields = ["title", "deadline", "met"]

    @admin.display(description=_("deadline"))
    def deadline(self, obj):
        return str(obj.deadline) if obj.deadline else EMPTY_VALUE

    @admin.display(description=_("met"))
    def met(self, obj):
        return str(obj.met) if obj.met else EMPTY_VALUE


@admin.register(Commitment)
class CommitmentAdmin(WorkflowAdmin):
    """Commitments. Published ones can be withdrawn, restored, and classified or corrected by those without a stake."""

    resource = CommitmentResource
    form = CommitmentForm
    inlines = [PartnerInline, MilestoneInline]
    workflow_actions = (SUBMIT, PUBLISH, SEND_BACK, WITHDRAW, RESTORE)
    extra_views = [REPORT_FORM, *SPREADSHEET_VIEWS, *workflow_views(workflow_actions)]
    change_list_template = "admin/workflow/change_list.html"
    list_display = ["reference", "title", "lead", "state", "status", "deadline"]
    list_filter = ["state", "status", "kind", "lead_agency", "workgroup", "agenda_points", "work_plan", "confidence"]
    list_select_related = ["lead_agency", "workgroup"]
    search_fields = ["reference", "title", "summary", "original_text"]
    status_fields = (
        *("reference", "state", "status", "outlook", "published"),
        *("withdrawn_on", "withdrawn_reason", "restored_on", "restored_reason"),
    )
    autocomplete_fields = ["stakeholders"]
    fieldsets = [
        (_("What is undertaken"), {"fields": ["title", "kind", "original_text", "summary"]}),
        (
            _("Who leads"),
            {"fields": ["lead_agency", "workgroup"], "description": _("One agency, or one work group: not both.")},
        ),
        (_("When"), {"fields": ["start", "deadline"]}),
        (_("Where it is written"), {"fields": ["source_title", "source_location"]}),
        (_("How it is classified"), {"fields": list(CLASSIFICATION_FIELDS)}),
    ]

    def changeable(self, user):
        """Return drafts of the user, and published rows that they may classify or correct and have no stake in."""
        drafts = super().changeable(user)
        if may_classify(user) or may_correct(user):
            return drafts | self.model.objects.filter(state=State.PUBLISHED).independent_of(user)
        return drafts

    def may_only_classify(self, request, obj) -> bool:
        published = obj is not None and obj.state == State.PUBLISHED
        return published and not self.admin_site.allows(request, may_correct)

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return self.admin_site.allows(request, may_create_drafts) or self.admin_site.allows(request, may_classify)
        return super().has_change_permission(request, obj)

    def list_context(self, page):
        return spreadsheets_link(page)

    def buttons(self, page, writing):
        buttons = super().buttons(page, writing)
        if not Commitment.objects.handled_by(page.user).published().filter(pk=page.row.pk).exists():
            return buttons
        return [{"verb": "report", "label": gettext("Report"), "url": page.row_url("report")}, *buttons]

    def choices(self, request):
        own = self.own_agencies_if_published(request)
        leading = Participation.objects.leading().filter(agency__in=own)
        return {
            "lead_agency": agencies_for(request.user).exclude(pk__in=own),
            "workgroup": groups_for(request.user).exclude(participations__in=leading),
        }

    def own_agencies_if_published(self, request):
        """Return the user's agencies if the open commitment is published, since nobody may add their own to it."""
        public = self.model.objects.published().filter(pk=request.resolver_match.kwargs.get("object_id"))
        return agencies_of(request.user) if public.exists() else Agency.objects.none()

    def get_changeform_initial_data(self, request):
        agencies = list(agencies_of(request.user)[:2])
        lead = {"lead_agency": agencies[0].pk} if len(agencies) == 1 else {}
        return lead | super().get_changeform_initial_data(request)

    def locked_fields(self, page):
        """Lock all but the classification for users who may only classify."""
        if not self.may_only_classify(page.request, page.row):
            return []
        return [name for name in flatten_fieldsets(self.fieldsets) if name not in CLASSIFICATION_FIELDS]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in ("agenda_points", "recommendations"):
            kwargs["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "recommendations":
            field.label_from_instance = lambda row: f"{row.code}: {Truncator(row.text).words(16)}"
        return field

    @admin.display(description=_("lead"), ordering="lead_agency__acronym")
    def lead(self, obj):
        return str(obj.lead)

    @admin.display(description=_("start"), ordering="start_on")
    def start(self, obj):
        return str(obj.start) if obj.start else EMPTY_VALUE

    @admin.display(description=_("deadline"), ordering="deadline_on")
    def deadline(self, obj):
        return str(obj.deadline) if obj.deadline else EMPTY_VALUE
