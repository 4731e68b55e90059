"""Serve working groups and task forces read-only under `/api/v1/`."""

from django.db.models import Prefetch

from foundation.rest.views import RecordViewSet
from workgroups.filters import WorkGroupFilter
from workgroups.models import Participation, WorkGroup
from workgroups.serializers import WorkGroupSerializer


class WorkGroupViewSet(RecordViewSet):
    """The working groups and task forces of the Global Migration Group, as the presentation of February 2014 has them.

    Participations have no dates: `as_of` answers those of today.
    """

    queryset = WorkGroup.objects.prefetch_related(
        Prefetch("participations", Participation.objects.select_related("agency").order_by("position", "pk"))
    ).order_by("position", "slug")
    serializer_class = WorkGroupSerializer
    filterset_class = WorkGroupFilter
    lookup_field = "slug"
    is_named = True
    lookup_value_regex = "[A-Za-z0-9_-]+"
