"""Represent groups, participations and work plans in the API. The API's description shows the docstrings."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from foundation.public_fields import Place
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import ListURLField, PageURLField
from workgroups.models import Participation, WorkGroup, WorkPlan
from workgroups.public_fields import PARTICIPATION, WORK_GROUP, WORK_PLAN


class WorkGroupRefSerializer(serializers.ModelSerializer):
    """A work group, named."""

    code = serializers.CharField(source="slug", help_text=_("The group's permanent slug."))
    url = PageURLField()

    class Meta:
        model = WorkGroup
        extra_kwargs = {
            "title": {"help_text": WORK_GROUP["title"].description},
        }
        fields = ["code", "title", "url"]


class WorkPlanRefSerializer(PublicFieldsSerializer):
    """A work plan, named."""

    public_table = WORK_PLAN
    code = serializers.CharField(source="slug")
    url = PageURLField()

    class Meta:
        model = WorkPlan
        fields = [*WORK_PLAN.names_in(Place.API), "url"]


class ParticipationSerializer(PublicFieldsSerializer):
    """An agency's part in the group."""

    public_table = PARTICIPATION
    agency = AgencyRefSerializer()

    class Meta:
        model = Participation
        fields = PARTICIPATION.names_in(Place.API)


class WorkGroupSerializer(PublicFieldsSerializer):
    """A working group or task force of the Global Migration Group, with who is in it."""

    public_table = WORK_GROUP
    participations = ParticipationSerializer(many=True)
    commitments_url = ListURLField(
        "api:commitments-list",
        "workgroup",
        source="slug",
        help_text=_("The API's list of commitments the group leads."),
    )
    url = PageURLField()

    class Meta:
        model = WorkGroup
        fields = [*WORK_GROUP.names_in(Place.API), "commitments_url", "url"]
