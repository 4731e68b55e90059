"""The words by which the register is asked: one FilterSet for the page, the API and the files."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache

import django_filters
from django import forms
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.functions import Collate, Lower
from django.http import QueryDict
from django.utils.choices import CallableChoiceIterator
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment, Freshness, Outlook, Partner, ProgressReport, Status, Verification
from commitments.search import SearchTextField, search_query
from foundation.clock import today
from foundation.dates.inputs import DayPickerField
from foundation.text.closest_match import suggestion
from recommendations.models import Recommendation
from workgroups.models import WorkGroup

Choices = Iterable[tuple[str, str]]

# Titles in the order of a dictionary: without regard to case and accents, whatever the locale of the database. Servers
# are built without ICU too, and so its collations may be missing.
TITLE = Lower(Func(F("title"), function="unaccent", output_field=TextField()))
ORDERINGS = {
    "reference": [F("pk")],
    "title": [Collate(TITLE, "C"), Collate("title", "C")],
    "start": [F("start_on")],
    "due": [F("due_on")],
    "last_heard": [F("last_heard_on")],
    "updated": [F("moved_at")],
    "published": [F("published_on")],
}


class Named(str):
    """The short label of a choice, with the full name behind it."""

    name: str

    def __new__(cls, label: str, name: str):
        named = super().__new__(cls, label)
        named.name = name
        return named


class Together:
    """Choices that are those of several words, one after the other."""

    def __init__(self, *parts: Callable[[], Choices]):
        self.parts = parts

    def __call__(self) -> Choices:
        return [choice for part in self.parts for choice in part()]


def unknown_parameter(word: str, allowed: Iterable[str]) -> str:
    """Say that an address does not know a parameter, which one is spelt most alike, and which it takes."""
    known = sorted(allowed)
    if not known:
        return now_("‘%(word)s’ is not a parameter here: this address takes none.") % {"word": word}
    words = {"word": word, "near": suggestion(word, known), "allowed": ", ".join(known)}
    return now_("‘%(word)s’ is not a parameter here.%(near)s Allowed: %(allowed)s.") % words


class WordsField(forms.MultipleChoiceField):
    """One or several of a set of words; a refusal names the word, the nearest one and the whole set."""

    default_error_messages = {"invalid_choice": _("‘%(value)s’ is not a valid value.%(near)s Allowed: %(allowed)s.")}
    # What is refused where no row has any value yet.
    none_known = _("‘%(value)s’ is not a valid value: nothing has a value of this kind yet.")

    def to_python(self, value):
        return [word for word in super().to_python(value) if word]

    def taken_beside_choices(self, value) -> set[str]:
        """Return which of these words are taken, though they are no longer offered."""
        return set()

    def validate(self, value):
        if not value:
            return
        known = {str(word) for word, _label in self.choices}
        for word in value:
            if word not in known:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"] if known else self.none_known,
                    code="invalid_choice",
                    params={"value": word, "near": suggestion(word, known), "allowed": ", ".join(sorted(known))},
                )


class PlacesField(WordsField):
    """Takes the places on offer, and those of withdrawn commitments, which a past day or `updated_since` finds."""

    none_known = _("‘%(value)s’ is not a valid value: no published commitment names a place yet.")

    def validate(self, value):
        others = self.taken_beside_choices(value)
        super().validate([word for word in value if word not in others])

    def taken_beside_choices(self, value) -> set[str]:
        others = set(value).difference(word for word, _label in self.choices) if value else set()
        return others & places_ever_public() if others else set()


class WordsFilter(django_filters.MultipleChoiceFilter):
    """Keep the rows that meet `condition` for any of the words chosen."""

    field_class = WordsField

    def __init__(self, condition: Callable[[list[str]], Q], **kwargs):
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(**kwargs)
        self.condition = condition

    def filter(self, queryset, value):
        return queryset.filter(self.condition(value)) if value else queryset


class PlacesFilter(WordsFilter):
    field_class = PlacesField

    @staticmethod
    def known_choices() -> list[tuple[str, str]]:
        """Return every place that may be asked about, offered or not."""
        return [(place, place) for place in places_ever_public()]


class OfColumn:
    """Compares a column with one value."""

    def condition(self, value) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})


class DayFilter(OfColumn, django_filters.DateFilter):
    field_class = DayPickerField


class PastDayField(DayPickerField):
    """A day up to today, of which the record is known."""

    default_error_messages = {
        "future": _("‘%(value)s’ is in the future. Use a day up to today (UTC), %(today)s."),
    }

    def clean(self, value):
        day = super().clean(value)
        last = today()
        if day and day > last:
            raise forms.ValidationError(
                self.error_messages["future"] % {"value": value, "today": last.isoformat()}, code="future"
            )
        return day


class AsOfFilter(django_filters.DateFilter):
    """Read by the set as a whole: which rows stood published, and how they stood."""

    field_class = PastDayField

    def filter(self, queryset, _value):
        return queryset


class SearchFilter(django_filters.CharFilter):
    """Full text; `rank` is there to sort by."""

    field_class = SearchTextField

    def condition(self, value) -> Q:
        """Of rows whose `text_on` is named."""
        return Q(text_on=search_query(value))

    def filter(self, queryset, value):
        return queryset.search(value, self.parent.day) if value else queryset


# Where a plus was not written %2B: in a query it stands for a space.
LOST_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) (?=\d\d(?::?\d\d)?$)")


class MomentField(forms.DateTimeField):
    default_error_messages = {
        "invalid": _(
            "‘%(value)s’ is not a valid date or time. Write 2014-06-30 or 2014-06-30T12:00:00Z; in an offset write + as"
            " %%2B."
        )
    }

    def to_python(self, value):
        """In UTC, for PostgreSQL knows no offset of 16 hours; beyond the years of UTC its first or last moment."""
        try:
            moment = super().to_python(with_plus(value))
        except forms.ValidationError as error:
            error.params = error.params or {"value": str(value)[:100]}
            raise
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            return (datetime.min if moment.year == 1 else datetime.max).replace(tzinfo=UTC)


def with_plus(value):
    """Return the text of a moment with the plus of its offset, which an address that does not escape it loses."""
    return LOST_PLUS.sub(r"\1+", value) if isinstance(value, str) else value


class UpdatedSinceFilter(OfColumn, django_filters.IsoDateTimeFilter):
    """What changed in public at a moment or later."""

    field_class = MomentField

    def __init__(self, **kwargs):
        super().__init__(field_name="moved_at", lookup_expr="gte", **kwargs)


class OrderingField(WordsField):
    """Words to sort by, in their order, parted by commas."""

    def to_python(self, value):
        return [word for part in super().to_python(value) for word in part.split(",") if word]


class OrderingFilter(WordsFilter):
    """Sort by one word, downwards with a minus; rows that lack the value come last."""

    field_class = OrderingField

    def __init__(self, **kwargs):
        super().__init__(lambda _words: Q(), choices=orderings, **kwargs)

    def filter(self, queryset, value):
        if not value and "q" in self.parent.form.cleaned_data and self.parent.form.cleaned_data["q"]:
            return queryset.order_by("-rank", "pk")
        terms = []
        for word in value or ["reference"]:
            for column in ORDERINGS[word.removeprefix("-")]:
                terms.append(column.desc(nulls_last=True) if word.startswith("-") else column.asc(nulls_last=True))
        return queryset.order_by(*terms, "pk")


def orderings() -> Choices:
    labels = {
        "reference": _("Reference"),
        "title": _("Title"),
        "start": _("Start"),
        "due": _("Due day"),
        "last_heard": _("Last heard from"),
        "updated": _("Last changed"),
        "published": _("Published"),
    }
    for word, label in labels.items():
        yield word, label
        yield f"-{word}", _("%(label)s, latest or last first") % {"label": label}


def agencies() -> Choices:
    named = Agency.objects.only("code", "acronym", "name")  # rows, so that they bear the names of the day asked for
    return [(agency.code, Named(agency.acronym, agency.name)) for agency in named]


def workgroups() -> Choices:
    return WorkGroup.objects.values_list("slug", "title")


leads = Together(agencies, workgroups)


def agenda_points() -> Choices:
    return [(str(point.number), str(point)) for point in AgendaPoint.objects.all()]


def recommendations() -> Choices:
    return [(code, Named(code, text)) for code, text in Recommendation.objects.values_list("code", "text")]


def places() -> Choices:
    """Return the places that published commitments name, and not those that only withdrawn ones name."""
    return [(place, place) for place in sorted(_places_of(Commitment.objects.published()))]


def places_ever_public() -> set[str]:
    """Return the places that published and withdrawn commitments name."""
    return _places_of(Commitment.objects.public())


def _places_of(commitments: QuerySet[Commitment]) -> set[str]:
    rows = commitments.exclude(places=[]).order_by().values_list("places", flat=True)
    return {place for row in rows for place in row}


def led_by(words: list[str]) -> Q:
    return Q(lead_agency__code__in=words) | Q(workgroup__slug__in=words)


def involving(words: list[str]) -> Q:
    partners = Partner.objects.filter(agency__code__in=words)
    return Q(lead_agency__code__in=words) | Q(pk__in=partners.values("commitment"))


def on_points(words: list[str]) -> Q:
    links = Commitment.agenda_points.through.objects.filter(agendapoint__number__in=words)
    return Q(pk__in=links.values("commitment"))


def answering(words: list[str]) -> Q:
    """A recommendation includes its parts."""
    links = Commitment.recommendations.through.objects.filter(
        Q(recommendation__code__in=words) | Q(recommendation__parent__code__in=words)
    )
    return Q(pk__in=links.values("commitment"))


def at_levels(words: list[str]) -> Q:
    links = Commitment.recommendations.through.objects.filter(recommendation__level__in=words)
    return Q(pk__in=links.values("commitment"))


def among(column: str) -> Callable[[list[str]], Q]:
    return lambda words: Q(**{f"{column}__in": words})


class AskedOnce(CallableChoiceIterator):
    """Choices from the database, read when they are first needed and then kept, for all fields of a form alike."""

    def __init__(self, func: Callable[[], Choices], read: Callable[[Callable[[], Choices]], Choices]):
        super().__init__(func)
        self.read = read

    @cached_property
    def known(self) -> list[tuple[str, str]]:
        parts = getattr(self.func, "parts", (self.func,))
        return [choice for part in parts for choice in self.read(part)]

    def __iter__(self):
        return iter(self.known)


# Fields that take several values.
LIST_FIELDS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


def given_twice(name: str) -> str:
    return now_("‘%(word)s’ is given more than once: give it once.") % {"word": name}


class StrictForm(forms.Form):
    """Refuses a word that it does not know: a misspelt filter must never answer everything.

    `beside` are the words that mean something to the page or file that asks, and nothing to the rows.
    """

    beside: frozenset[str] = frozenset()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        read = cache(lambda choices: list(choices()))
        for field in self.fields.values():
            choices = getattr(field, "choices", None)
            if isinstance(choices, CallableChoiceIterator):
                field.choices = AskedOnce(choices.func, read)

    def clean(self):
        allowed = {*self.fields, *self.beside}
        for word in sorted(set(self.data) - allowed):
            self.add_error(
                None,
                _("‘%(word)s’ is not a parameter here.%(near)s Allowed: %(allowed)s.")
                % {"word": word, "near": suggestion(word, allowed), "allowed": ", ".join(sorted(allowed))},
            )
        for word, values in self.data.lists() if hasattr(self.data, "lists") else ():
            if word in allowed and not self.takes_list(word) and len([value for value in values if value]) > 1:
                self.add_error(None, given_twice(word))
        return super().clean()

    def takes_list(self, name: str) -> bool:
        """Tell whether a parameter may be repeated. Those beside the fields are read, and refused, by others."""
        return name not in self.fields or isinstance(self.fields[name], LIST_FIELDS)


class RecordForm(StrictForm):
    """Asks of today or of a past day; of the past no moments of change are kept."""

    def clean(self):
        asked = super().clean()
        by_moment = {
            "updated_since": asked.get("updated_since"),
            "ordering": {"updated", "-updated"} & set(asked.get("ordering") or []),
        }
        for word, meant in by_moment.items():
            if meant and asked.get("as_of"):
                self.add_error(
                    word, now_("This cannot be combined with as_of, for which no moments of change are kept.")
                )
        return asked


def refusals(form: forms.Form) -> list[str]:
    """What is wrong with a question, in sentences that name the word."""
    return [
        sentence
        for word, sentences in form.errors.items()
        for sentence in (map(str, sentences) if word == "__all__" else named(word, sentences))
    ]


def named(word: str, sentences: Iterable[str]) -> list[str]:
    """Each sentence under the word that it is about, so that it stands by itself."""
    return [f"{word}: {sentence}" for sentence in sentences]


def split_lists(params: QueryDict, filters: Mapping[str, django_filters.Filter]) -> QueryDict:
    """Return the parameters with every value of a list by itself: repeated values and comma lists mean the same.

    Parameters that django-filter reads as one comma list are joined instead.
    """
    if not hasattr(params, "lists"):
        return params
    joined = {
        name: [",".join(values)]
        for name, values in params.lists()
        if isinstance(filters.get(name), django_filters.BaseCSVFilter)
    }
    # The values of lists of rows are not named: their identifiers have no commas.
    choices = {
        name: filter_.known_choices if isinstance(filter_, PlacesFilter) else filter_.extra.get("choices", ())
        for name, filter_ in filters.items()
        if isinstance(filter_, django_filters.MultipleChoiceFilter)
    }
    return with_values(split_comma_lists(params, choices), joined)


def split_comma_lists(params: QueryDict, choices: Mapping[str, Choices | Callable[[], Choices]]) -> QueryDict:
    """Return the parameters with the comma lists of those that have choices split into single values.

    A known value that has commas of its own, as some names of places do, stays whole.
    """
    split = {}
    for name, values in params.lists():
        if name in choices and any("," in value for value in values):
            known = known_values(choices[name])
            split[name] = [part for value in values for part in split_value(value, known)]
    return with_values(params, split)


def with_values(params: QueryDict, lists: Mapping[str, list[str]]) -> QueryDict:
    """Return a copy of the parameters in which some have other values; the parameters themselves if none has."""
    if not lists:
        return params
    params = params.copy()
    for name, values in lists.items():
        params.setlist(name, values)
    return params


def known_values(choices: Choices | Callable[[], Choices]) -> set[str]:
    """Return the values that a list takes."""
    return {str(value) for value, _label in (choices() if callable(choices) else choices)}


def split_value(value: str, known: Collection[str]) -> list[str]:
    """Split a comma list, keeping together the longest runs that are known values."""
    parts = value.split(",")
    longest = 1 + max((name.count(",") for name in known), default=0)
    values, start = [], 0
    while start < len(parts):
        ends = range(min(start + longest, len(parts)), start, -1)
        end = next((end for end in ends if ",".join(parts[start:end]) in known), start + 1)
        values.append(",".join(parts[start:end]))
        start = end
    return values


def takes_list(filterset: django_filters.FilterSet, name: str) -> bool:
    """Tell whether a parameter takes several values; a comma list is one value by now."""
    return isinstance(filterset.filters[name], django_filters.MultipleChoiceFilter)


class RecordFilter(django_filters.FilterSet):
    """Only the day of the record; `day` is None for today."""

    as_of = AsOfFilter(label=_("The record as it stood at the end of this day (UTC)."))

    # Words that narrow nothing: how the rows stood, and in which order they come.
    MANNER = frozenset({"as_of", "ordering"})

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(split_lists(data, self.base_filters), *args, **kwargs)

    @property
    def day(self):
        return self.form.cleaned_data.get("as_of")

    @property
    def asked(self) -> dict:
        """The words that narrow, and their values, as they were asked."""
        return {word: value for word, value in self.form.cleaned_data.items() if value and word not in self.MANNER}

    def filter_queryset(self, queryset):
        return super().filter_queryset(self.of_record(queryset))

    def of_record(self, queryset):
        """Return the rows that can be found at all."""
        return queryset.published(self.day)


class CommitmentFilter(RecordFilter):
    """Published commitments with their standing, narrowed by the words of the address.

    A list, repeated or parted by commas, means any of its values; different words must all be met. With `as_of` the
    rows are those that stood published at the end of that day (UTC), and their standing is that of then. With
    `updated_since` what was withdrawn is found as well, and says so: whoever follows must hear of it.
    """

    q = SearchFilter(label=_("Search"))
    lead = WordsFilter(led_by, choices=leads, label=_("Lead"))
    agency = WordsFilter(involving, choices=agencies, label=_("Agency (lead or partner)"))
    workgroup = WordsFilter(among("workgroup__slug"), choices=workgroups, label=_("Work group"))
    agenda_point = WordsFilter(on_points, choices=agenda_points, label=_("Agenda point"))
    recommendation = WordsFilter(answering, choices=recommendations, label=_("Recommendation"))
    level = WordsFilter(at_levels, choices=Recommendation.Level.choices, label=_("Level"))
    kind = WordsFilter(among("kind"), choices=Commitment.Kind.choices, label=_("Kind"))
    status = WordsFilter(among("standing_status"), choices=Status.choices, label=_("Status"))
    outlook = WordsFilter(among("standing_outlook"), choices=Outlook.choices, label=_("Outlook"))
    freshness = WordsFilter(among("standing_freshness"), choices=Freshness.choices, label=_("Freshness"))
    verification = WordsFilter(among("standing_verification"), choices=Verification.choices, label=_("Verification"))
    scope = WordsFilter(among("scope"), choices=Commitment.Scope.choices, label=_("Scope"))
    place = PlacesFilter(lambda words: Q(places__overlap=words), choices=places, label=_("Place"))
    due_after = DayFilter(field_name="due_on", lookup_expr="gte", label=_("Due on or after"))
    due_before = DayFilter(field_name="due_on", lookup_expr="lte", label=_("Due on or before"))
    updated_since = UpdatedSinceFilter(label=_("Changed since"))
    as_of = AsOfFilter(label=_("As the record stood on"))
    ordering = OrderingFilter(label=_("Sort by"))

    class Meta:
        model = Commitment
        fields: list[str] = []
        form = RecordForm

    def __init__(self, *args, beside: Iterable[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.form.beside = frozenset(beside)

    @cached_property
    def standing(self) -> QuerySet[Commitment]:
        """All rows of the register on the day asked for, with their standing."""
        followed = self.form.cleaned_data.get("updated_since")
        rows = self.queryset.public(self.day) if followed else self.queryset.published(self.day)
        return rows.with_standing(self.day).with_state(self.day).with_moved_at(self.day)

    def conditions(self) -> dict[str, Q]:
        """What each word asked demands of a row; of rows whose `text_on` is named."""
        return {word: self.filters[word].condition(value) for word, value in self.asked.items()}

    def narrowed(self, *, without: str = "") -> QuerySet[Commitment]:
        """The rows that meet all the words asked, leaving one out; in no order."""
        rows = self.standing
        for word, value in self.asked.items():
            if word != without:
                rows = self.filters[word].filter(rows, value)
        return rows

    def filter_queryset(self, _queryset):
        return self.filters["ordering"].filter(self.narrowed(), self.form.cleaned_data["ordering"])


class CommitmentRecordFilter(RecordFilter):
    """Commitments that have a page, the withdrawn ones included, as they stood on the day."""

    def filter_queryset(self, queryset):
        return queryset.public(self.day).with_standing(self.day).with_state(self.day).with_moved_at(self.day)


class MovedRecordFilter(RecordFilter):
    """The same of rows that know when they last changed in public."""

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset.with_moved_at(self.day))


def sorted_by(columns: list[tuple[str, str]]) -> django_filters.OrderingFilter:
    """Return a filter that sorts by columns, each given with its name in the address."""
    allowed = ", ".join(f"{name}, -{name}" for _column, name in columns)
    refusal = format_lazy(_("‘%(value)s’ is not a valid value. Allowed: {allowed}."), allowed=allowed)
    return django_filters.OrderingFilter(
        fields=columns, label=_("Sort by; downwards with a minus."), error_messages={"invalid_choice": refusal}
    )


class OfCommitmentFilter(MovedRecordFilter):
    """What hangs on a commitment, found by it or by its lead.

    The rows are those of the commitments that the register lists. With `updated_since` those of withdrawn ones are
    found as well, as the commitments are; each row tells its commitment's state.
    """

    commitment = django_filters.ModelMultipleChoiceFilter(
        field_name="commitment__reference",
        to_field_name="reference",
        queryset=Commitment.objects.public(),
        error_messages={"invalid_choice": _("‘%(value)s’ is not the reference of a commitment that has a page.")},
        label=_("Reference of the commitment."),
    )
    lead = WordsFilter(
        lambda words: Q(commitment__lead_agency__code__in=words) | Q(commitment__workgroup__slug__in=words),
        choices=leads,
        label=_("Code of the lead."),
    )
    updated_since = UpdatedSinceFilter(label=_("Changed at this moment (UTC) or later."))

    class Meta:
        form = RecordForm

    def of_record(self, queryset):
        followed = self.form.cleaned_data.get("updated_since")
        return queryset.published(self.day) if followed else queryset.in_register(self.day)


class ReportFilter(OfCommitmentFilter):
    status = WordsFilter(among("status"), choices=Status.choices, label=_("The status it reports."))
    outlook = WordsFilter(among("outlook"), choices=Outlook.choices, label=_("The outlook it reports."))
    published_after = DayFilter(field_name="published_on", lookup_expr="gte", label=_("Published on or after."))
    published_before = DayFilter(field_name="published_on", lookup_expr="lte", label=_("Published on or before."))
    ordering = sorted_by([("published_on", "published"), ("commitment__reference", "commitment")])

    class Meta(OfCommitmentFilter.Meta):
        model = ProgressReport
        fields: list[str] = []


class StatusChangeFilter(OfCommitmentFilter):
    to_status = WordsFilter(among("to_status"), choices=Status.choices, label=_("The new status."))
    changed_after = DayFilter(field_name="changed_on", lookup_expr="gte", label=_("Changed on or after."))
    changed_before = DayFilter(field_name="changed_on", lookup_expr="lte", label=_("Changed on or before."))
    ordering = sorted_by([("changed_on", "changed"), ("commitment__reference", "commitment")])
