"""Serve points, frameworks and events read-only under `/api/v1/`."""

from django.db.models import Prefetch

from agenda.filters import AgendaPointFilter, EventFilter, FrameworkFilter
from agenda.models import AgendaPoint, Alignment, Event, Framework
from agenda.serializers import AgendaPointSerializer, EventSerializer, FrameworkSerializer
from foundation.rest.views import RecordViewSet


class AgendaPointViewSet(RecordViewSet):
    """The eight points of the Secretary-General's agenda for action (A/68/190). They have stood since 2013."""

    queryset = AgendaPoint.objects.order_by("number")
    serializer_class = AgendaPointSerializer
    filterset_class = AgendaPointFilter
    lookup_field = "number"
    lookup_value_regex = "[0-9]+"


class FrameworkViewSet(RecordViewSet):
    """The documents set against the agenda: all of them together are the convergence table.

    With `as_of` those that had been adopted by then.
    """

    queryset = Framework.objects.prefetch_related(
        Prefetch("alignments", Alignment.objects.select_related("point").order_by("point__number"))
    ).order_by("position", "code")
    serializer_class = FrameworkSerializer
    filterset_class = FrameworkFilter
    lookup_field = "code"
    is_named = True
    lookup_value_regex = "[A-Za-z0-9_-]+"

    def on_day(self, frameworks, day):
        return frameworks.exclude(adopted_on__gt=day)


class EventViewSet(RecordViewSet):
    """The dated meetings of the timeline. With `as_of` those that had begun by then."""

    queryset = Event.objects.order_by("starts_on", "slug")
    serializer_class = EventSerializer
    filterset_class = EventFilter
    lookup_field = "slug"
    is_named = True
    lookup_value_regex = "[A-Za-z0-9_-]+"

    def on_day(self, events, day):
        return events.filter(starts_on__lte=day)
