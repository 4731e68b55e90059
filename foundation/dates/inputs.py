"""Form fields and inputs for days: what is typed is read by `dates`, and shown in words beside the input."""

from datetime import date, datetime

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from foundation.dates.parsing import date_in_words, read_date, read_day


class InWordsMixin:
    """Shows the day that an input holds in words, so that a mistaken one is seen."""

    def render(self, name, value, attrs=None, renderer=None):
        rendered = super().render(name, value, attrs, renderer)
        words = in_words(value)
        return format_html('{} <span class="date-in-words">{}</span>', rendered, words) if words else rendered


class PartialDateInput(InWordsMixin, forms.TextInput):
    """A line for a year, month or day."""


class DayInput(InWordsMixin, forms.DateInput):
    """A line for a day, in the form that no reader can mistake."""

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class AdminDayInput(InWordsMixin, AdminDateWidget):
    """The same in the editor area, with its calendar."""

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class DayPicker(forms.DateInput):
    """The browser's own choice of a day, which is handed nothing but ISO 8601."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")

    def format_value(self, value):
        try:
            return read_day(value).isoformat() if isinstance(value, str) else super().format_value(value)
        except ValueError:
            return value


class DayField(forms.DateField):
    """A whole day, as `dates.read_day` reads it."""

    widget = DayInput
    default_error_messages = {"required": _("Write a day, as 2014-03-05 or 5 March 2014.")}

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return read_day(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None


class PickedDayField(DayField):
    """A day for readers, who choose it with the browser's own means."""

    widget = DayPicker


def in_words(value) -> str:
    """Write the value of an input in words; '' where it is empty, a bare year, or cannot be read."""
    if isinstance(value, date):
        return date_in_words(value)
    try:
        words = date_in_words(*read_date(str(value or "")))
    except ValueError:
        return ""
    return "" if words == str(value).strip() else words
