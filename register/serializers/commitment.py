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
from commitments.public_fields import COMMITMENT, MILESTONE, PARTNER, STAKEHOLDER, WITHDRAWAL
from commitments.workflow import State
from foundation.public_fields import Place
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import PageURLField
from recommendations.serializers import RecommendationRefSerializer
from register.details.citations import Citation
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


class StakeholderSerializer(PublicFieldsSerializer):
    """A body beyond the group that takes part."""

    public_table = STAKEHOLDER

    class Meta:
        model = Stakeholder
        fields = STAKEHOLDER.names_in(Place.API)


# A list has no fields that only the whole commitment needs.
ROW_FIELDS = [name for name in COMMITMENT.names_in(Place.API) if name != "reviewed_by"]


class CommitmentRowSerializer(PublicFieldsSerializer):
    """A commitment as the register lists it. One that was withdrawn is listed with `updated_since`, and says so."""

    public_table = COMMITMENT
    reference = serializers.CharField()
    state = serializers.ChoiceField([State.PUBLISHED, State.WITHDRAWN], source="standing_state")
    withdrawn_on = serializers.DateField(source="standing_withdrawn_on", allow_null=True)
    withdrawn_reason = serializers.CharField(source="standing_withdrawn_reason")
    scope = NullableChoiceField(Commitment.Scope, allow_null=True)
    places = serializers.ListField(child=serializers.CharField())
    lead = LeadSerializer()
    partners = AgencyRefSerializer(source="partner_agencies", many=True)
    agenda_points = AgendaPointRefSerializer(many=True)
    recommendations = RecommendationRefSerializer(many=True)
    start_on = PartialDateField("start")
    start_precision = PrecisionField("start")
    deadline_on = PartialDateField("deadline")
    deadline_precision = PrecisionField("deadline")
    status = NullableChoiceField(Status, source="standing_status", allow_null=True)
    outlook = NullableChoiceField(Outlook, source="standing_outlook")
    freshness = NullableChoiceField(Freshness, source="standing_freshness")
    verification = NullableChoiceField(Verification, source="standing_verification")
    last_update_on = PartialDateField("last_update")
    last_update_precision = PrecisionField("last_update")
    status_reason = serializers.CharField(source="standing_reason")
    superseded_by = SuccessorSerializer(source="*", allow_null=True)
    stakeholders = StakeholderSerializer(many=True)
    work_plan = WorkPlanRefSerializer(allow_null=True)
    published_on = PartialDateField("published")
    published_precision = PrecisionField("published")
    updated_at = UpdatedAtField()
    url = PageURLField()

    class Meta:
        model = Commitment
        fields = ROW_FIELDS


class PartnerSerializer(PublicFieldsSerializer):
    """An agency that takes part, and its own part in it."""

    public_table = PARTNER
    agency = AgencyRefSerializer()

    class Meta:
        model = Partner
        fields = PARTNER.names_in(Place.API)


class MilestoneSerializer(PublicFieldsSerializer):
    """A named step; what was met after the day of `as_of` was not met then."""

    public_table = MILESTONE
    deadline_on = PartialDateField("deadline")
    deadline_precision = PrecisionField("deadline")
    met_on = PartialDateField("met")
    met_precision = PrecisionField("met")

    class Meta:
        model = Milestone
        fields = MILESTONE.names_in(Place.API)

    def to_representation(self, milestone):
        day = self.context["day"]
        data = super().to_representation(milestone)
        is_met_later = milestone.met_on and not milestone.met_by(day)
        return {**data, "met_on": None, "met_precision": None} if is_met_later else data


class WithdrawalListSerializer(serializers.ListSerializer):
    """The withdrawals that had begun by the day of `as_of`, oldest first."""

    def to_representation(self, withdrawals):
        day = self.context["day"]
        return super().to_representation([each for each in withdrawals.all() if not day or each.withdrawn_on <= day])


class WithdrawalSerializer(PublicFieldsSerializer):
    """One withdrawal of the commitment and, where it was taken back, its restoration."""

    public_table = WITHDRAWAL

    class Meta:
        model = Withdrawal
        list_serializer_class = WithdrawalListSerializer
        fields = WITHDRAWAL.names_in(Place.API)

    def to_representation(self, withdrawal):
        row = super().to_representation(withdrawal)
        if withdrawal.is_restored_by(self.context["day"]):
            return row
        return {**row, "restored_on": None, "restored_reason": ""}


class CommitmentSerializer(CommitmentRowSerializer):
    """A commitment with its whole public history. One that was withdrawn answers, and says so."""

    partners = PartnerSerializer(many=True, help_text=_("The agencies that take part, each with its own part."))
    supersedes = CommitmentRefSerializer(many=True, help_text=_("What it takes the place of."))
    milestones = MilestoneSerializer(many=True, help_text=_("Its steps, in the order of their deadlines."))
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
            *COMMITMENT.names_in(Place.API),
            "supersedes",
            "milestones",
            "reports",
            "status_changes",
            "assessments",
            "withdrawals",
            "citation",
        ]

    @extend_schema_field(OpenApiTypes.STR)
    def get_citation(self, commitment):
        address = self.context["request"].build_absolute_uri(commitment.get_absolute_url())
        return Citation.of(commitment, address, self.context["day"]).plain
