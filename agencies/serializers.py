from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.models import Agency, ChairTerm, FormerName
from foundation.clock import today
from foundation.rest.url_fields import LinkField, PageURLField


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


class ChairTermSerializer(serializers.ModelSerializer):
    """The days from which and to which the agency chaired the group."""

    class Meta:
        model = ChairTerm
        list_serializer_class = ChairTermListSerializer
        extra_kwargs = {
            "starts_on": {"help_text": _("The first day of the term.")},
            "ends_on": {"help_text": _("The last day of the term.")},
            "source": {"help_text": _("Where the term is recorded; empty where no source is named.")},
        }
        fields = ["starts_on", "ends_on", "source"]


class FormerNameSerializer(serializers.ModelSerializer):
    """A name that the agency bore before."""

    class Meta:
        model = FormerName
        list_serializer_class = FormerNameListSerializer
        extra_kwargs = {
            "acronym": {"help_text": _("The short name of then.")},
            "name": {"help_text": _("The full name of then.")},
            "until": {"help_text": _("The last day on which the agency bore it.")},
            "source": {"help_text": _("Where the change of name is recorded; empty where no source is named.")},
        }
        fields = ["acronym", "name", "until", "source"]


class AgencySerializer(serializers.ModelSerializer):
    """A member of the group, one that has left it, or a constituent under one membership."""

    is_member = serializers.SerializerMethodField(
        help_text=_("Whether it is in the group, as a member or as a constituent of one; with as_of: whether it was.")
    )
    former_names = FormerNameSerializer(
        many=True, help_text=_("The names that it bore before, the last one first; with as_of those borne before then.")
    )
    website = LinkField(help_text=_("The agency's own site; null where none is known."))
    parent = AgencyRefSerializer(allow_null=True, help_text=_("The member of which this is a constituent."))
    constituents = AgencyRefSerializer(many=True, help_text=_("The bodies that share this membership."))
    chair_terms = ChairTermSerializer(many=True, help_text=_("When the agency chaired the group."))
    commitments_url = serializers.SerializerMethodField(
        help_text=_("The API's list of commitments that the agency leads or takes part in.")
    )
    url = PageURLField()

    class Meta:
        model = Agency
        extra_kwargs = {
            "code": {"help_text": _("Permanent: it is part of addresses, and filters take it.")},
            "acronym": {"help_text": _("The short name that the agency goes by.")},
            "name": {"help_text": _("The agency’s full official name.")},
            "mandate": {
                "help_text": _("What the agency is there for, in a sentence or two; empty where none was entered.")
            },
            "headquarters": {"help_text": _("The city of its head office; empty where none is known.")},
            "joined": {"help_text": _("Its first day in the group; null where it is not known.")},
            "left": {"help_text": _("Its last day in the group; null while it is a member.")},
        }
        fields = [
            "code",
            "acronym",
            "name",
            "mandate",
            "headquarters",
            "website",
            "joined",
            "left",
            "is_member",
            "former_names",
            "parent",
            "constituents",
            "chair_terms",
            "commitments_url",
            "url",
        ]

    def to_representation(self, agency):
        data = super().to_representation(agency)
        day = self.context["day"]
        if day is None:
            return data
        return {**data, "left": None} if agency.left and agency.left > day else data

    def get_is_member(self, agency) -> bool:
        return agency.belongs_on(self.context["day"] or today())

    @extend_schema_field(OpenApiTypes.URI)
    def get_commitments_url(self, agency):
        address = f"{reverse('api:commitments-list')}?agency={agency.code}"
        return self.context["request"].build_absolute_uri(address)
