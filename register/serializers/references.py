"""Serializers of a commitment and of its lead where another row refers to them."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.models import Agency
from agencies.serializers import AgencyRefSerializer
from commitments.models import Commitment
from commitments.workflow import State
from foundation.rest.url_fields import ADDRESS_OF_PAGE, PageURLField
from workgroups.serializers import WorkGroupRefSerializer

# Descriptions of an agency or a work group, as lead or assessor.
CODE_OF_BODY = _("The agency's code or the group's slug.")
NAME_OF_BODY = _("The full name.")


class LeadSerializer(serializers.Serializer):
    """Lead: a member, a constituent or a work group."""

    kind = serializers.ChoiceField(["agency", "workgroup"], help_text=_("Whether an agency or a work group leads."))
    code = serializers.CharField(help_text=CODE_OF_BODY)
    title = serializers.CharField(help_text=NAME_OF_BODY)
    url = serializers.URLField(help_text=ADDRESS_OF_PAGE)

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
    state = serializers.SerializerMethodField(help_text=_("Whether it stands or was withdrawn."))
    url = PageURLField()

    class Meta:
        model = Commitment
        extra_kwargs = {
            "title": {"help_text": _("The commitment’s title.")},
        }
        fields = ["code", "title", "state", "url"]

    @extend_schema_field(serializers.ChoiceField([State.PUBLISHED, State.WITHDRAWN]))
    def get_state(self, commitment):
        return self.state_of(commitment)

    def state_of(self, commitment) -> str:
        """Return its state on the requested day."""
        return commitment.state_on(self.context.get("day"))
