import django_filters
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency


class AgencyFilter(django_filters.FilterSet):
    ordering = django_filters.OrderingFilter(
        fields=["position", "code", "acronym", "name"], label=_("Sort by; downwards with a minus.")
    )

    class Meta:
        model = Agency
        fields: list[str] = []
