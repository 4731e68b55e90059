"""Filter the API's lists of points, frameworks and events."""

import django_filters
from django.utils.translation import gettext_lazy as _

from agenda.models import AgendaPoint, Event, Framework
from foundation.dates.inputs import DayPickerField


class DayFilter(django_filters.DateFilter):
    """A filter by a day, read by `DayPickerField`."""

    field_class = DayPickerField


class AgendaPointFilter(django_filters.FilterSet):
    """Order points by number or title. There are eight, so that nothing is filtered."""

    ordering = django_filters.OrderingFilter(fields=["number", "title"], label=_("Sort by; downwards with a minus."))

    class Meta:
        model = AgendaPoint
        fields: list[str] = []


class FrameworkFilter(django_filters.FilterSet):
    """Order frameworks by their position in the convergence table, by code or by title."""

    ordering = django_filters.OrderingFilter(
        fields=["position", "code", "title"], label=_("Sort by; downwards with a minus.")
    )

    class Meta:
        model = Framework
        fields: list[str] = []


class EventFilter(django_filters.FilterSet):
    """Filter events by the day on which they start, both limits included."""

    starts_after = DayFilter(field_name="starts_on", lookup_expr="gte", label=_("Starts on or after this day."))
    starts_before = DayFilter(field_name="starts_on", lookup_expr="lte", label=_("Starts on or before this day."))
    ordering = django_filters.OrderingFilter(
        fields=[("starts_on", "starts"), ("slug", "slug")], label=_("Sort by; downwards with a minus.")
    )

    class Meta:
        model = Event
        fields: list[str] = []
