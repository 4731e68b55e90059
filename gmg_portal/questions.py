"""The words by which the pages of time are asked, in one strict way: each once, known, and of what is allowed."""

from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.changes import Change
from commitments.filters import (
    PastDayField,
    StrictForm,
    WordsField,
    agencies,
    agenda_points,
    involving,
    on_points,
    refusals,
    workgroups,
)
from commitments.models import Commitment

EVENT = "event"
KINDS = [(EVENT, gettext_lazy("Event")), *Change.Kind.choices]
YEARS = (2000, 2099)


class WordField(forms.ChoiceField):
    """One of a set of words; a refusal names the word and the whole set."""

    default_error_messages = {"invalid_choice": gettext_lazy("‘%(value)s’ is not known here. Allowed: %(allowed)s.")}

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def validate(self, value):
        known = {str(word) for word, _label in self.choices} if value else set()
        if value and value not in known:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"] if known else WordsField.none_known,
                code="invalid_choice",
                params={"value": value, "allowed": ", ".join(sorted(known))},
            )


class Question(StrictForm):
    """Which commitments: those of an agency, led by a work group, on a point. Each word once."""

    # Which of the words narrow what is shown; the others say of which day or which page.
    narrowing = ("agency", "workgroup", "agenda_point")

    agency = WordField(choices=agencies, label=gettext_lazy("Agency"))
    workgroup = WordField(choices=workgroups, label=gettext_lazy("Work group"))
    agenda_point = WordField(choices=agenda_points, label=gettext_lazy("Agenda point"))

    def clean(self):
        for word, values in self.data.lists():
            if len([value for value in values if value]) > 1:
                self.add_error(None, _("‘%(word)s’ is given more than once: give it once.") % {"word": word})
        return super().clean()

    @property
    def problems(self) -> list[str]:
        """What is wrong with the question, in sentences that name the word."""
        return refusals(self)

    @property
    def words(self) -> dict[str, str]:
        """The words chosen, as they stand in the address, without the page."""
        return {word: self.data[word] for word in self.fields if word != "page" and self.data.get(word)}

    @property
    def query(self) -> str:
        return urlencode(self.words)

    @property
    def chosen(self) -> list[str]:
        """What narrows the answer, in words: 'Agency: ILO'."""
        return [f"{self.fields[word].label}: {self._label(word)}" for word in self.narrowing if self.words.get(word)]

    def commitments(self) -> QuerySet[Commitment] | None:
        """The commitments that are meant, in whatever state; None where all are."""
        asked = self.cleaned_data
        wanted = Q()
        if asked["agency"]:
            wanted &= involving([asked["agency"]])
        if asked["workgroup"]:
            wanted &= Q(workgroup__slug=asked["workgroup"])
        if asked["agenda_point"]:
            wanted &= on_points([asked["agenda_point"]])
        return Commitment.objects.filter(wanted) if wanted else None

    def _label(self, word: str) -> str:
        choices = getattr(self.fields[word], "choices", [])
        return next((str(label) for known, label in choices if str(known) == self.words[word]), self.words[word])


class TimeQuestion(Question):
    """What of the timeline: also of one kind, or of one year."""

    narrowing = (*Question.narrowing, "kind", "year")

    kind = WordField(choices=KINDS, label=gettext_lazy("Kind"))
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
        return {word: self.fields[word].widget.format_value(self.words.get(word, "")) for word in ("from", "until")}

    def clean(self):
        asked = super().clean()
        first, last = asked.get("from"), asked.get("until")
        if last and not first and "from" not in self.errors:
            self.add_error("from", _("Give the day from which to compare."))
        if first and last and last < first:
            self.add_error("until", _("The second day lies before the first: change the two."))
        return asked
