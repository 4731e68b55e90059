from django.db.models import Prefetch
from rest_framework.viewsets import ReadOnlyModelViewSet

from agenda.filters import AgendaPointFilter, EventDayFilter, EventFilter, FrameworkFilter
from agenda.models import AgendaPoint, Alignment, Event, Framework
from agenda.serializers import AgendaPointSerializer, EventSerializer, FrameworkSerializer


class AgendaPointViewSet(ReadOnlyModelViewSet):
    """The eight points of the Secretary-General's agenda for action (A/68/190)."""

    queryset = AgendaPoint.objects.order_by("number")
    serializer_class = AgendaPointSerializer
    filterset_class = AgendaPointFilter
    lookup_field = "number"
    lookup_value_regex = "[0-9]+"


class FrameworkViewSet(ReadOnlyModelViewSet):
    """The documents set against the agenda: all of them together are the convergence table."""

    queryset = Framework.objects.prefetch_related(
        Prefetch("alignments", Alignment.objects.select_related("point").order_by("point__number"))
    ).order_by("position", "code")
    serializer_class = FrameworkSerializer
    filterset_class = FrameworkFilter
    lookup_field = "code"
    lookup_value_regex = "[A-Za-z0-9_-]+"


class EventViewSet(ReadOnlyModelViewSet):
    """The dated meetings of the timeline."""

    queryset = Event.objects.order_by("starts_on", "slug")
    serializer_class = EventSerializer
    filterset_class = EventFilter
    detail_filterset_class = EventDayFilter
    lookup_field = "slug"
    lookup_value_regex = "[A-Za-z0-9_-]+"
