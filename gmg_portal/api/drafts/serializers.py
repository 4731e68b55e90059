"""Serializers of drafts, their evidence and the bodies of requests."""

from uuid import UUID, uuid5

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from commitments.models import Outlook, Status
from commitments.workflow import State
from foundation.rest.problem_codes import ERROR_CHOICES
from foundation.rest.problem_serializers import FAULT_CODE, FAULT_DETAIL, BaseProblemSerializer
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import LinkField
from gmg_portal.editors.forms.prefill import is_blank
from register.serializers import (
    CommitmentRefSerializer,
    NullableChoiceField,
    PartialDateField,
    PrecisionField,
)
from reporting import rules
from reporting.evidence import MEDIA_TYPES
from reporting.models import Evidence, ProgressReport
from reporting.public_fields import EVIDENCE, REPORT, WRITTEN_BY_LEAD
from reporting.rules.hints import review_hints

EXPECTED = "expected"
STATES = [EXPECTED, State.DRAFT, State.SUBMITTED, State.SENT_BACK, State.PUBLISHED]


def evidence_code(evidence: Evidence) -> UUID:
    """Return the code that names a piece of evidence within its report."""
    return uuid5(evidence.report.draft_code, str(evidence.pk))


def version_tag(report: ProgressReport) -> str:
    """Return the version of a report and the id of its newest history row, for ETag and If-Match."""
    return f"v{report.version}.{report.newest_line or 0}"


def draft_state(report: ProgressReport) -> str:
    """Return the state of the workflow, or 'expected' for a blank report of a cycle."""
    blank = report.state == State.DRAFT and report.cycle_id and is_blank(report)
    return EXPECTED if blank else report.state


class DraftEvidenceSerializer(PublicFieldsSerializer):
    """A piece of evidence of a draft: a link, a document symbol or a file."""

    public_table = EVIDENCE
    code = serializers.SerializerMethodField(help_text=_("Names it within the draft; for removing it."))
    url = LinkField(help_text=_("Where it is found; null for a symbol or a file."))
    issued_on = PartialDateField("issued")
    issued_precision = PrecisionField("issued")
    is_public = serializers.BooleanField(help_text=_("Whether readers will see it; if not, reviewers alone do."))
    media_type = serializers.ChoiceField(
        MEDIA_TYPES,
        source="file_type.media_type",
        allow_null=True,
        default=None,
        help_text=_("What sort of file it is; null for a link or a symbol."),
    )
    size = serializers.IntegerField(source="file_size", allow_null=True, help_text=_("Of the file, in bytes; or null."))
    digest = serializers.SerializerMethodField(help_text=_("The SHA-256 digest of the file; or null."))

    class Meta:
        model = Evidence
        fields = [
            "code",
            "kind",
            "title",
            "url",
            "symbol",
            "issued_on",
            "issued_precision",
            "seen_on",
            "is_public",
            "media_type",
            "size",
            "digest",
        ]

    @extend_schema_field({"type": "string", "format": "uuid"})
    def get_code(self, evidence):
        return str(evidence_code(evidence))

    @extend_schema_field({"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"})
    def get_digest(self, evidence):
        return evidence.file_digest or None


