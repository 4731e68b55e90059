"""The kinds of values that rows of the register have in the API."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from commitments.dates import Precision


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
    """How precisely the day beside it is known; null when no day is known."""

    def __init__(self, source, **kwargs):
        told = _("How precisely the day beside it is known; null when no day is known.")
        kwargs = {"read_only": True, "allow_null": True, "help_text": told, **kwargs}
        super().__init__(Precision.choices, source=f"{source}.precision", **kwargs)


class WordField(serializers.ChoiceField):
    """One of a set of words; null where nothing was said."""

    def __init__(self, choices, **kwargs):
        super().__init__([choice for choice in choices.choices if choice[0]], read_only=True, **kwargs)

    def to_representation(self, value):
        return value or None


class MomentField(serializers.DateTimeField):
    """The moment of the last public change, in UTC; null in an answer of a past day, of which none is kept."""

    def __init__(self, **kwargs):
        told = {
            "help_text": _(
                "The moment (UTC) at which anything that is said here last changed in public, by which updated_since "
                "finds it; null with as_of."
            )
        }
        super().__init__(source="moved_at", read_only=True, allow_null=True, **told | kwargs)
