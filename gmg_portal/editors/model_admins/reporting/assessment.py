"""The ModelAdmin classes of assessments and of answers to them."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_administrator, is_secretariat
from commitments.models import Commitment
from commitments.permissions import agencies_for, groups_for, interested_agencies, may_create_drafts
from gmg_portal.editors.forms.assessment import AssessmentForm
from gmg_portal.editors.model_admins.base import EMPTY_VALUE
from gmg_portal.editors.model_admins.workflow import WorkflowAdmin
from reporting.models import Answer, Assessment, ProgressReport
from reporting.permissions import may_assess
from workgroups.models import Participation


@admin.register(Assessment)
class AssessmentAdmin(WorkflowAdmin):
    """Assessments of published commitments, by assessors without a stake in them."""

    form = AssessmentForm
    may_write = staticmethod(may_assess)
    list_display = ["reference", "assessor", "assessor_kind", "finding", "state", "published"]
    list_filter = ["state", "finding", "assessor_kind", "agency", "workgroup"]
    list_select_related = ["commitment", "agency", "workgroup"]
    search_fields = ["commitment__reference", "commitment__title", "assessor_name", "text"]
    autocomplete_fields = ["commitment", "report"]
    fieldsets = [
        (_("About what"), {"fields": ["commitment", "report"]}),
        (
            _("Who assesses"),
            {
                "fields": ["assessor_kind", "agency", "workgroup", "assessor_name"],
                "description": _("Fill in the one that the kind of assessor calls for, and leave the others empty."),
            },
        ),
        (_("The assessment"), {"fields": ["finding", "text", "source_title", "source_location"]}),
    ]

    def choices(self, request):
        """Leave out assessors with a stake in the commitment, once it is known."""
        user = request.user
        agencies, groups = agencies_for(user), groups_for(user)
        commitment = self.current_commitment(request)
        if commitment:
            interested = interested_agencies(commitment)
            leading = Participation.objects.leading().filter(agency__in=interested)
            agencies = agencies.exclude(pk__in=interested)
            groups = groups.exclude(Q(pk=commitment.workgroup_id) | Q(participations__in=leading))
        return {
            "commitment": Commitment.objects.published(),
            "report": ProgressReport.objects.published(),
            "agency": agencies,
            "workgroup": groups,
        }

    def current_commitment(self, request) -> Commitment | None:
        """Return the commitment of the open assessment, or the one that the address of a new one names."""
        object_id = request.resolver_match.kwargs.get("object_id")
        if object_id:
            return Commitment.objects.filter(assessments__in=self.get_queryset(request).filter(pk=object_id)).first()
        commitment_id = request.GET.get("commitment", "")
        is_valid = commitment_id.isascii() and commitment_id.isdecimal() and len(commitment_id) < 19
        return Commitment.objects.published().filter(pk=commitment_id).first() if is_valid else None

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"writer": request.user})

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """Offer independent assessors to the secretariat only, which enters their assessments."""
        if db_field.name == "assessor_kind":
            choices = dict(db_field.choices)
            if not is_administrator(request.user):
                choices = {kind: label for kind, label in choices.items() if self.may_use_kind(request.user, kind)}
            kwargs["choices"] = [("", "---------"), *choices.items()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def may_use_kind(self, user, kind: str) -> bool:
        return is_secretariat(user) if kind == Assessment.AssessorKind.INDEPENDENT else may_create_drafts(user)

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def reference(self, obj):
        return obj.commitment.reference

    def view_on_site(self, obj):
        return super().view_on_site(obj.commitment)


@admin.register(Answer)
class AnswerAdmin(WorkflowAdmin):
    """Answers of leads to assessments. Users may answer assessments of commitments that their agencies lead."""

    list_display = ["reference", "lead", "assessor", "state", "published"]
    list_filter = ["state", "assessment__finding", "assessment__agency", "assessment__workgroup"]
    list_select_related = [
        "assessment__commitment__lead_agency", "assessment__commitment__workgroup", "assessment__agency",
        "assessment__workgroup",
    ]  # fmt: skip
    search_fields = ["assessment__commitment__reference", "assessment__commitment__title", "text"]
    readonly_fields = ["assessment_text"]
    fieldsets = [(_("To what"), {"fields": ["assessment", "assessment_text"]}), (_("The answer"), {"fields": ["text"]})]

    def choices(self, request):
        published = Assessment.objects.published()
        return {"assessment": published if is_administrator(request.user) else published.answerable_by(request.user)}

    def locked_fields(self, page):
        """Lock the assessment once the answer was submitted."""
        return ["assessment"] if page.row and page.row.submitted_at else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "assessment":
            field.queryset = field.queryset.select_related("commitment", "agency", "workgroup")
            field.label_from_instance = lambda row: f"{row} ({row.get_finding_display()}, {row.published})"
        return field

    @admin.display(description=_("what it says"))
    def assessment_text(self, obj):
        return obj.assessment.text if obj.assessment_id else EMPTY_VALUE

    @admin.display(description=_("commitment"), ordering="assessment__commitment__reference")
    def reference(self, obj):
        return obj.commitment.reference

    @admin.display(description=_("lead"))
    def lead(self, obj):
        return str(obj.commitment.lead)

    @admin.display(description=_("to the assessment of"))
    def assessor(self, obj):
        return obj.assessment.assessor

    def view_on_site(self, obj):
        return super().view_on_site(obj.commitment)