class DraftRowSerializer(PublicFieldsSerializer):
    """A report of one's own agency that is open: asked for, begun, sent off or sent back."""

    public_table = REPORT
    code = serializers.UUIDField(source="draft_code", help_text=_("Names the report as long as it has no number."))
    state = serializers.SerializerMethodField(
        help_text=_("'expected': a cycle asks for it, and nothing is written. 'published': see `report`.")
    )
    version = serializers.SerializerMethodField(
        help_text=_("What a change is made upon: send it back, in quotes, as `If-Match`.")
    )
    commitment = CommitmentRefSerializer(help_text=_("What is reported on."))
    cycle = serializers.CharField(
        source="cycle.title", allow_null=True, default=None, help_text=_("The round that asked for it, by its title.")
    )
    due_on = serializers.DateField(
        source="cycle.due_on", allow_null=True, default=None, help_text=_("By when the cycle asks for it; or null.")
    )
    on_behalf_of = AgencyRefSerializer(allow_null=True, help_text=_("The agency whose word this is."))
    status = NullableChoiceField(
        Status, allow_null=True, help_text=_("The status that it reports; null while none is chosen.")
    )
    superseded_by = CommitmentRefSerializer(allow_null=True, help_text=_("What takes the commitment's place."))
    outlook = NullableChoiceField(Outlook)
    evidence = DraftEvidenceSerializer(source="own_evidence", many=True, help_text=_("What backs it."))
    review_note = serializers.CharField(help_text=_("What the reviewer asks to be mended, once it is sent back."))
    submitted_at = serializers.DateTimeField(allow_null=True, help_text=_("When it was last sent off (UTC); or null."))
    updated_at = serializers.DateTimeField(help_text=_("The moment of its last change (UTC)."))
    report = serializers.SerializerMethodField(help_text=_("Its public code, as HLD-0001-2, once it is published."))
    url = serializers.SerializerMethodField(help_text=_("Its address here."))

    class Meta:
        model = ProgressReport
        fields = [
            "code",
            "state",
            "version",
            "commitment",
            "cycle",
            "due_on",
            "on_behalf_of",
            *WRITTEN_BY_LEAD,
            "evidence",
            "review_note",
            "submitted_at",
            "updated_at",
            "report",
            "url",
        ]

    @extend_schema_field({"type": "string", "enum": STATES})
    def get_state(self, report):
        return draft_state(report)

    @extend_schema_field({"type": "string", "pattern": r"^v\d+\.\d+$", "examples": ["v3.1217"]})
    def get_version(self, report):
        return version_tag(report)

    @extend_schema_field({"type": ["string", "null"], "examples": ["HLD-0001-2"]})
    def get_report(self, report):
        return report.reference if report.number else None

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, report):
        return self.context["request"].build_absolute_uri(reverse("api:draft", args=[report.draft_code]))


class DraftSerializer(DraftRowSerializer):
    """One report of one's own agency, with what prevents its submission."""

    missing = serializers.SerializerMethodField(
        help_text=_("What has to be mended before it can be submitted, as sentences; empty where nothing is.")
    )
    hints = serializers.SerializerMethodField(
        help_text=_("What a reviewer is likely to ask about, though nothing forbids it.")
    )

    class Meta(DraftRowSerializer.Meta):
        fields = [*DraftRowSerializer.Meta.fields, "missing", "hints"]

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_missing(self, report):
        return rules.submission_errors(report) if self._is_open(report) else []

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_hints(self, report):
        return review_hints(report) if self._is_open(report) else []

    def _is_open(self, report) -> bool:
        return report.state in (State.DRAFT, State.SENT_BACK)


class DraftListSerializer(serializers.Serializer):
    """All open reports of the agency: there are never so many that they need pages."""

    count = serializers.IntegerField(help_text=_("How many there are."))
    results = DraftRowSerializer(
        many=True, help_text=_("What is due first stands first; what no cycle asked for, last.")
    )


# Bodies of requests


class DraftChangesSerializer(serializers.ModelSerializer):
    """Changes of a report. A field that is left out stays as it is; null or an empty text empties it.

    Codes and references are taken in any case.
    """

    status = serializers.ChoiceField(
        Status.choices,
        required=False,
        allow_null=True,
        help_text=_("How far it has come. ‘completed’ needs public evidence; an announcement alone is planning."),
    )
    outlook = serializers.ChoiceField(
        Outlook.choices, required=False, help_text=_("Whether it will be done by its day, as things stand.")
    )
    superseded_by = serializers.CharField(
        required=False, allow_null=True, help_text=_("The reference of the published commitment that takes its place.")
    )

    class Meta:
        model = ProgressReport
        fields = WRITTEN_BY_LEAD
        extra_kwargs = {
            "period_start": {"required": False, "help_text": _("The first day that it tells of: 2014-01-01.")},
            "period_end": {"required": False, "help_text": _("The last day that it tells of: 2014-06-30.")},
            "status_reason": {"required": False, "help_text": _("Why, where the commitment is discontinued.")},
            "achieved": {"required": False, "help_text": _("What was done and what came of it, in a few sentences.")},
            "barriers": {"required": False, "help_text": _("What stood in the way; empty where nothing did.")},
            "next_steps": {"required": False, "help_text": _("What comes next, and by when.")},
        }


