from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agencies.permissions import is_administrator, is_secretariat
from commitments.admin.scoping import WorkflowAdmin
from commitments.forms import AssessmentForm
from commitments.models import Assessment, Commitment, ProgressReport
from commitments.permissions import agencies_for, groups_for, may_assess, may_start


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
        user = request.user
        return {
            "commitment": Commitment.objects.published(),
            "report": ProgressReport.objects.published(),
            "agency": agencies_for(user),
            "workgroup": groups_for(user),
        }

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """The assessments of independent assessors are kept by the secretariat."""
        if db_field.name == "assessor_kind":
            kinds = dict(db_field.choices)
            if not is_administrator(request.user):
                kinds = {kind: label for kind, label in kinds.items() if self.may_keep(request.user, kind)}
            kwargs["choices"] = [("", "---------"), *kinds.items()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def may_keep(self, user, kind: str) -> bool:
        return is_secretariat(user) if kind == Assessment.AssessorKind.INDEPENDENT else may_start(user)

    @admin.display(description=_("commitment"), ordering="commitment__reference")
    def reference(self, obj):
        return obj.commitment.reference

    def view_on_site(self, obj):
        return super().view_on_site(obj.commitment)
