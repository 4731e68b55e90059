"""Represent points, alignments, frameworks and events in the API. The API's description shows the docstrings."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agenda.models import AgendaPoint, Alignment, Event, Framework
from foundation.rest.url_fields import LinkField, PageURLField


class AgendaPointRefSerializer(serializers.ModelSerializer):
    """An agenda point, named."""

    code = serializers.IntegerField(source="number", help_text=_("The point's number."))
    url = PageURLField()

    class Meta:
        model = AgendaPoint
        extra_kwargs = {
            "title": {"help_text": _("The point’s official wording.")},
        }
        fields = ["code", "title", "url"]


class AgendaPointSerializer(serializers.ModelSerializer):
    """One of the eight points of the Secretary-General's agenda for action."""

    number = serializers.IntegerField(help_text=_("The point's permanent number, from 1."))
    commitments_url = serializers.SerializerMethodField(help_text=_("The API's list of commitments on this point."))
    url = PageURLField()

    class Meta:
        model = AgendaPoint
        extra_kwargs = {
            "title": {"help_text": _("The point’s official wording.")},
        }
        fields = ["number", "title", "commitments_url", "url"]

    @extend_schema_field(OpenApiTypes.URI)
    def get_commitments_url(self, point):
        address = f"{reverse('api:commitments-list')}?agenda_point={point.number}"
        return self.context["request"].build_absolute_uri(address)


class AlignmentSerializer(serializers.ModelSerializer):
    """What the framework says on a point: one cell of the convergence table."""

    agenda_point = AgendaPointRefSerializer(source="point", help_text=_("The point of the agenda."))

    class Meta:
        model = Alignment
        extra_kwargs = {
            "strength": {"help_text": _("How plainly the framework speaks of the point.")},
            "quote": {"help_text": _("The passage, word for word; empty where none was read.")},
            "paragraph": {"help_text": _("The paragraph in which the passage stands; empty where none was read.")},
        }
        fields = ["agenda_point", "strength", "quote", "paragraph"]


class FrameworkSerializer(serializers.ModelSerializer):
    """A document that is set against the agenda, with what it says on each point."""

    link = LinkField(help_text=_("Where the document is found; null where no address is known."))
    alignments = AlignmentSerializer(many=True, help_text=_("In the order of the points; a point may be wanting."))
    url = PageURLField()

    class Meta:
        model = Framework
        extra_kwargs = {
            "code": {"help_text": _("Permanent: it is part of addresses.")},
            "title": {"help_text": _("The document’s title.")},
            "symbol": {"help_text": _("The document symbol; empty where it has none.")},
            "adopted_on": {"help_text": _("The day it was adopted; null where no day is known.")},
            "is_base": {"help_text": _("Whether it is the agenda itself, against which the others are set.")},
        }
        fields = ["code", "title", "symbol", "adopted_on", "link", "is_base", "alignments", "url"]


class EventSerializer(serializers.ModelSerializer):
    """A dated meeting or adoption on the timeline."""

    link = LinkField(help_text=_("Where more is told; null where no address is known."))
    url = PageURLField()

    class Meta:
        model = Event
        extra_kwargs = {
            "slug": {"help_text": _("Permanent: it is part of addresses.")},
            "title": {"help_text": _("What the event is called.")},
            "starts_on": {"help_text": _("Its first day.")},
            "ends_on": {"help_text": _("Its last day; null where it took one day, or where the end is not known.")},
            "place": {"help_text": _("The city in which it was held; empty where none is known.")},
        }
        fields = ["slug", "title", "starts_on", "ends_on", "place", "link", "url"]
