"""Filter the API's list of groups."""

import django_filters
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from workgroups.models import WorkGroup


class WorkGroupFilter(django_filters.FilterSet):
    """Filter groups by kind and by the agencies that take part in any role."""

    kind = django_filters.MultipleChoiceFilter(choices=WorkGroup.Kind.choices, label=_("Working group or task force."))
    agency = django_filters.MultipleChoiceFilter(
        field_name="participations__agency__code",
        choices=lambda: [(agency.code, agency.acronym) for agency in Agency.objects.only("code", "acronym")],
        label=_("Code of an agency in the group."),
    )
    ordering = django_filters.OrderingFilter(
        fields=["position", "slug", "title"], label=_("Sort by; downwards with a minus.")
    )

    class Meta:
        model = WorkGroup
        fields: list[str] = []
