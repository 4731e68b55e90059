from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.permissions import is_administrator, is_secretariat
from commitments.admin.scoping import NOTHING, WorkflowAdmin
from commitments.forms import AssessmentForm
from commitments.models import Answer, Assessment, Commitment, ProgressReport
from commitments.permissions import agencies_for, groups_for, interested_agencies, may_assess, may_create_drafts
from workgroups.models import Participation


@admin.register(Assessment)
class AssessmentAdmin(WorkflowAdmin):
    form = AssessmentForm
    list_display = ["reference", "assessor", "assessor_kind", "finding", "state", "published"]
    list_filter = ["state", "finding", "assessor_kind", "agency", "workgroup"]
    list_select_related = ["commitment", "agency", "workgroup"]
    search_fields = ["commitment__reference", "commitment__title", "assessor_name", "text"]
    autocomplete_fields = ["commitment", "report"]
    fieldsets = [
        (_("About what"), {"fields": ["commitment", "report"]}),
        (
            _("Who judges"),
            {
                "fields": ["assessor_kind", "agency", "workgroup", "assessor_name"],
                "description": _("Fill in the one that the kind of assessor calls for, and leave the others empty."),
            },
        ),
        (_("The judgement"), {"fields": ["finding", "text", "source_title", "source_location"]}),
    ]

    def may_write(self, user):
        return may_assess(user)

    def choices(self, request):
        """No assessor is offered that has a stake in the commitment, once that is known."""
        user = request.user
        agencies, groups = agencies_for(user), groups_for(user)
        commitment = self.known_commitment(request)
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

    def known_commitment(self, request) -> Commitment | None:
        """The commitment of the assessment that is open, or that the address of a new one names."""
        object_id = request.resolver_match.kwargs.get("object_id")
        if object_id:
            return Commitment.objects.filter(assessments__in=self.get_queryset(request).filter(pk=object_id)).first()
        named = request.GET.get("commitment", "")
        known = named.isascii() and named.isdecimal() and len(named) < 19
        return Commitment.objects.published().filter(pk=named).first() if known else None

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"writer": request.user})

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """The assessments of independent assessors are kept by the secretariat."""
        if db_field.name == "assessor_kind":
            kinds = dict(db_field.choices)
            if not is_administrator(request.user):
                kinds = {kind: label for kind, label in kinds.items() if self.may_keep(request.user, kind)}
            kwargs["choices"] = [("", "---------"), *kinds.items()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def may_keep(self, user, kind: str) -> bool:
        return is_secretariat(user) if kind == Assessment.AssessorKind.INDEPENDENT else may_create_drafts(user)

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def reference(self, obj):
        return obj.commitment.reference

    def view_on_site(self, obj):
        return super().view_on_site(obj.commitment)


@admin.register(Answer)
class AnswerAdmin(WorkflowAdmin):
    """What a lead answers to a judgement; a choice offers the judgements on what the person's agencies lead."""

    list_display = ["reference", "lead", "assessor", "state", "published"]
    list_filter = ["state", "assessment__finding", "assessment__agency", "assessment__workgroup"]
    list_select_related = [
        "assessment__commitment__lead_agency", "assessment__commitment__workgroup", "assessment__agency",
        "assessment__workgroup",
    ]  # fmt: skip
    search_fields = ["assessment__commitment__reference", "assessment__commitment__title", "text"]
    readonly_fields = ["judgement"]
    fieldsets = [(_("To what"), {"fields": ["assessment", "judgement"]}), (_("The answer"), {"fields": ["text"]})]

    def choices(self, request):
        judged = Assessment.objects.published()
        return {"assessment": judged if is_administrator(request.user) else judged.answerable_by(request.user)}

    def get_readonly_fields(self, request, obj=None):
        """What is answered stays what it is, once the answer was sent off."""
        shown = super().get_readonly_fields(request, obj)
        return [*shown, "assessment"] if obj and obj.submitted_at else shown

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "assessment":
            field.queryset = field.queryset.select_related("commitment", "agency", "workgroup")
            field.label_from_instance = lambda row: f"{row} ({row.get_finding_display()}, {row.published})"
        return field

    @admin.display(description=_("what it says"))
    def judgement(self, obj):
        return obj.assessment.text if obj.assessment_id else NOTHING

    @admin.display(description=_("commitment"), ordering="assessment__commitment__reference")
    def reference(self, obj):
        return obj.commitment.reference

    @admin.display(description=_("lead"))
    def lead(self, obj):
        return str(obj.commitment.lead)

    @admin.display(description=_("to the judgement of"))
    def assessor(self, obj):
        return obj.assessment.assessor

    def view_on_site(self, obj):
        return super().view_on_site(obj.commitment)
