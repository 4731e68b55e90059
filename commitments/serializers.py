"""How commitments and what hangs on them read in the API.

A day stands at its true precision, as `due_on`: '2014', '2014-03' or '2014-03-05', with `due_precision` beside it:
'year', 'month' or 'day'. Both are null when no day is known. A field without such a companion is a full day.
"""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.models import Agency
from agencies.serializers import AgencyRefSerializer, LinkField, PageURLField
from agenda.serializers import AgendaPointRefSerializer
from commitments.citations import Citation
from commitments.dates import Precision
from commitments.evidence import MEDIA_TYPES
from commitments.models import (
    Answer,
    Assessment,
    Commitment,
    Contribution,
    Evidence,
    Freshness,
    Milestone,
    Outlook,
    Partner,
    ProgressReport,
    Stakeholder,
    Status,
    StatusChange,
    Verification,
)
from commitments.workflow import State
from recommendations.serializers import RecommendationRefSerializer
from workgroups.serializers import WorkGroupRefSerializer, WorkPlanRefSerializer


@extend_schema_field(
    {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", "examples": ["2014", "2014-03", "2014-03-05"]}
)
class PartialDateField(serializers.CharField):
    """A year, a month or a day, in ISO 8601 at its true precision; null when none is known."""

    def __init__(self, source, **kwargs):
        super().__init__(source=source, read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value):
        return value.iso


class PrecisionField(serializers.ChoiceField):
    """How precisely the day beside it is known; null when no day is known."""

    def __init__(self, source, **kwargs):
        told = _("How precisely the day beside it is known; null when no day is known.")
        kwargs = {"read_only": True, "allow_null": True, "help_text": told, **kwargs}
        super().__init__(Precision.choices, source=f"{source}.precision", **kwargs)


class WordField(serializers.ChoiceField):
    """One of a set of words; null where nothing was said."""

    def __init__(self, choices, **kwargs):
        super().__init__([choice for choice in choices.choices if choice[0]], read_only=True, **kwargs)

    def to_representation(self, value):
        return value or None


class LeadSerializer(serializers.Serializer):
    """Who leads: a member or constituent, or a work group."""

    kind = serializers.ChoiceField(["agency", "workgroup"], help_text=_("Whether an agency or a work group leads."))
    code = serializers.CharField(help_text=_("The agency's code or the group's slug."))
    title = serializers.CharField(help_text=_("The full name."))
    url = serializers.URLField(help_text=_("The address of its page."))

    def to_representation(self, lead):
        if isinstance(lead, Agency):
            return {"kind": "agency", **self.agency.to_representation(lead)}
        return {"kind": "workgroup", **self.workgroup.to_representation(lead)}

    @cached_property
    def agency(self):
        return AgencyRefSerializer(context=self.context)

    @cached_property
    def workgroup(self):
        return WorkGroupRefSerializer(context=self.context)


class CommitmentRefSerializer(serializers.ModelSerializer):
    """A commitment, named."""

    code = serializers.CharField(source="reference", help_text=_("The commitment's permanent reference."))
    url = PageURLField()

    class Meta:
        model = Commitment
        extra_kwargs = {
            "title": {"help_text": _("The commitment’s title.")},
        }
        fields = ["code", "title", "url"]


class SuccessorSerializer(CommitmentRefSerializer):
    """The commitment that takes the place of another, by its last report."""

    def to_representation(self, commitment):
        if not commitment.successor:
            return None
        return super().to_representation(Commitment(reference=commitment.successor, title=commitment.successor_title))


class StakeholderSerializer(serializers.ModelSerializer):
    """A body beyond the group that takes part."""

    class Meta:
        model = Stakeholder
        extra_kwargs = {
            "name": {"help_text": _("The body’s full name.")},
            "acronym": {"help_text": _("Its short name; empty where it has none.")},
            "kind": {"help_text": _("What sort of body it is.")},
        }
        fields = ["name", "acronym", "kind"]


class SourceSerializer(serializers.Serializer):
    """Where it is written."""

    title = serializers.CharField(source="source_title", help_text=_("The title of the source."))
    location = serializers.CharField(source="source_location", help_text=_("Its address or document symbol."))
    url = LinkField(source="source_address", help_text=_("Its address; null when it is known by a symbol."))


class MomentField(serializers.DateTimeField):
    """The moment of the last public change, in UTC; null in an answer of a past day, of which none is kept."""

    def __init__(self, **kwargs):
        told = {
            "help_text": _(
                "The moment (UTC) at which anything that is said here last changed in public, by which updated_since "
                "finds it; null with as_of."
            )
        }
        super().__init__(source="moved_at", read_only=True, allow_null=True, **told | kwargs)


class CommitmentRowSerializer(serializers.ModelSerializer):
    """A commitment as the register lists it. One that was withdrawn is listed with `updated_since`, and says so."""

    reference = serializers.CharField(help_text=_("Permanent and never used again: HLD-0001."))
    state = serializers.ChoiceField(
        [State.PUBLISHED, State.WITHDRAWN], source="standing_state", help_text=_("Whether it stands or was withdrawn.")
    )
    withdrawn_on = serializers.DateField(
        source="standing_withdrawn_on", allow_null=True, help_text=_("The day on which it was withdrawn; or null.")
    )
    withdrawn_reason = serializers.CharField(
        source="standing_withdrawn_reason", help_text=_("Why it was withdrawn; empty while it stands.")
    )
    scope = WordField(Commitment.Scope, allow_null=True, help_text=_("How wide it reaches; null where not known."))
    places = serializers.ListField(child=serializers.CharField(), help_text=_("As the source names them."))
    lead = LeadSerializer(help_text=_("The one agency or work group that undertook it."))
    partners = AgencyRefSerializer(source="partner_agencies", many=True, help_text=_("The agencies that take part."))
    agenda_points = AgendaPointRefSerializer(many=True, help_text=_("The points of the agenda it serves."))
    recommendations = RecommendationRefSerializer(many=True, help_text=_("The recommendations it answers."))
    start_on = PartialDateField("start", help_text=_("When it starts."))
    start_precision = PrecisionField("start")
    due_on = PartialDateField("due", help_text=_("When it is due."))
    due_precision = PrecisionField("due")
    status = WordField(
        Status, source="standing_status", allow_null=True, help_text=_("By the last report; null with none.")
    )
    outlook = WordField(Outlook, source="standing_outlook", help_text=_("How the lead sees the way ahead."))
    freshness = WordField(
        Freshness, source="standing_freshness", help_text=_("Computed: how recently the lead was heard.")
    )
    verification = WordField(
        Verification, source="standing_verification", help_text=_("Computed: whether others have judged.")
    )
    last_heard_on = PartialDateField("last_heard", help_text=_("The day of the last report."))
    last_heard_precision = PrecisionField("last_heard")
    status_reason = serializers.CharField(
        source="standing_reason", help_text=_("What the last report gives as the reason; empty where it gives none.")
    )
    superseded_by = SuccessorSerializer(
        source="*", allow_null=True, help_text=_("What takes its place, by the last report; or null.")
    )
    stakeholders = StakeholderSerializer(many=True, help_text=_("Those beyond the group who take part."))
    work_plan = WorkPlanRefSerializer(allow_null=True, help_text=_("The work plan under which it stands."))
    source = SourceSerializer(source="*", help_text=_("Where it is written."))
    published_on = PartialDateField("published", help_text=_("Since when it counts as public."))
    published_precision = PrecisionField("published")
    updated_at = MomentField()
    url = PageURLField()

    class Meta:
        model = Commitment
        extra_kwargs = {
            "title": {"help_text": _("What was undertaken, in a line.")},
            "summary": {"help_text": _("What was undertaken, in a few sentences.")},
            "kind": {"help_text": _("What sort of undertaking it is.")},
            "confidence": {"help_text": _("Whether the source itself was read.")},
        }
        fields = [
            "reference",
            "title",
            "state",
            "withdrawn_on",
            "withdrawn_reason",
            "summary",
            "original_text",
            "kind",
            "scope",
            "places",
            "lead",
            "partners",
            "agenda_points",
            "recommendations",
            "start_on",
            "start_precision",
            "due_on",
            "due_precision",
            "status",
            "status_reason",
            "superseded_by",
            "outlook",
            "freshness",
            "verification",
            "last_heard_on",
            "last_heard_precision",
            "stakeholders",
            "work_plan",
            "source",
            "confidence",
            "published_on",
            "published_precision",
            "updated_at",
            "url",
        ]


class PartnerSerializer(serializers.ModelSerializer):
    """An agency that takes part, and its own part in it."""

    agency = AgencyRefSerializer(help_text=_("The agency that takes part."))

    class Meta:
        model = Partner
        extra_kwargs = {
            "part": {"help_text": _("What this agency itself does in it; empty where that is not said.")},
        }
        fields = ["agency", "part"]


class MilestoneSerializer(serializers.ModelSerializer):
    """A named step; what was met after the day of `as_of` was not met then."""

    due_on = PartialDateField("due", help_text=_("When the step is due."))
    due_precision = PrecisionField("due")
    met_on = PartialDateField("met", help_text=_("When the step was met; null while it is not."))
    met_precision = PrecisionField("met")

    class Meta:
        model = Milestone
        extra_kwargs = {
            "title": {"help_text": _("What the step is.")},
        }
        fields = ["title", "due_on", "due_precision", "met_on", "met_precision"]

    def to_representation(self, milestone):
        day = self.context["view"].filterset.day
        told = super().to_representation(milestone)
        unmet = day and milestone.met_on and milestone.met_on > day
        return {**told, "met_on": None, "met_precision": None} if unmet else told


class EvidenceSerializer(serializers.ModelSerializer):
    """A public link, document or file that backs a report."""

    url = serializers.SerializerMethodField(help_text=_("Where it is found; null when it is known by a symbol."))
    issued_on = PartialDateField("issued", help_text=_("When it was issued."))
    issued_precision = PrecisionField("issued")
    link_check = WordField(
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
    status = WordField(Status, help_text=_("The status that it reports."))
    superseded_by = CommitmentRefSerializer(allow_null=True, help_text=_("What takes the commitment's place."))
    contributions = ContributionSerializer(
        many=True, help_text=_("What partners added in their own words; the commitment and its report count once.")
    )
    evidence = EvidenceSerializer(source="public_evidence", many=True, help_text=_("The public evidence."))
    published_on = PartialDateField("published", help_text=_("When it was published."))
    published_precision = PrecisionField("published")
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
            "url",
        ]

    @extend_schema_field({"type": "string", "enum": ["lead", "public_source"]})
    def get_origin(self, report):
        return "lead" if report.author_id else "public_source"


class ReportSerializer(ReportBodySerializer):
    """A published progress report. It is never edited: a later report corrects it."""

    commitment = CommitmentRefSerializer(help_text=_("The commitment that it reports on."))
    updated_at = MomentField()

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
    from_status = WordField(Status, allow_null=True, help_text=_("The status before; null where there was none."))
    to_status = WordField(Status, help_text=_("The status from then on."))
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
    updated_at = MomentField()
    url = PageURLField()

    class Meta(ChangeBodySerializer.Meta):
        fields = ["code", "commitment", *ChangeBodySerializer.Meta.fields[1:], "updated_at", "url"]


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

    class Meta:
        model = Answer
        extra_kwargs = {
            "text": {"help_text": _("The answer, in the lead’s words.")},
        }
        fields = ["text", "published_on", "published_precision"]


class AssessmentSerializer(serializers.ModelSerializer):
    """Someone else's judgement beside the lead's own word."""

    assessor = AssessorSerializer(source="*", help_text=_("Who judged."))
    report = serializers.CharField(
        source="report.reference", allow_null=True, default=None, help_text=_("The report that is judged, if one.")
    )
    published_on = PartialDateField("published", help_text=_("When it was published."))
    published_precision = PrecisionField("published")
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
            "answers",
        ]


