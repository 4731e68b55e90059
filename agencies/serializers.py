"""Serializers of agencies, their chair terms and former names."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.models import Agency, ChairTerm, FormerName
from agencies.public_fields import AGENCY, CHAIR_TERM, FORMER_NAME
from foundation.clock import today
from foundation.public_fields import Place
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import LinkField, ListURLField, PageURLField


class AgencyRefSerializer(serializers.ModelSerializer):
    """An agency, named."""

    code = serializers.CharField(help_text=_("The agency's permanent code."))
    title = serializers.CharField(source="name", help_text=_("The agency's full name."))
    url = PageURLField()

    class Meta:
        model = Agency
        fields = ["code", "title", "url"]


class ChairTermListSerializer(serializers.ListSerializer):
    """The terms that had begun by the day of `as_of`."""

    def to_representation(self, terms):
        day = self.context["day"]
        return super().to_representation([term for term in terms.all() if not day or term.starts_on <= day])


class FormerNameListSerializer(serializers.ListSerializer):
    """The names that were borne before the day of `as_of`."""

    def to_representation(self, names):
        day = self.context["day"]
        return super().to_representation([name for name in names.all() if not day or name.until < day])


class ChairTermSerializer(PublicFieldsSerializer):
    """The days from which and to which the agency chaired the group."""

    public_table = CHAIR_TERM

    class Meta:
        model = ChairTerm
        list_serializer_class = ChairTermListSerializer
        fields = CHAIR_TERM.names_in(Place.API)


class FormerNameSerializer(PublicFieldsSerializer):
    """A name that the agency bore before."""

    public_table = FORMER_NAME

    class Meta:
        model = FormerName
        list_serializer_class = FormerNameListSerializer
        fields = FORMER_NAME.names_in(Place.API)


class AgencySerializer(PublicFieldsSerializer):
    """A member of the group, one that has left it, or a constituent under one membership."""

    public_table = AGENCY
    is_member = serializers.SerializerMethodField(
        help_text=_("Whether it is in the group, as a member or as a constituent of one; with as_of: whether it was.")
    )
    former_names = FormerNameSerializer(
        many=True, help_text=_("The names that it bore before, the last one first; with as_of those borne before then.")
    )
    website = LinkField()
    parent = AgencyRefSerializer(allow_null=True)
    constituents = AgencyRefSerializer(many=True, help_text=_("The bodies that share this membership."))
    chair_terms = ChairTermSerializer(many=True, help_text=_("When the agency chaired the group."))
    commitments_url = ListURLField(
        "api:commitments-list",
        "agency",
        source="code",
        help_text=_("The API's list of commitments that the agency leads or takes part in."),
    )
    url = PageURLField()

    class Meta:
        model = Agency
        fields = [*AGENCY.names_in(Place.API), "is_member", "constituents", "chair_terms", "commitments_url"]

    def to_representation(self, agency):
        data = super().to_representation(agency)
        day = self.context["day"]
        if day is None:
            return data
        return {**data, "left": None} if agency.left and agency.left > day else data

    def get_is_member(self, agency) -> bool:
        return agency.belongs_on(self.context["day"] or today())
