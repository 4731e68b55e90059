"""Form fields for query parameters; their errors name the value and the allowed ones."""

import re
from datetime import UTC, datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.clock import today
from foundation.dates.inputs import DayPickerField
from foundation.text.unknown_words import unknown_value


class ChoicesField(forms.MultipleChoiceField):
    """A field for one or several choices; an error names the value, the closest match and all choices."""

    # The error message where there are no choices, because no row has a value yet.
    no_choices_message = _("‘%(value)s’ is not a valid value: nothing has a value of this kind yet.")

    def to_python(self, value):
        return [item for item in super().to_python(value) if item]

    def accepted_beyond_choices(self, value) -> set[str]:
        """Return the values that are valid although they are no longer offered as choices."""
        return set()

    def validate(self, value):
        if not value:
            return
        allowed = {str(choice) for choice, _label in self.choices}
        for item in value:
            if item not in allowed:
                no_choices = self.no_choices_message % {"value": item}
                sentence = unknown_value(item, sorted(allowed)) if allowed else no_choices
                raise forms.ValidationError(sentence, code="invalid_choice")


class PastDayField(DayPickerField):
    """A day up to today (UTC)."""

    default_error_messages = {
        "future": _("‘%(value)s’ is in the future. Use a day up to today (UTC), %(today)s."),
    }

    def clean(self, value):
        day = super().clean(value)
        latest = today()
        if day and day > latest:
            raise forms.ValidationError(
                self.error_messages["future"] % {"value": value, "today": latest.isoformat()}, code="future"
            )
        return day


# The place of a plus that was not written as %2B: in a query string it stands for a space.
UNESCAPED_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) (?=\d\d(?::?\d\d)?$)")


class TimestampField(forms.DateTimeField):
    """A day or a timestamp, read in UTC."""

    default_error_messages = {
        "invalid": _(
            "‘%(value)s’ is not a valid date or time. Write 2014-06-30 or 2014-06-30T12:00:00Z; in an offset write + as"
            " %%2B."
        )
    }

    def to_python(self, value):
        """Return the timestamp in UTC, since PostgreSQL does not take offsets of 16 hours.

        A timestamp outside the years 1 to 9999 in UTC becomes the first or last one possible.
        """
        try:
            timestamp = super().to_python(restore_offset_plus(value))
        except forms.ValidationError as error:
            error.params = error.params or {"value": str(value)[:100]}
            raise
        try:
            return timestamp and timestamp.astimezone(UTC)
        except OverflowError:
            return (datetime.min if timestamp.year == 1 else datetime.max).replace(tzinfo=UTC)


def restore_offset_plus(value):
    """Return the text of a timestamp with the plus of its offset, which is lost if the address did not escape it."""
    return UNESCAPED_PLUS.sub(r"\1+", value) if isinstance(value, str) else value


class OrderingField(ChoicesField):
    """Sort keys in their order, separated by commas."""

    def to_python(self, value):
        return [key for part in super().to_python(value) for key in part.split(",") if key]
