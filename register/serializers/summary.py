"""Serializers of the statistics of the register: counts with the addresses of their rows, and gaps."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agenda.serializers import POINT_NUMBER, AgendaPointRefSerializer
from commitments.models import Freshness, Status
from foundation.rest.url_fields import PageURLField
from register.serializers.assessment import AssessorSerializer
from register.serializers.references import CommitmentRefSerializer, LeadSerializer
from register.serializers.values import NullableChoiceField, PartialDateField, PrecisionField
from reporting.models import Assessment
from reporting.public_fields import ASSESSMENT

# Descriptions of fields that several figures have.
AS_OF = _("The day asked for; null for today.")
ALL_COMMITMENTS = _("All published commitments.")
BY_FRESHNESS = _("One for each freshness.")
OF_CONSTITUENTS = _("What a constituent leads counts for the member that it belongs to.")


class CountSerializer(serializers.Serializer):
    """Number of commitments, and the address that lists them."""

    count = serializers.IntegerField(min_value=0, help_text=_("How many published commitments."))
    url = PageURLField(source=None, help_text=_("The address of the register with just these rows."))


class MatrixCellSerializer(CountSerializer):
    """The commitments of one lead on one point."""

    agenda_point = serializers.IntegerField(source="code", help_text=POINT_NUMBER)


class MatrixRowSerializer(serializers.Serializer):
    """Numbers of one lead's commitments by point."""

    lead = LeadSerializer(help_text=OF_CONSTITUENTS)
    cells = MatrixCellSerializer(many=True, help_text=_("One for each point, in their order."))
    total = CountSerializer(help_text=_("Each commitment once, however many points it serves."))


class MatrixSerializer(serializers.Serializer):
    """Published commitments by lead and agenda point: the members in their order, then the work groups."""

    as_of = serializers.DateField(source="day", allow_null=True, help_text=AS_OF)
    agenda_points = AgendaPointRefSerializer(source="points", many=True, help_text=_("The columns."))
    rows = MatrixRowSerializer(many=True, help_text=_("One for each lead."))
    totals = MatrixCellSerializer(many=True, help_text=_("Of each column."))
    total = serializers.IntegerField(help_text=ALL_COMMITMENTS)


class FreshnessCountSerializer(CountSerializer):
    """The commitments of one freshness."""

    freshness = serializers.ChoiceField(
        Freshness.choices, source="code", help_text=_("How recently the lead of each reported.")
    )


class LeadFreshnessSerializer(serializers.Serializer):
    """Freshness of one lead's reports."""

    lead = LeadSerializer(help_text=OF_CONSTITUENTS)
    counts = FreshnessCountSerializer(many=True, help_text=BY_FRESHNESS)
    total = serializers.IntegerField(help_text=_("All published commitments of this lead."))
    last_update_on = PartialDateField("last_update", help_text=_("The day of its last report on any of them."))
    last_update_precision = PrecisionField("last_update")


class FreshnessSummarySerializer(serializers.Serializer):
    """Published commitments by freshness: all of them, and by lead with its last update."""

    as_of = serializers.DateField(source="day", allow_null=True, help_text=AS_OF)
    counts = FreshnessCountSerializer(many=True, help_text=BY_FRESHNESS)
    total = serializers.IntegerField(help_text=ALL_COMMITMENTS)
    leads = LeadFreshnessSerializer(many=True, help_text=_("The members in their order, then the work groups."))


class CoverageSerializer(serializers.Serializer):
    """Coverage of one recommendation, point or member, with the gaps."""

    code = serializers.CharField(help_text=_("Its public identifier."))
    title = serializers.CharField(help_text=_("Its name or wording."))
    url = PageURLField(source="page")
    commitments = serializers.IntegerField(help_text=_("How many published commitments answer it."))
    dated = serializers.IntegerField(help_text=_("How many of them have a deadline."))
    reported = serializers.IntegerField(help_text=_("How many of them were reported on."))
    reported_in_cycle = serializers.IntegerField(
        help_text=_("How many of them were reported on since the newest cycle opened; 0 where none has.")
    )
    owed = serializers.IntegerField(help_text=_("Of how many of them it asked for a report that has not come."))
    lacks = serializers.ListField(
        child=serializers.ChoiceField(["commitment", "date", "report", "report_in_cycle"]),
        help_text=_(
            "What is missing: a commitment, or else a deadline, any report, and a report in the cycle that asked for "
            "one; empty where there is no gap."
        ),
    )


class PointCoverageSerializer(CoverageSerializer):
    """Coverage of one agenda point."""

    code = serializers.IntegerField(help_text=POINT_NUMBER)


class DissentSerializer(serializers.ModelSerializer):
    """An assessment that disagrees with the lead's report."""

    assessor = AssessorSerializer(source="*", help_text=ASSESSMENT["assessor"].description)
    published_on = PartialDateField("published", help_text=_("When it was published."))
    published_precision = PrecisionField("published")

    class Meta:
        model = Assessment
        extra_kwargs = {
            "assessor_kind": {"help_text": ASSESSMENT["assessor_kind"].description},
            "finding": {"help_text": ASSESSMENT["finding"].description},
        }
        fields = ["assessor_kind", "assessor", "finding", "published_on", "published_precision"]


class DisputeSerializer(serializers.Serializer):
    """A commitment whose lead and whose assessors disagree."""

    commitment = CommitmentRefSerializer(source="*", help_text=_("The commitment in dispute."))
    status = NullableChoiceField(
        Status,
        source="standing_status",
        allow_null=True,
        help_text=_("The status that the lead reported; null where there is none."),
    )
    dissent = DissentSerializer(many=True, help_text=_("The newest assessment of each assessor that disagrees."))


class GapsSerializer(serializers.Serializer):
    """Points, recommendations, levels and members, with what answers them and what is missing; and what is disputed."""

    as_of = serializers.DateField(source="day", allow_null=True, help_text=AS_OF)
    agenda_points = PointCoverageSerializer(source="points", many=True, help_text=_("All points."))
    recommendations = CoverageSerializer(many=True, help_text=_("All recommendations and their parts."))
    levels = CoverageSerializer(many=True, help_text=_("The four levels of recommendations."))
    members = CoverageSerializer(many=True, help_text=_("The members, by what they and their constituents lead."))
    cycle = serializers.CharField(
        source="cycle.title", default=None, allow_null=True, help_text=_("The newest cycle that had opened; or null.")
    )
    disputed = DisputeSerializer(many=True, help_text=_("Commitments whose lead and whose assessors disagree."))
