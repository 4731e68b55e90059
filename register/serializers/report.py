"""Serializers of progress reports, their evidence and contributions, and status changes."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from commitments.models import Status
from foundation.public_fields import Place
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import PageURLField
from register.serializers.references import CommitmentRefSerializer
from register.serializers.values import (
    NullableChoiceField,
    PartialDateField,
    PrecisionField,
    UpdatedAtField,
    reviewed_by,
)
from reporting.evidence import MEDIA_TYPES
from reporting.models import Contribution, Evidence, ProgressReport, StatusChange
from reporting.public_fields import CONTRIBUTION, EVIDENCE, REPORT, STATUS_CHANGE


class EvidenceSerializer(PublicFieldsSerializer):
    """A public link, document or file that backs a report."""

    public_table = EVIDENCE
    url = serializers.SerializerMethodField()
    issued_on = PartialDateField("issued")
    issued_precision = PrecisionField("issued")
    link_check = NullableChoiceField(Evidence.LinkCheck, allow_null=True)
    media_type = serializers.ChoiceField(MEDIA_TYPES, source="file_type.media_type", allow_null=True, default=None)
    size = serializers.IntegerField(source="file_size", min_value=1, allow_null=True)
    digest = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = EVIDENCE.names_in(Place.API)

    @extend_schema_field({"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"})
    def get_digest(self, evidence):
        return evidence.file_digest or None

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_url(self, evidence):
        if evidence.url or not evidence.file:
            return evidence.url or None
        path = reverse("commitments:evidence", args=[evidence.report.commitment.reference, evidence.file_name])
        return self.context["request"].build_absolute_uri(path)


class ContributionSerializer(PublicFieldsSerializer):
    """A partner's own part in the report of a joint commitment, in its own words."""

    public_table = CONTRIBUTION
    agency = AgencyRefSerializer()
    text = serializers.CharField()

    class Meta:
        model = Contribution
        fields = CONTRIBUTION.names_in(Place.API)


# Within a commitment a report does not repeat what the commitment says.
BODY_FIELDS = [name for name in REPORT.names_in(Place.API) if name not in ("commitment", "number", "updated_at")]
PARTS = ["contributions", "evidence"]


class ReportBodySerializer(PublicFieldsSerializer):
    """Texts of a lead's report on a period."""

    public_table = REPORT
    code = serializers.CharField(source="reference")
    origin = serializers.SerializerMethodField()
    cycle = serializers.CharField(source="cycle.title", allow_null=True, default=None)
    on_behalf_of = AgencyRefSerializer(allow_null=True)
    status = NullableChoiceField(Status)
    superseded_by = CommitmentRefSerializer(allow_null=True)
    contributions = ContributionSerializer(
        many=True, help_text=_("What partners added in their own words; the commitment and its report count once.")
    )
    evidence = EvidenceSerializer(source="public_evidence", many=True, help_text=_("The public evidence."))
    published_on = PartialDateField("published")
    published_precision = PrecisionField("published")
    reviewed_by = reviewed_by()
    url = PageURLField()

    class Meta:
        model = ProgressReport
        fields = [*BODY_FIELDS, *PARTS]

    @extend_schema_field({"type": "string", "enum": ["lead", "public_source"]})
    def get_origin(self, report):
        return "lead" if report.author_id else "public_source"


class ReportSerializer(ReportBodySerializer):
    """A published progress report. It is never edited: a later report corrects it."""

    commitment = CommitmentRefSerializer()
    updated_at = UpdatedAtField()

    class Meta(ReportBodySerializer.Meta):
        fields = [*REPORT.names_in(Place.API), *PARTS]


class ChangeBodySerializer(PublicFieldsSerializer):
    """One step in the history of a status."""

    public_table = STATUS_CHANGE
    code = serializers.CharField(source="report.reference")
    from_status = NullableChoiceField(Status, allow_null=True)
    to_status = NullableChoiceField(Status)
    changed_on = PartialDateField("changed")
    changed_precision = PrecisionField("changed")

    class Meta:
        model = StatusChange
        fields = STATUS_CHANGE.names_in(Place.API)


class StatusChangeSerializer(ChangeBodySerializer):
    """A change of a commitment's status by a published report. Rows are added, and never altered."""

    commitment = CommitmentRefSerializer(help_text=_("The commitment whose status changed."))
    updated_at = UpdatedAtField()
    url = PageURLField()

    class Meta(ChangeBodySerializer.Meta):
        fields = ["code", "commitment", *ChangeBodySerializer.Meta.fields[1:], "updated_at", "url"]
