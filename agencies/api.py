"""The API of agencies."""

from agencies.filters import AgencyFilter
from agencies.models import Agency
from agencies.serializers import AgencySerializer
from foundation.rest.views import RecordViewSet


class AgencyViewSet(RecordViewSet):
    """The members of the Global Migration Group, and those that have left it.

    A list holds both, which differ in `is_member`. A constituent has a code of its own.

    With `as_of` it has the members, names and chairs of that day.
    """

    queryset = Agency.objects.select_related("parent").prefetch_related("constituents", "chair_terms", "former_names")
    serializer_class = AgencySerializer
    filterset_class = AgencyFilter
    lookup_field = "code"
    is_named = True
    lookup_value_regex = "[a-z0-9-]+"

    def on_day(self, agencies, day):
        return agencies.exclude(joined__gt=day)

    def get_queryset(self):
        agencies = super().get_queryset().with_names_of_day().order_by("position", "acronym_of_day", "pk")
        return agencies if self.detail else agencies.with_own_membership()
