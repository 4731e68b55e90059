"""Form fields and widgets for days. `parsing` reads the text; the widget shows the day in words beside the input."""

from datetime import date, datetime

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from foundation.dates.parsing import format_date, read_date, read_day


class FormattedDateMixin:
    """Show the entered day in words beside the input, so that people notice a wrong one."""

    def render(self, name, value, attrs=None, renderer=None):
        rendered = super().render(name, value, attrs, renderer)
        text = format_input(value)
        return format_html('{} <span class="date-in-words">{}</span>', rendered, text) if text else rendered


class PartialDateInput(FormattedDateMixin, forms.TextInput):
    """A text input for a year, month or day."""


class DayInput(FormattedDateMixin, forms.DateInput):
    """A text input for a day, shown as YYYY-MM-DD."""

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class AdminDayInput(FormattedDateMixin, AdminDateWidget):
    """A text input for a day in the admin, with its calendar."""

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class DayPicker(forms.DateInput):
    """The browser's date picker, whose value is always ISO 8601."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")

    def format_value(self, value):
        try:
            return read_day(value).isoformat() if isinstance(value, str) else super().format_value(value)
        except ValueError:
            return value


class DayField(forms.DateField):
    """A form field for a day, parsed by `read_day`."""

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


class DayPickerField(DayField):
    """A form field for a day, with the browser's date picker."""

    widget = DayPicker


def format_input(value: object) -> str:
    """Return the value of an input in words; '' if it is empty, only a year, or not a date."""
    if isinstance(value, date):
        return format_date(value)
    try:
        text = format_date(*read_date(str(value or "")))
    except ValueError:
        return ""
    return "" if text == str(value).strip() else text
