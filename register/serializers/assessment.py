"""Serializers of assessments and of the lead's answers."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from register.serializers.values import PartialDateField, PrecisionField, reviewed_by
from reporting.models import Answer, Assessment
from workgroups.serializers import WorkGroupRefSerializer


class AssessorSerializer(serializers.Serializer):
    """Who judged: an agency, a work group, or somebody independent (who has neither code nor page)."""

    code = serializers.CharField(allow_null=True, help_text=_("The agency's code or the group's slug."))
    title = serializers.CharField(help_text=_("The full name."))
    url = serializers.URLField(allow_null=True, help_text=_("The address of its page."))

    def to_representation(self, assessment):
        if assessment.agency:
            return AgencyRefSerializer(assessment.agency, context=self.context).data
        if assessment.workgroup:
            return WorkGroupRefSerializer(assessment.workgroup, context=self.context).data
        return {"code": None, "title": assessment.assessor_name, "url": None}


class AnswerSerializer(serializers.ModelSerializer):
    """What the lead of the commitment says in public to a judgement."""

    published_on = PartialDateField("published", help_text=_("When it was published."))
    published_precision = PrecisionField("published")

    reviewed_by = reviewed_by()

    class Meta:
        model = Answer
        extra_kwargs = {
            "text": {"help_text": _("The answer, in the lead’s words.")},
        }
        fields = ["text", "published_on", "published_precision", "reviewed_by"]


class AssessmentSerializer(serializers.ModelSerializer):
    """Someone else's judgement beside the lead's own word."""

    assessor = AssessorSerializer(source="*", help_text=_("Who judged."))
    report = serializers.CharField(
        source="report.reference", allow_null=True, default=None, help_text=_("The report that is judged, if one.")
    )
    published_on = PartialDateField("published", help_text=_("When it was published."))
    published_precision = PrecisionField("published")
    reviewed_by = reviewed_by()
    answers = AnswerSerializer(
        source="public_answers", many=True, help_text=_("What the lead answers to it, oldest first.")
    )

    class Meta:
        model = Assessment
        extra_kwargs = {
            "assessor_kind": {"help_text": _("As what the assessor judges.")},
            "finding": {"help_text": _("Whether the assessor agrees with the lead’s report.")},
            "text": {"help_text": _("The judgement, in the assessor’s words.")},
            "source_title": {
                "help_text": _("The title under which the judgement was published elsewhere; empty where it was not.")
            },
            "source_location": {
                "help_text": _("The address or document symbol of that publication; empty where there is none.")
            },
        }
        fields = [
            "assessor_kind",
            "assessor",
            "report",
            "finding",
            "text",
            "source_title",
            "source_location",
            "published_on",
            "published_precision",
            "reviewed_by",
            "answers",
        ]