class CommitmentSerializer(CommitmentRowSerializer):
    """A commitment with its whole public history. One that was withdrawn answers, and says so."""

    partners = PartnerSerializer(many=True, help_text=_("The agencies that take part, each with its own part."))
    supersedes = CommitmentRefSerializer(many=True, help_text=_("What it takes the place of."))
    milestones = MilestoneSerializer(many=True, help_text=_("Its steps, in the order of their due days."))
    reports = ReportBodySerializer(source="public_reports", many=True, help_text=_("Published reports, newest first."))
    status_changes = ChangeBodySerializer(
        source="public_changes", many=True, help_text=_("The history of its status, newest first.")
    )
    assessments = AssessmentSerializer(
        source="public_assessments", many=True, help_text=_("What others say, newest first.")
    )
    citation = serializers.SerializerMethodField(help_text=_("How to cite it."))

    class Meta(CommitmentRowSerializer.Meta):
        fields = [
            *CommitmentRowSerializer.Meta.fields[:-1],
            "supersedes",
            "milestones",
            "reports",
            "status_changes",
            "assessments",
            "citation",
            "url",
        ]

    @extend_schema_field(OpenApiTypes.STR)
    def get_citation(self, commitment):
        address = self.context["request"].build_absolute_uri(commitment.get_absolute_url())
        return Citation.of(commitment, address, self.context["view"].filterset.day).plain


