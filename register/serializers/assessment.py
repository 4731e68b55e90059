"""Serializers of assessments and of the lead's answers."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from foundation.public_fields import Place
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import ADDRESS_OF_PAGE
from register.serializers.references import CODE_OF_BODY, NAME_OF_BODY
from register.serializers.values import PartialDateField, PrecisionField, reviewed_by
from reporting.models import Answer, Assessment
from reporting.public_fields import ANSWER, ASSESSMENT
from workgroups.serializers import WorkGroupRefSerializer


class AssessorSerializer(serializers.Serializer):
    """Assessor: an agency, a work group, or an independent body (which has neither code nor page)."""

    code = serializers.CharField(allow_null=True, help_text=CODE_OF_BODY)
    title = serializers.CharField(help_text=NAME_OF_BODY)
    url = serializers.URLField(allow_null=True, help_text=ADDRESS_OF_PAGE)

    def to_representation(self, assessment):
        if assessment.agency:
            return AgencyRefSerializer(assessment.agency, context=self.context).data
        if assessment.workgroup:
            return WorkGroupRefSerializer(assessment.workgroup, context=self.context).data
        return {"code": None, "title": assessment.assessor_name, "url": None}


class AnswerSerializer(PublicFieldsSerializer):
    """Public answer of a commitment's lead to an assessment."""

    public_table = ANSWER
    published_on = PartialDateField("published")
    published_precision = PrecisionField("published")

    reviewed_by = reviewed_by()

    class Meta:
        model = Answer
        fields = ANSWER.names_in(Place.API)


class AssessmentSerializer(PublicFieldsSerializer):
    """An assessment by somebody else than the lead."""

    public_table = ASSESSMENT
    assessor = AssessorSerializer(source="*")
    report = serializers.CharField(source="report.reference", allow_null=True, default=None)
    published_on = PartialDateField("published")
    published_precision = PrecisionField("published")
    reviewed_by = reviewed_by()
    answers = AnswerSerializer(
        source="public_answers", many=True, help_text=_("What the lead answers to it, oldest first.")
    )

    class Meta:
        model = Assessment
        fields = [*ASSESSMENT.names_in(Place.API), "answers"]
