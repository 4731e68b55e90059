"""Form fields and a form mixin for dates with the precision of a year, a month or a day."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy

from foundation.dates.inputs import PartialDateInput
from foundation.dates.partial import PartialDate, partial_date


class PartialDateField(forms.CharField):
    """A date with the precision of a year, a month or a day, parsed by `foundation.dates.parsing.read_date`."""

    widget = PartialDateInput

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", gettext_lazy("2014-03-05 or 5 March 2014; 2014-03 or 2014 if no more is known."))
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("size", 16)

    def prepare_value(self, value):
        return value.iso if isinstance(value, PartialDate) else value

    def to_python(self, value):
        if isinstance(value, PartialDate):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def run_validators(self, value):
        """Skip the validators of the text: its length says nothing about the date."""

    def has_changed(self, initial, data):
        try:
            return (self.prepare_value(initial) or "") != (self.prepare_value(self.to_python(data)) or "")
        except ValidationError:
            return True


class PartialDatesMixin:
    """Form fields that each fill two columns: `deadline` fills `deadline_on` and `deadline_precision`."""

    partial_dates: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.partial_dates:
            day, precision = getattr(self.instance, f"{name}_on"), getattr(self.instance, f"{name}_precision")
            self.initial.setdefault(name, partial_date(day, precision))

    def set_partial_dates(self, row: Model) -> None:
        """Set both columns of each date that the form could read."""
        for name in self.partial_dates:
            if name in self.cleaned_data:
                value = self.cleaned_data[name]
                setattr(row, f"{name}_on", value.day if value else None)
                setattr(row, f"{name}_precision", value.precision if value else "")

    def _get_validation_exclusions(self):
        """Leave constraints out that need a date that is refused, as Django does for fields of one column."""
        refused = {
            f"{name}_{part}" for name in self.partial_dates if name in self._errors for part in ("on", "precision")
        }
        return super()._get_validation_exclusions() | refused

    def _post_clean(self):
        self.set_partial_dates(self.instance)
        for name in self.partial_dates:
            value = self.cleaned_data.get(name)
            problem = value and self.instance._meta.get_field(f"{name}_on").problem(value.day, value.precision)
            if problem:
                self.add_error(name, problem)
        super()._post_clean()
