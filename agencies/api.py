"""The API of agencies."""

from agencies.filters import AgencyFilter
from agencies.models import Agency
from agencies.serializers import AgencySerializer
from foundation.rest.views import RecordViewSet


class AgencyViewSet(RecordViewSet):
    """The members of the Global Migration Group, and those that have left it.

    A list holds both, told apart by `is_member`; a constituent is found by its own code.

    With `as_of` who had joined by then, under the name of then, and who had chaired by then; whoever left later had not
    left.
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
