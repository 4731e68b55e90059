"""Query parameters of the list of agencies."""

import django_filters
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency


class AgencyFilter(django_filters.FilterSet):
    """The order of agencies; sorting by name uses the names of the day."""

    ordering = django_filters.OrderingFilter(
        fields={"position": "position", "code": "code", "acronym_of_day": "acronym", "name_of_day": "name"},
        label=_("Sort by; downwards with a minus."),
    )

    class Meta:
        model = Agency
        fields: list[str] = []
