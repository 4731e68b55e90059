from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.permissions import agencies_of
from commitments.admin.bulk import BulkMixin
from commitments.admin.scoping import NOTHING, RowsOf, WorkflowAdmin
from commitments.admin.workflow_actions import PUBLISH, RESTORE, SEND_BACK, SUBMIT, WITHDRAW
from commitments.forms import CommitmentForm, MilestoneForm
from commitments.models import Commitment, Milestone, Partner
from commitments.permissions import agencies_for, groups_for, may_classify, may_correct, may_start
from commitments.spreadsheets.resources import CommitmentResource
from commitments.workflow import State
from workgroups.models import Participation

CLASSIFICATION = ("agenda_points", "recommendations", "work_plan", "scope", "places", "stakeholders", "confidence")


class WordingRows(RowsOf):
    """Partners and milestones are part of the wording: whoever may only classify leaves them alone."""

    def may_edit(self, request, parent=None) -> bool:
        commitments = self.admin_site.get_model_admin(Commitment)
        return super().may_edit(request, parent) and not commitments.only_classifies(request, parent)


class PartnerInline(WordingRows, admin.site.TabularInline):
    model = Partner
    fields = ["agency", "part"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "agency":
            commitments = self.admin_site.get_model_admin(Commitment)
            kwargs["queryset"] = Agency.objects.exclude(pk__in=commitments.not_to_bring_in(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class MilestoneInline(WordingRows, admin.site.TabularInline):
    model = Milestone
    form = MilestoneForm
    fields = ["title", "due", "met"]

    @admin.display(description=_("due"))
    def due(self, obj):
        return str(obj.due) if obj.due else NOTHING

    @admin.display(description=_("met"))
    def met(self, obj):
        return str(obj.met) if obj.met else NOTHING


@admin.register(Commitment)
class CommitmentAdmin(BulkMixin, WorkflowAdmin):
    resource = CommitmentResource
    form = CommitmentForm
    inlines = [PartnerInline, MilestoneInline]
    steps = (SUBMIT, PUBLISH, SEND_BACK, WITHDRAW, RESTORE)
    list_display = ["reference", "title", "lead", "state", "status", "due"]
    list_filter = ["state", "status", "kind", "lead_agency", "workgroup", "agenda_points", "work_plan", "confidence"]
    list_select_related = ["lead_agency", "workgroup"]
    search_fields = ["reference", "title", "summary", "original_text"]
    standing = (
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
        (_("When"), {"fields": ["start", "due"]}),
        (_("Where it is written"), {"fields": ["source_title", "source_location"]}),
        (_("How it is classified"), {"fields": list(CLASSIFICATION)}),
    ]

    def changeable(self, user):
        """Drafts; and of what is published the classification, or for a correction all of it, where independent."""
        drafts = super().changeable(user)
        if may_classify(user) or may_correct(user):
            return drafts | self.model.objects.filter(state=State.PUBLISHED).independent_of(user)
        return drafts

    def only_classifies(self, request, obj) -> bool:
        published = obj is not None and obj.state == State.PUBLISHED
        return published and not self.admin_site.allows(request, may_correct)

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return self.admin_site.allows(request, may_start) or self.admin_site.allows(request, may_classify)
        return super().has_change_permission(request, obj)

    def get_urls(self):
        view = self.admin_site.admin_view(self.report_view)
        return [path("<int:pk>/report/", view, name="commitments_commitment_report"), *super().get_urls()]

    def report_view(self, request, pk: int):
        """The form to report in: of the report that is asked for or begun, or of a new one."""
        commitment = get_object_or_404(Commitment.objects.handled_by(request.user).published(), pk=pk)
        asked = F("cycle__opens_on").desc(nulls_last=True)
        begun = commitment.reports.editable_by(request.user).order_by("-state", asked, "-pk").first()
        if begun:
            return redirect("admin:commitments_progressreport_change", begun.pk)
        return redirect(f"{reverse('admin:commitments_progressreport_add')}?commitment={commitment.pk}")

    def buttons(self, request, obj, writing):
        found = super().buttons(request, obj, writing)
        if not Commitment.objects.handled_by(request.user).published().filter(pk=obj.pk).exists():
            return found
        report = reverse("admin:commitments_commitment_report", args=[obj.pk])
        return [{"verb": "report", "label": gettext("Report"), "url": report}, *found]

    def choices(self, request):
        own = self.not_to_bring_in(request)
        leading = Participation.objects.leading().filter(agency__in=own)
        return {
            "lead_agency": agencies_for(request.user).exclude(pk__in=own),
            "workgroup": groups_for(request.user).exclude(participations__in=leading),
        }

    def not_to_bring_in(self, request):
        """The person's own agencies, where what is open is published: nobody amends it in favour of their own."""
        public = self.model.objects.published().filter(pk=request.resolver_match.kwargs.get("object_id"))
        return agencies_of(request.user) if public.exists() else Agency.objects.none()

    def get_changeform_initial_data(self, request):
        mine = list(agencies_of(request.user)[:2])
        lead = {"lead_agency": mine[0].pk} if len(mine) == 1 else {}
        return lead | super().get_changeform_initial_data(request)

    def get_readonly_fields(self, request, obj=None):
        shown = super().get_readonly_fields(request, obj)
        if not self.only_classifies(request, obj):
            return shown
        return [*shown, *(name for name in flatten_fieldsets(self.fieldsets) if name not in CLASSIFICATION)]

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
        return str(obj.start) if obj.start else NOTHING

    @admin.display(description=_("due"), ordering="due_on")
    def due(self, obj):
        return str(obj.due) if obj.due else NOTHING