class NewDraftSerializer(DraftChangesSerializer):
    """A report to begin: about which commitment, and for which cycle."""

    commitment = serializers.CharField(
        help_text=_("The reference of a published commitment that your agency, or a group that it leads, leads.")
    )
    cycle = serializers.CharField(
        required=False,
        allow_null=True,
        help_text=_(
            "The title of the cycle whose expected report is filled in. Left out, it is the one that waits, if"
            " there is one; null begins a report that no cycle asked for."
        ),
    )

    class Meta(DraftChangesSerializer.Meta):
        fields = ["commitment", "cycle", *WRITTEN_BY_LEAD]


class NewEvidenceSerializer(serializers.ModelSerializer):
    """A link or a document symbol; a file is sent as multipart/form-data, with these fields beside it."""

    kind = serializers.ChoiceField(
        Evidence.Kind.choices, required=False, help_text=_("What sort of evidence it is; a web page if left out.")
    )
    url = serializers.CharField(required=False, help_text=_("Its public web address, of at most 2,000 characters."))
    symbol = serializers.CharField(required=False, help_text=_("Its document symbol: A/68/190."))
    title = serializers.CharField(max_length=500, help_text=_("Its title."))
    issued_on = serializers.CharField(
        required=False, allow_null=True, help_text=_("When it was issued: 2014, 2014-03 or 2014-03-05.")
    )
    seen_on = serializers.DateField(required=False, allow_null=True, help_text=_("When it was last looked at."))
    is_public = serializers.BooleanField(
        required=False, help_text=_("Whether readers see it; if not, reviewers alone do. True if left out.")
    )

    class Meta:
        model = Evidence
        fields = ["kind", "title", "url", "symbol", "issued_on", "seen_on", "is_public"]


@extend_schema_field({"type": "string", "format": "binary"})
class UploadField(serializers.FileField):
    """The bytes of a file."""


class NewFileSerializer(NewEvidenceSerializer):
    """A file: PDF, DOCX, XLSX, PNG or JPEG, at most 25 MB, checked by its content."""

    file = UploadField(help_text=_("The file itself."))

    class Meta(NewEvidenceSerializer.Meta):
        fields = [*NewEvidenceSerializer.Meta.fields, "file"]


class FieldFaultSerializer(serializers.Serializer):
    """Problem of one field of the body, with its present value, or of one parameter of the address."""

    field = serializers.CharField(
        required=False, help_text=_("The field of the body that is refused; empty where it is the whole.")
    )
    parameter = serializers.CharField(required=False, help_text=_("The refused parameter of the address, if any."))
    code = serializers.ChoiceField(ERROR_CHOICES, help_text=FAULT_CODE)
    detail = serializers.CharField(help_text=FAULT_DETAIL)
    allowed = serializers.ListField(
        child=serializers.CharField(), required=False, help_text=_("What it takes, if that can be listed.")
    )
    nearest = serializers.CharField(required=False, help_text=_("Of what is known, what is most like what was sent."))
    theirs = serializers.CharField(required=False, help_text=_("At a clash: what somebody else wrote meanwhile."))
    yours = serializers.CharField(required=False, help_text=_("At a clash: what was sent."))


class SubmissionProblemSerializer(BaseProblemSerializer):
    """A request that was refused (RFC 9457), with what is wrong field by field."""

    existing = serializers.URLField(
        required=False, help_text=_("Where a report is begun already: the address of that report.")
    )
    errors = FieldFaultSerializer(many=True, required=False, help_text=_("Each field that is refused."))