# Summaries


class CountSerializer(serializers.Serializer):
    """How many commitments, and where they are."""

    count = serializers.IntegerField(min_value=0, help_text=_("How many published commitments."))
    url = PageURLField(source=None, help_text=_("The address of the register with just these rows."))


class MatrixCellSerializer(CountSerializer):
    """The commitments of one lead on one point."""

    agenda_point = serializers.IntegerField(source="code", help_text=_("The point's number."))


class MatrixRowSerializer(serializers.Serializer):
    """What one lead undertook on each point."""

    lead = LeadSerializer(help_text=_("What a constituent leads counts for the member that it belongs to."))
    cells = MatrixCellSerializer(many=True, help_text=_("One for each point, in their order."))
    total = CountSerializer(help_text=_("Each commitment once, however many points it serves."))


class MatrixSerializer(serializers.Serializer):
    """Published commitments by lead and agenda point: the members in their order, then the work groups."""

    as_of = serializers.DateField(source="day", allow_null=True, help_text=_("The day asked for; null for today."))
    agenda_points = AgendaPointRefSerializer(source="points", many=True, help_text=_("The columns."))
    rows = MatrixRowSerializer(many=True, help_text=_("One for each lead."))
    totals = MatrixCellSerializer(many=True, help_text=_("Of each column."))
    total = serializers.IntegerField(help_text=_("All published commitments."))


