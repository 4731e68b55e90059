"""Serializers of commitments: as listed in the register, and with the whole public history."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from agenda.serializers import AgendaPointRefSerializer
from commitments.models import (
    Commitment,
    Freshness,
    Milestone,
    Outlook,
    Partner,
    Stakeholder,
    Status,
    Verification,
    Withdrawal,
)
from commitments.workflow import State
from foundation.rest.url_fields import LinkField, PageURLField
from recommendations.serializers import RecommendationRefSerializer
from register.citations import Citation
from register.serializers.assessment import AssessmentSerializer
from register.serializers.references import CommitmentRefSerializer, LeadSerializer
from register.serializers.report import ChangeBodySerializer, ReportBodySerializer
from register.serializers.values import (
    NullableChoiceField,
    PartialDateField,
    PrecisionField,
    UpdatedAtField,
    reviewed_by,
)
from workgroups.serializers import WorkPlanRefSerializer


class SuccessorSerializer(CommitmentRefSerializer):
    """The commitment that takes the place of another, by its last report."""

    def to_representation(self, commitment):
        if not commitment.successor:
            return None
        successor = Commitment(
            reference=commitment.successor, title=commitment.successor_title, state=commitment.successor_state
        )
        return super().to_representation(successor)

    def state_of(self, commitment) -> str:
        """Return the state, annotated on the report that names the commitment."""
        return commitment.state


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
    scope = NullableChoiceField(
        Commitment.Scope, allow_null=True, help_text=_("How wide it reaches; null where not known.")
    )
    places = serializers.ListField(child=serializers.CharField(), help_text=_("As the source names them."))
    lead = LeadSerializer(help_text=_("The one agency or work group that undertook it."))
    partners = AgencyRefSerializer(source="partner_agencies", many=True, help_text=_("The agencies that take part."))
    agenda_points = AgendaPointRefSerializer(many=True, help_text=_("The points of the agenda it serves."))
    recommendations = RecommendationRefSerializer(many=True, help_text=_("The recommendations it answers."))
    start_on = PartialDateField("start", help_text=_("When it starts."))
    start_precision = PrecisionField("start")
    due_on = PartialDateField("due", help_text=_("When it is due."))
    due_precision = PrecisionField("due")
    status = NullableChoiceField(
        Status, source="standing_status", allow_null=True, help_text=_("By the last report; null with none.")
    )
    outlook = NullableChoiceField(Outlook, source="standing_outlook", help_text=_("How the lead sees the way ahead."))
    freshness = NullableChoiceField(
        Freshness, source="standing_freshness", help_text=_("Computed: how recently the lead was heard.")
    )
    verification = NullableChoiceField(
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
    updated_at = UpdatedAtField()
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
        data = super().to_representation(milestone)
        is_met_later = milestone.met_on and not milestone.met_by(day)
        return {**data, "met_on": None, "met_precision": None} if is_met_later else data


class WithdrawalListSerializer(serializers.ListSerializer):
    """The withdrawals that had begun by the day of `as_of`, oldest first."""

    def to_representation(self, withdrawals):
        day = self.context["view"].filterset.day
        return super().to_representation([each for each in withdrawals.all() if not day or each.withdrawn_on <= day])


class WithdrawalSerializer(serializers.ModelSerializer):
    """One withdrawal of the commitment and, where it was taken back, its restoration."""

    class Meta:
        model = Withdrawal
        list_serializer_class = WithdrawalListSerializer
        extra_kwargs = {
            "withdrawn_on": {"help_text": _("The day on which the commitment was withdrawn.")},
            "withdrawn_reason": {"help_text": _("Why it was withdrawn.")},
            "restored_on": {"help_text": _("The day on which it was restored; null while it is withdrawn.")},
            "restored_reason": {"help_text": _("Why it was restored; empty while it is withdrawn.")},
        }
        fields = ["withdrawn_on", "withdrawn_reason", "restored_on", "restored_reason"]

    def to_representation(self, withdrawal):
        row = super().to_representation(withdrawal)
        if withdrawal.is_restored_by(self.context["view"].filterset.day):
            return row
        return {**row, "restored_on": None, "restored_reason": ""}


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
    reviewed_by = reviewed_by()
    withdrawals = WithdrawalSerializer(
        many=True, help_text=_("Every withdrawal, oldest first, with the restoration of those that were taken back.")
    )
    citation = serializers.SerializerMethodField(help_text=_("How to cite it."))

    class Meta(CommitmentRowSerializer.Meta):
        fields = [
            *CommitmentRowSerializer.Meta.fields[:-1],
            "reviewed_by",
            "supersedes",
            "milestones",
            "reports",
            "status_changes",
            "assessments",
            "withdrawals",
            "citation",
            "url",
        ]

    @extend_schema_field(OpenApiTypes.STR)
    def get_citation(self, commitment):
        address = self.context["request"].build_absolute_uri(commitment.get_absolute_url())
        return Citation.of(commitment, address, self.context["view"].filterset.day).plain
