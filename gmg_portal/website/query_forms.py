"""Forms that validate the query parameters of the timeline, its feed, and the comparison; unknown ones are refused."""

from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Commitment
from foundation.clock import today
from foundation.filters.form_fields import ChoicesField, PastDayField
from foundation.filters.forms import StrictForm
from foundation.filters.lists import drop_empty_values, split_comma_lists, with_values
from foundation.filters.messages import form_error_messages
from register.changes.change import Change
from register.filtering.choices import agencies, agenda_points, workgroups
from register.filtering.conditions import CRITERIA
from register.querysets import register_commitments

EVENT = "event"
KINDS = [(EVENT, gettext_lazy("Event")), *Change.Kind.choices]
FIRST_YEAR, LAST_YEAR = 2000, 2099


class ListField(ChoicesField):
    """An optional field with any number of values out of its choices."""

    widget = forms.SelectMultiple

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)


class QueryForm(StrictForm):
    """Filters by agency, leading work group and agenda point.

    Each takes several values, repeated or separated by commas, and matches any of them. Parameters of subclasses take
    one value.
    """

    # The parameters that filter the results; the others choose the day or the page.
    filter_names = ("agency", "workgroup", "agenda_point")

    agency = ListField(choices=agencies, label=gettext_lazy("Agency"))
    workgroup = ListField(choices=workgroups, label=gettext_lazy("Work group"))
    agenda_point = ListField(choices=agenda_points, label=gettext_lazy("Agenda point"))

    def __init__(self, data: QueryDict, *args, **kwargs):
        super().__init__(drop_empty_values(data), *args, **kwargs)
        choices = {name: field.choices for name, field in self.fields.items() if isinstance(field, ListField)}
        params = split_comma_lists(self.data, choices)
        lists = {name: values for name, values in params.lists() if name in choices}
        self.data = with_values(
            params, {name: [value for value in dict.fromkeys(values) if value] for name, values in lists.items()}
        )

    @property
    def problems(self) -> list[str]:
        """Return the error messages; each names its parameter."""
        return form_error_messages(self)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters with each of their values, without the page, in the order of the form."""
        return [(name, value) for name in self.fields if name != "page" for value in self.data.getlist(name) if value]

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    @property
    def filter_labels(self) -> list[str]:
        """Return the active filters for display: 'Agency: ILO'."""
        return [
            f"{self.fields[name].label}: {self._label(name, value)}"
            for name, value in self.pairs
            if name in self.filter_names
        ]

    def commitments(self) -> QuerySet[Commitment] | None:
        """Return the commitments that meet every filter, published or not; None if no filter is set."""
        condition = Q()
        for name in QueryForm.filter_names:
            if values := self.cleaned_data[name]:
                condition &= CRITERIA[name].condition(values)
        return register_commitments().filter(condition) if condition else None

    def _label(self, name: str, value: str) -> str:
        choices = getattr(self.fields[name], "choices", [])
        return next((str(label) for choice, label in choices if str(choice) == value), value)


class TimelineQueryForm(QueryForm):
    """Filters of the timeline: also by kind and by year."""

    filter_names = (*QueryForm.filter_names, "kind", "year")

    kind = ListField(choices=KINDS, label=gettext_lazy("Kind"))
    year = forms.IntegerField(
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        label=gettext_lazy("Year"),
        error_messages={
            name: gettext_lazy("This is not a year from 2000 to 2099.")
            for name in ("invalid", "min_value", "max_value")
        },
    )
    as_of = PastDayField(required=False)


class PagedTimelineQueryForm(TimelineQueryForm):
    """The filters of the timeline and the number of a page."""

    page = forms.IntegerField(
        required=False,
        min_value=1,
        error_messages={name: gettext_lazy("page is a whole number from 1.") for name in ("invalid", "min_value")},
    )


class CompareQueryForm(QueryForm):
    """The two days to compare, and filters. The second day defaults to today."""

    # `from` is a keyword in Python, so that field is added in `__init__`.
    until = PastDayField(required=False, label=gettext_lazy("Until"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {"from": PastDayField(required=False, label=gettext_lazy("From")), **self.fields}

    @property
    def input_days(self) -> dict[str, str]:
        """Return the values of the date inputs, in ISO 8601; '' for a day that is not set."""
        return {name: self.fields[name].widget.format_value(self.data.get(name, "")) for name in ("from", "until")}

    def clean(self):
        params = super().clean()
        first, last = params.get("from"), params.get("until")
        if last and not first and "from" not in self.errors:
            self.add_error("from", missing_first_day())
        if first and last and last < first:
            message = _("‘%(until)s’ is before the first day. Use a day from %(first)s to today, %(today)s.")
            values = {"until": self.data["until"], "first": first.isoformat(), "today": today().isoformat()}
            self.add_error("until", message % values)
        return params


def missing_first_day() -> str:
    """Return the error message for a comparison without its first day."""
    return _("Give the day from which to compare: a day up to today, %(today)s.") % {"today": today().isoformat()}
