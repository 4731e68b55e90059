"""Serializer fields for the values of the register: partial dates, precisions, choices and timestamps."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from commitments.public_fields import REVIEWED_BY, UPDATED_AT
from commitments.workflow import ReviewingRole
from foundation.dates.partial import Precision


@extend_schema_field(
    {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", "examples": ["2014", "2014-03", "2014-03-05"]}
)
class PartialDateField(serializers.CharField):
    """A year, a month or a day, in ISO 8601 at its true precision; null when none is known."""

    def __init__(self, source, **kwargs):
        super().__init__(source=source, read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value):
        return value.iso


class PrecisionField(serializers.ChoiceField):
    """The precision of a partial date; null if there is no date."""

    def __init__(self, source, **kwargs):
        help_text = _("How precisely the day beside it is known; null when no day is known.")
        kwargs = {"read_only": True, "allow_null": True, "help_text": help_text, **kwargs}
        super().__init__(Precision.choices, source=f"{source}.precision", **kwargs)


class ReviewingBodySerializer(serializers.Serializer):
    """The body that reviewed a row before it was published: an agency that leads the group, or one of the portal."""

    code = serializers.CharField(allow_null=True, help_text=_("The agency's code; null where it is no agency."))
    name = serializers.CharField(help_text=_("The full name of the body."))
    role = serializers.ChoiceField(ReviewingRole.choices, help_text=_("As what it reviewed."))


def reviewed_by() -> ReviewingBodySerializer:
    """Return the field for the reviewing body; null for rows from a public source, which nobody reviewed."""
    return ReviewingBodySerializer(
        source="reviewing_body", read_only=True, allow_null=True, help_text=REVIEWED_BY.description
    )


class NullableChoiceField(serializers.ChoiceField):
    """A choice field with null for the empty value."""

    def __init__(self, choices, **kwargs):
        super().__init__([choice for choice in choices.choices if choice[0]], read_only=True, **kwargs)

    def to_representation(self, value):
        return value or None


class UpdatedAtField(serializers.DateTimeField):
    """The time of the last public change in UTC; null for past days, for which it is not kept."""

    def __init__(self, **kwargs):
        kwargs = {"help_text": UPDATED_AT, **kwargs}
        super().__init__(source="moved_at", read_only=True, allow_null=True, **kwargs)
