"""Serializers of progress reports, their evidence and contributions, and status changes."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from commitments.models import Status
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


class EvidenceSerializer(serializers.ModelSerializer):
    """A public link, document or file that backs a report."""

    url = serializers.SerializerMethodField(help_text=_("Where it is found; null when it is known by a symbol."))
    issued_on = PartialDateField("issued", help_text=_("When it was issued."))
    issued_precision = PrecisionField("issued")
    link_check = NullableChoiceField(
        Evidence.LinkCheck, allow_null=True, help_text=_("The outcome of the last check of the link.")
    )
    media_type = serializers.ChoiceField(
        MEDIA_TYPES,
        source="file_type.media_type",
        allow_null=True,
        default=None,
        help_text=_("What sort of file it is; null for a link or a symbol. It is handed out as a download."),
    )
    size = serializers.IntegerField(
        source="file_size", min_value=1, allow_null=True, help_text=_("The size of the file in bytes; or null.")
    )
    digest = serializers.SerializerMethodField(
        help_text=_("The SHA-256 digest of the file, in hexadecimal: by it a copy is known to be the file. Or null.")
    )

    class Meta:
        model = Evidence
        extra_kwargs = {
            "kind": {"help_text": _("What sort of evidence it is.")},
            "title": {"help_text": _("The title of what is shown.")},
            "symbol": {"help_text": _("The document symbol; empty where it is known by an address or is a file.")},
            "seen_on": {
                "help_text": _("The day on which the reporter last saw it there; null where that is not said.")
            },
            "link_checked_at": {
                "help_text": _("The moment of the last check of the link (UTC); null where it was never checked.")
            },
        }
        fields = [
            "kind",
            "title",
            "url",
            "symbol",
            "issued_on",
            "issued_precision",
            "seen_on",
            "link_check",
            "link_checked_at",
            "media_type",
            "size",
            "digest",
        ]

    @extend_schema_field({"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"})
    def get_digest(self, evidence):
        return evidence.file_digest or None

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_url(self, evidence):
        if evidence.url or not evidence.file:
            return evidence.url or None
        path = reverse("commitments:evidence", args=[evidence.report.commitment.reference, evidence.file_name])
        return self.context["request"].build_absolute_uri(path)


class ContributionSerializer(serializers.ModelSerializer):
    """A partner's own part in the report of a joint commitment, in its own words."""

    agency = AgencyRefSerializer(help_text=_("The partner whose words these are."))
    text = serializers.CharField(help_text=_("What the partner says that it did."))

    class Meta:
        model = Contribution
        fields = ["agency", "text"]


class ReportBodySerializer(serializers.ModelSerializer):
    """What the lead said about a period."""

    code = serializers.CharField(source="reference", help_text=_("Permanent: HLD-0001-2, the commitment's second."))
    origin = serializers.SerializerMethodField(
        help_text=_("'lead': written by the lead in this portal; 'public_source': taken from what it published.")
    )
    cycle = serializers.CharField(
        source="cycle.title", allow_null=True, default=None, help_text=_("The round that asked for it.")
    )
    on_behalf_of = AgencyRefSerializer(allow_null=True, help_text=_("The agency for which it was written."))
    status = NullableChoiceField(Status, help_text=_("The status that it reports."))
    superseded_by = CommitmentRefSerializer(allow_null=True, help_text=_("What takes the commitment's place."))
    contributions = ContributionSerializer(
        many=True, help_text=_("What partners added in their own words; the commitment and its report count once.")
    )
    evidence = EvidenceSerializer(source="public_evidence", many=True, help_text=_("The public evidence."))
    published_on = PartialDateField("published", help_text=_("When it was published."))
    published_precision = PrecisionField("published")
    reviewed_by = reviewed_by()
    url = PageURLField()

    class Meta:
        model = ProgressReport
        extra_kwargs = {
            "period_start": {"help_text": _("The first day of the period that it tells of; null where none is given.")},
            "period_end": {"help_text": _("The last day of the period that it tells of; null where none is given.")},
            "status_reason": {
                "help_text": _("Why the status is as it is; required where it is ‘discontinued’, else it may be empty.")
            },
            "outlook": {"help_text": _("How the lead sees the way ahead.")},
            "achieved": {"help_text": _("What came of it in the period, in the lead’s words.")},
            "barriers": {"help_text": _("What stood in the way; empty where nothing was said.")},
            "next_steps": {"help_text": _("What comes next; empty where nothing was said.")},
        }
        fields = [
            "code",
            "origin",
            "cycle",
            "on_behalf_of",
            "period_start",
            "period_end",
            "status",
            "status_reason",
            "superseded_by",
            "outlook",
            "achieved",
            "barriers",
            "next_steps",
            "contributions",
            "evidence",
            "published_on",
            "published_precision",
            "reviewed_by",
            "url",
        ]

    @extend_schema_field({"type": "string", "enum": ["lead", "public_source"]})
    def get_origin(self, report):
        return "lead" if report.author_id else "public_source"


class ReportSerializer(ReportBodySerializer):
    """A published progress report. It is never edited: a later report corrects it."""

    commitment = CommitmentRefSerializer(help_text=_("The commitment that it reports on."))
    updated_at = UpdatedAtField()

    class Meta(ReportBodySerializer.Meta):
        fields = [
            "code",
            "commitment",
            "number",
            *ReportBodySerializer.Meta.fields[1:-1],
            "updated_at",
            "url",
        ]


class ChangeBodySerializer(serializers.ModelSerializer):
    """One step in the history of a status."""

    code = serializers.CharField(source="report.reference", help_text=_("The report that made the change: HLD-0001-2."))
    from_status = NullableChoiceField(
        Status, allow_null=True, help_text=_("The status before; null where there was none.")
    )
    to_status = NullableChoiceField(Status, help_text=_("The status from then on."))
    changed_on = PartialDateField("changed", help_text=_("When the report was published."))
    changed_precision = PrecisionField("changed")

    class Meta:
        model = StatusChange
        extra_kwargs = {
            "reason": {"help_text": _("The reason that the report gives; empty where it gives none.")},
            "recorded_at": {"help_text": _("The moment at which the portal recorded the change (UTC).")},
        }
        fields = ["code", "from_status", "to_status", "reason", "changed_on", "changed_precision", "recorded_at"]


class StatusChangeSerializer(ChangeBodySerializer):
    """A change of a commitment's status by a published report. Rows are added, and never altered."""

    commitment = CommitmentRefSerializer(help_text=_("The commitment whose status changed."))
    updated_at = UpdatedAtField()
    url = PageURLField()

    class Meta(ChangeBodySerializer.Meta):
        fields = ["code", "commitment", *ChangeBodySerializer.Meta.fields[1:], "updated_at", "url"]
