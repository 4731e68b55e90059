"""The words by which the pages of time are asked, in one strict way: known, and of what is allowed."""

from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.changes import Change
from commitments.filters import (
    ChoicesField,
    PastDayField,
    StrictForm,
    agencies,
    agenda_points,
    form_error_messages,
    has_agenda_point,
    involves_agency,
    split_comma_lists,
    with_values,
    workgroups,
)
from commitments.models import Commitment
from foundation.clock import today

EVENT = "event"
KINDS = [(EVENT, gettext_lazy("Event")), *Change.Kind.choices]
YEARS = (2000, 2099)


class ListField(ChoicesField):
    """One or several of a set of words, optional."""

    widget = forms.SelectMultiple

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)


class Question(StrictForm):
    """Which commitments: those of an agency, led by a work group, on a point.

    These are lists, repeated or parted by commas, and mean any of their values. All other words are given once.
    """

    # Which of the words narrow what is shown; the others say of which day or which page.
    narrowing = ("agency", "workgroup", "agenda_point")

    agency = ListField(choices=agencies, label=gettext_lazy("Agency"))
    workgroup = ListField(choices=workgroups, label=gettext_lazy("Work group"))
    agenda_point = ListField(choices=agenda_points, label=gettext_lazy("Agenda point"))

    def __init__(self, data: QueryDict, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        choices = {name: field.choices for name, field in self.fields.items() if isinstance(field, ListField)}
        params = split_comma_lists(data, choices)
        lists = {name: values for name, values in params.lists() if name in choices}
        self.data = with_values(
            params, {name: [value for value in dict.fromkeys(values) if value] for name, values in lists.items()}
        )

    @property
    def problems(self) -> list[str]:
        """What is wrong with the question, in sentences that name the word."""
        return form_error_messages(self)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The words chosen with each of their values, without the page, in the order of the form."""
        return [(word, value) for word in self.fields if word != "page" for value in self.data.getlist(word) if value]

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    @property
    def chosen(self) -> list[str]:
        """What narrows the answer, in words: 'Agency: ILO'."""
        return [
            f"{self.fields[word].label}: {self._label(word, value)}"
            for word, value in self.pairs
            if word in self.narrowing
        ]

    def commitments(self) -> QuerySet[Commitment] | None:
        """The commitments that are meant, in whatever state; None where all are."""
        params = self.cleaned_data
        condition = Q()
        if params["agency"]:
            condition &= involves_agency(params["agency"])
        if params["workgroup"]:
            condition &= Q(workgroup__slug__in=params["workgroup"])
        if params["agenda_point"]:
            condition &= has_agenda_point(params["agenda_point"])
        return Commitment.objects.filter(condition) if condition else None

    def _label(self, word: str, value: str) -> str:
        choices = getattr(self.fields[word], "choices", [])
        return next((str(label) for known, label in choices if str(known) == value), value)


class TimeQuestion(Question):
    """What of the timeline: also of one kind, or of one year."""

    narrowing = (*Question.narrowing, "kind", "year")

    kind = ListField(choices=KINDS, label=gettext_lazy("Kind"))
    year = forms.IntegerField(
        required=False,
        min_value=YEARS[0],
        max_value=YEARS[1],
        label=gettext_lazy("Year"),
        error_messages={
            name: gettext_lazy("This is not a year from 2000 to 2099.")
            for name in ("invalid", "min_value", "max_value")
        },
    )
    as_of = PastDayField(required=False)


class PagedTimeQuestion(TimeQuestion):
    """The same on a page of a long list."""

    page = forms.IntegerField(
        required=False,
        min_value=1,
        error_messages={name: gettext_lazy("page is a whole number from 1.") for name in ("invalid", "min_value")},
    )


class TwoDays(Question):
    """Which two days to compare; the second is today when only the first is given."""

    # 'from' is a word of Python, and so no name of a class's field.
    until = PastDayField(required=False, label=gettext_lazy("Until"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {"from": PastDayField(required=False, label=gettext_lazy("From")), **self.fields}

    @property
    def input_days(self) -> dict[str, str]:
        """The days as inputs of a browser take them, in ISO 8601; '' for one that is not given."""
        return {word: self.fields[word].widget.format_value(self.data.get(word, "")) for word in ("from", "until")}

    def clean(self):
        params = super().clean()
        first, last = params.get("from"), params.get("until")
        if last and not first and "from" not in self.errors:
            self.add_error("from", missing_first_day())
        if first and last and last < first:
            sentence = _("‘%(until)s’ is before the first day. Use a day from %(first)s to today, %(today)s.")
            values = {"until": self.data["until"], "first": first.isoformat(), "today": today().isoformat()}
            self.add_error("until", sentence % values)
        return params


def missing_first_day() -> str:
    """Say that a comparison needs its first day, and which days it can be."""
    return _("Give the day from which to compare: a day up to today, %(today)s.") % {"today": today().isoformat()}
