"""Represent recommendations in the API. The API's description shows the docstrings."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agenda.serializers import AgendaPointRefSerializer
from foundation.public_fields import Place
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import ListURLField, PageURLField
from recommendations.models import Recommendation
from recommendations.public_fields import RECOMMENDATION


class RecommendationRefSerializer(serializers.ModelSerializer):
    """A recommendation, named by its official wording."""

    code = serializers.CharField(help_text=_("The recommendation's permanent code."))
    title = serializers.CharField(source="text", help_text=RECOMMENDATION["text"].description)
    url = PageURLField()

    class Meta:
        model = Recommendation
        fields = ["code", "title", "url"]


class RecommendationPartSerializer(serializers.ModelSerializer):
    """One part of a recommendation."""

    code = serializers.CharField(help_text=_("The part's permanent code."))
    agenda_points = AgendaPointRefSerializer(many=True, help_text=_("Related points: an editorial reading."))
    url = PageURLField()

    class Meta:
        model = Recommendation
        extra_kwargs = {
            "text": {"help_text": _("The official wording of the part.")},
        }
        fields = ["code", "text", "agenda_points", "url"]


class RecommendationSerializer(PublicFieldsSerializer):
    """Recommendation of the group of February 2014, at one of four levels, in its official wording."""

    public_table = RECOMMENDATION
    code = serializers.CharField()
    parent = RecommendationRefSerializer(allow_null=True)
    parts = RecommendationPartSerializer(many=True, help_text=_("The parts it consists of, if any."))
    agenda_points = AgendaPointRefSerializer(many=True)
    commitments_url = ListURLField(
        "api:commitments-list",
        "recommendation",
        source="code",
        help_text=_("The API's list of commitments that answer it or one of its parts."),
    )
    url = PageURLField()

    class Meta:
        model = Recommendation
        fields = [*RECOMMENDATION.names_in(Place.API), "parts", "commitments_url"]