class FreshnessCountSerializer(CountSerializer):
    """The commitments of one freshness."""

    freshness = serializers.ChoiceField(
        Freshness.choices, source="code", help_text=_("How recently the lead of each was heard.")
    )


class LeadFreshnessSerializer(serializers.Serializer):
    """How one lead keeps the record up to date."""

    lead = LeadSerializer(help_text=_("What a constituent leads counts for the member that it belongs to."))
    counts = FreshnessCountSerializer(many=True, help_text=_("One for each freshness."))
    total = serializers.IntegerField(help_text=_("All published commitments of this lead."))
    last_heard_on = PartialDateField("last_heard", help_text=_("The day of its last report on any of them."))
    last_heard_precision = PrecisionField("last_heard")


class FreshnessSummarySerializer(serializers.Serializer):
    """Published commitments by freshness: all of them, and by lead with its last word."""

    as_of = serializers.DateField(source="day", allow_null=True, help_text=_("The day asked for; null for today."))
    counts = FreshnessCountSerializer(many=True, help_text=_("One for each freshness."))
    total = serializers.IntegerField(help_text=_("All published commitments."))
    leads = LeadFreshnessSerializer(many=True, help_text=_("The members in their order, then the work groups."))


class CoverageSerializer(serializers.Serializer):
    """How far one thing is answered, and what is wanting."""

    code = serializers.CharField(help_text=_("Its public identifier."))
    title = serializers.CharField(help_text=_("Its name or wording."))
    url = PageURLField(source="page")
    commitments = serializers.IntegerField(help_text=_("How many published commitments answer it."))
    dated = serializers.IntegerField(help_text=_("How many of them have a due day."))
    reported = serializers.IntegerField(help_text=_("How many of them were reported on."))
    reported_in_cycle = serializers.IntegerField(
        help_text=_("How many of them were reported on since the newest cycle opened; 0 where none has.")
    )
    owed = serializers.IntegerField(help_text=_("Of how many of them it asked for a report that has not come."))
    lacks = serializers.ListField(
        child=serializers.ChoiceField(["commitment", "date", "report", "report_in_cycle"]),
        help_text=_(
            "What is wanting: a commitment, or else a due day, any report, and a report in the cycle that asked for "
            "one; empty where there is no gap."
        ),
    )


class PointCoverageSerializer(CoverageSerializer):
    """How far one agenda point is answered."""

    code = serializers.IntegerField(help_text=_("The point's number."))


class DissentSerializer(serializers.ModelSerializer):
    """A judgement that disagrees with the lead's report."""

    assessor = AssessorSerializer(source="*", help_text=_("Who judged."))
    published_on = PartialDateField("published", help_text=_("When it was published."))
    published_precision = PrecisionField("published")

    class Meta:
        model = Assessment
        extra_kwargs = {
            "assessor_kind": {"help_text": _("As what the assessor judges.")},
            "finding": {"help_text": _("Whether the assessor agrees with the lead’s report.")},
        }
        fields = ["assessor_kind", "assessor", "finding", "published_on", "published_precision"]


class DisputeSerializer(serializers.Serializer):
    """A commitment whose lead and whose assessors disagree."""

    commitment = CommitmentRefSerializer(source="*", help_text=_("The commitment in dispute."))
    status = WordField(
        Status, source="standing_status", allow_null=True, help_text=_("The lead's word; null where there is none.")
    )
    dissent = DissentSerializer(many=True, help_text=_("The newest judgement of each assessor that disagrees."))


class GapsSerializer(serializers.Serializer):
    """Points, recommendations, levels and members, with what answers them and what is wanting; and what is disputed."""

    as_of = serializers.DateField(source="day", allow_null=True, help_text=_("The day asked for; null for today."))
    agenda_points = PointCoverageSerializer(source="points", many=True, help_text=_("All points."))
    recommendations = CoverageSerializer(many=True, help_text=_("All recommendations and their parts."))
    levels = CoverageSerializer(many=True, help_text=_("The four levels of recommendations."))
    members = CoverageSerializer(many=True, help_text=_("The members, by what they and their constituents lead."))
    cycle = serializers.CharField(
        source="cycle.title", default=None, allow_null=True, help_text=_("The newest cycle that had opened; or null.")
    )
    disputed = DisputeSerializer(many=True, help_text=_("Commitments whose lead and whose assessors disagree."))
