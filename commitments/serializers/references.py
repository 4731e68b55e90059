"""A commitment, and whoever leads it, where another row names them."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.models import Agency
from agencies.serializers import AgencyRefSerializer, PageURLField
from commitments.models import Commitment
from workgroups.serializers import WorkGroupRefSerializer


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
