"""Represent groups, participations and work plans in the API. The API's description shows the docstrings."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.serializers import AgencyRefSerializer
from foundation.rest.url_fields import PageURLField
from workgroups.models import Participation, WorkGroup, WorkPlan


class WorkGroupRefSerializer(serializers.ModelSerializer):
    """A work group, named."""

    code = serializers.CharField(source="slug", help_text=_("The group's permanent slug."))
    url = PageURLField()

    class Meta:
        model = WorkGroup
        extra_kwargs = {
            "title": {"help_text": _("The group’s title.")},
        }
        fields = ["code", "title", "url"]


class WorkPlanRefSerializer(serializers.ModelSerializer):
    """A work plan, named."""

    code = serializers.CharField(source="slug", help_text=_("The plan's permanent slug."))
    url = PageURLField()

    class Meta:
        model = WorkPlan
        extra_kwargs = {
            "title": {"help_text": _("The plan’s title.")},
        }
        fields = ["code", "title", "url"]


class ParticipationSerializer(serializers.ModelSerializer):
    """An agency's part in the group."""

    agency = AgencyRefSerializer(help_text=_("The agency that takes part."))

    class Meta:
        model = Participation
        extra_kwargs = {
            "role": {"help_text": _("As what the agency takes part.")},
        }
        fields = ["role", "agency"]


class WorkGroupSerializer(serializers.ModelSerializer):
    """A working group or task force of the Global Migration Group, with who is in it."""

    participations = ParticipationSerializer(
        many=True, help_text=_("The agencies in the group; who leads comes first.")
    )
    commitments_url = serializers.SerializerMethodField(help_text=_("The API's list of commitments the group leads."))
    url = PageURLField()

    class Meta:
        model = WorkGroup
        extra_kwargs = {
            "slug": {"help_text": _("Permanent: it is part of addresses, and filters take it.")},
            "kind": {"help_text": _("What sort of group it is.")},
            "title": {"help_text": _("The group’s title.")},
            "mandate": {"help_text": _("What the group is there for; empty where none was entered.")},
        }
        fields = ["slug", "kind", "title", "mandate", "participations", "commitments_url", "url"]

    @extend_schema_field(OpenApiTypes.URI)
    def get_commitments_url(self, group):
        address = f"{reverse('api:commitments-list')}?workgroup={group.slug}"
        return self.context["request"].build_absolute_uri(address)
