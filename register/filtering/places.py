"""The filter by place: its choices, its field and its filter class."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment
from foundation.filters.database_choices import Choices
from foundation.filters.filter_classes import ChoicesFilter
from foundation.filters.form_fields import ChoicesField


def places() -> Choices:
    """Return the places of published commitments as choices; places of withdrawn ones alone are left out."""
    return [(place, place) for place in sorted(_places_of(Commitment.objects.published()))]


def all_public_places() -> set[str]:
    """Return the places of published and withdrawn commitments."""
    return _places_of(Commitment.objects.public())


def _places_of(commitments: QuerySet[Commitment]) -> set[str]:
    rows = commitments.exclude(places=[]).order_by().values_list("places", flat=True)
    return {place for row in rows for place in row}


class PlacesField(ChoicesField):
    """A field for places: those offered, and those of withdrawn commitments, which `as_of` or `updated_since` find."""

    no_choices_message = _("‘%(value)s’ is not a valid value: no published commitment names a place yet.")

    def validate(self, value):
        accepted = self.accepted_beyond_choices(value)
        super().validate([place for place in value if place not in accepted])

    def accepted_beyond_choices(self, value) -> set[str]:
        others = set(value).difference(place for place, _label in self.choices) if value else set()
        return others & all_public_places() if others else set()


class PlacesFilter(ChoicesFilter):
    """A filter by place; a place of withdrawn commitments alone is valid, though it is not offered."""

    field_class = PlacesField

    @staticmethod
    def all_choices() -> list[tuple[str, str]]:
        """Return every place that is a valid value, offered or not."""
        return [(place, place) for place in all_public_places()]
