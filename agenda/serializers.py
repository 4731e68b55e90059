"""Represent points, alignments, frameworks and events in the API. The API's description shows the docstrings."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agenda.models import AgendaPoint, Alignment, Event, Framework
from agenda.public_fields import AGENDA_POINT, ALIGNMENT, EVENT, FRAMEWORK
from foundation.public_fields import Place
from foundation.rest.public_serializers import PublicFieldsSerializer
from foundation.rest.url_fields import LinkField, ListURLField, PageURLField

POINT_NUMBER = _("The point's number.")


class AgendaPointRefSerializer(serializers.ModelSerializer):
    """An agenda point, named."""

    code = serializers.IntegerField(source="number", help_text=POINT_NUMBER)
    url = PageURLField()

    class Meta:
        model = AgendaPoint
        extra_kwargs = {
            "title": {"help_text": AGENDA_POINT["title"].description},
        }
        fields = ["code", "title", "url"]


class AgendaPointSerializer(PublicFieldsSerializer):
    """One of the eight points of the Secretary-General's agenda for action."""

    public_table = AGENDA_POINT
    number = serializers.IntegerField()
    commitments_url = ListURLField(
        "api:commitments-list",
        "agenda_point",
        source="number",
        help_text=_("The API's list of commitments on this point."),
    )
    url = PageURLField()

    class Meta:
        model = AgendaPoint
        fields = [*AGENDA_POINT.names_in(Place.API), "commitments_url", "url"]


class AlignmentSerializer(PublicFieldsSerializer):
    """Statement of a framework on a point: one cell of the convergence table."""

    public_table = ALIGNMENT
    agenda_point = AgendaPointRefSerializer(source="point")

    class Meta:
        model = Alignment
        fields = ALIGNMENT.names_in(Place.API)


class FrameworkSerializer(PublicFieldsSerializer):
    """A document that is set against the agenda, with what it says on each point."""

    public_table = FRAMEWORK
    link = LinkField()
    alignments = AlignmentSerializer(many=True, help_text=_("In the order of the points; a point may be missing."))
    url = PageURLField()

    class Meta:
        model = Framework
        fields = [*FRAMEWORK.names_in(Place.API), "alignments", "url"]


class EventSerializer(PublicFieldsSerializer):
    """A dated meeting or adoption on the timeline."""

    public_table = EVENT
    link = LinkField()
    url = PageURLField()

    class Meta:
        model = Event
        fields = [*EVENT.names_in(Place.API), "url"]
