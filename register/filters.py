"""The query parameters of the register: one FilterSet for the page, the API and the files."""

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
from commitments.models import Commitment, Freshness, Outlook, Partner, Status, Verification
from foundation.clock import today
from foundation.dates.inputs import DayPickerField
from foundation.text.unknown_words import unknown_parameter, unknown_value
from recommendations.models import Recommendation
from register.querysets import register_commitments
from register.search import SearchTextField, search_query
from reporting.models import ProgressReport
from workgroups.models import WorkGroup

Choices = Iterable[tuple[str, str]]

# Sorts titles without regard to case and accents, whatever the locale of the database. ICU collations are not used,
# because PostgreSQL may be built without ICU.
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


class LabelWithName(str):
    """The short label of a choice, which also carries its full name."""

    name: str

    def __new__(cls, label: str, name: str):
        instance = super().__new__(cls, label)
        instance.name = name
        return instance


class ChainedChoices:
    """A callable that returns the choices of several callables, one after the other."""

    def __init__(self, *parts: Callable[[], Choices]):
        self.parts = parts

    def __call__(self) -> Choices:
        return [choice for part in self.parts for choice in part()]


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


class PlacesField(ChoicesField):
    """A field for places: those offered, and those of withdrawn commitments, which `as_of` or `updated_since` find."""

    no_choices_message = _("‘%(value)s’ is not a valid value: no published commitment names a place yet.")

    def validate(self, value):
        accepted = self.accepted_beyond_choices(value)
        super().validate([place for place in value if place not in accepted])

    def accepted_beyond_choices(self, value) -> set[str]:
        others = set(value).difference(place for place, _label in self.choices) if value else set()
        return others & all_public_places() if others else set()


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """A filter that keeps the rows that meet `condition` for any of the chosen values."""

    field_class = ChoicesField

    def __init__(self, condition: Callable[[list[str]], Q], **kwargs):
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(**kwargs)
        self.condition = condition

    def filter(self, queryset, value):
        return queryset.filter(self.condition(value)) if value else queryset


class PlacesFilter(ChoicesFilter):
    field_class = PlacesField

    @staticmethod
    def all_choices() -> list[tuple[str, str]]:
        """Return every place that is a valid value, offered or not."""
        return [(place, place) for place in all_public_places()]


class ColumnLookupMixin:
    """A filter that compares a column with one value, by its lookup expression."""

    def condition(self, value) -> Q:
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})


class DayFilter(ColumnLookupMixin, django_filters.DateFilter):
    field_class = DayPickerField


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


class AsOfFilter(django_filters.DateFilter):
    """The day of the record. It filters nothing itself: the filter set reads it to select and annotate the rows."""

    field_class = PastDayField

    def filter(self, queryset, _value):
        return queryset


class SearchFilter(django_filters.CharFilter):
    """Full-text search; the rows get a `rank` to sort by."""

    field_class = SearchTextField

    def condition(self, value) -> Q:
        """Return the condition; the rows need the alias `search_vector`."""
        return Q(search_vector=search_query(value))

    def filter(self, queryset, value):
        return queryset.search(value, self.parent.day) if value else queryset


# The place of a plus that was not written as %2B: in a query string it stands for a space.
UNESCAPED_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) (?=\d\d(?::?\d\d)?$)")


class TimestampField(forms.DateTimeField):
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


class UpdatedSinceFilter(ColumnLookupMixin, django_filters.IsoDateTimeFilter):
    """A filter that keeps the rows whose public content changed at a timestamp or later."""

    field_class = TimestampField

    def __init__(self, **kwargs):
        super().__init__(field_name="moved_at", lookup_expr="gte", **kwargs)


class OrderingField(ChoicesField):
    """Sort keys in their order, separated by commas."""

    def to_python(self, value):
        return [key for part in super().to_python(value) for key in part.split(",") if key]


class OrderingFilter(ChoicesFilter):
    """Sort by the given keys, descending with a minus; rows without the value come last."""

    field_class = OrderingField

    def __init__(self, **kwargs):
        super().__init__(lambda _values: Q(), choices=orderings, **kwargs)

    def filter(self, queryset, value):
        if not value and "q" in self.parent.form.cleaned_data and self.parent.form.cleaned_data["q"]:
            return queryset.order_by("-rank", "pk")
        terms = []
        for key in value or ["reference"]:
            for column in ORDERINGS[key.removeprefix("-")]:
                terms.append(column.desc(nulls_last=True) if key.startswith("-") else column.asc(nulls_last=True))
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
    for key, label in labels.items():
        yield key, label
        yield f"-{key}", _("%(label)s, latest or last first") % {"label": label}


def agencies() -> Choices:
    # Instances, not values: only they show the names of a past day (`agencies.names_of_day`).
    rows = Agency.objects.only("code", "acronym", "name")
    return [(agency.code, LabelWithName(agency.acronym, agency.name)) for agency in rows]


def workgroups() -> Choices:
    return WorkGroup.objects.values_list("slug", "title")


leads = ChainedChoices(agencies, workgroups)


def agenda_points() -> Choices:
    return [(str(point.number), str(point)) for point in AgendaPoint.objects.all()]


def recommendations() -> Choices:
    return [(code, LabelWithName(code, text)) for code, text in Recommendation.objects.values_list("code", "text")]


def places() -> Choices:
    """Return the places of published commitments as choices; places of withdrawn ones alone are left out."""
    return [(place, place) for place in sorted(_places_of(Commitment.objects.published()))]


def all_public_places() -> set[str]:
    """Return the places of published and withdrawn commitments."""
    return _places_of(Commitment.objects.public())


def _places_of(commitments: QuerySet[Commitment]) -> set[str]:
    rows = commitments.exclude(places=[]).order_by().values_list("places", flat=True)
    return {place for row in rows for place in row}


def has_lead(values: list[str]) -> Q:
    return Q(lead_agency__code__in=values) | Q(workgroup__slug__in=values)


def involves_agency(values: list[str]) -> Q:
    partners = Partner.objects.filter(agency__code__in=values)
    return Q(lead_agency__code__in=values) | Q(pk__in=partners.values("commitment"))


def has_agenda_point(values: list[str]) -> Q:
    links = Commitment.agenda_points.through.objects.filter(agendapoint__number__in=values)
    return Q(pk__in=links.values("commitment"))


def has_recommendation(values: list[str]) -> Q:
    """Return the condition that a commitment answers one of the recommendations, or a part of one."""
    links = Commitment.recommendations.through.objects.filter(
        Q(recommendation__code__in=values) | Q(recommendation__parent__code__in=values)
    )
    return Q(pk__in=links.values("commitment"))


def has_level(values: list[str]) -> Q:
    links = Commitment.recommendations.through.objects.filter(recommendation__level__in=values)
    return Q(pk__in=links.values("commitment"))


def column_in(column: str) -> Callable[[list[str]], Q]:
    return lambda values: Q(**{f"{column}__in": values})


class CachedChoices(CallableChoiceIterator):
    """Choices from the database, read at first use and cached for all fields of a form."""

    def __init__(self, func: Callable[[], Choices], read: Callable[[Callable[[], Choices]], Choices]):
        super().__init__(func)
        self.read = read

    @cached_property
    def cached(self) -> list[tuple[str, str]]:
        parts = getattr(self.func, "parts", (self.func,))
        return [choice for part in parts for choice in self.read(part)]

    def __iter__(self):
        return iter(self.cached)


# Form fields that take several values.
LIST_FIELDS = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


def repeated_parameter(name: str) -> str:
    """Return the error message for a parameter that is given more than once."""
    return now_("‘%(word)s’ is given more than once: give it once.") % {"word": name}


class StrictForm(forms.Form):
    """A form that refuses unknown parameters: a misspelt filter must not return every row.

    `extra_params` are parameters that the page or file takes, and that filter no rows.
    """

    extra_params: frozenset[str] = frozenset()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        read = cache(lambda choices: list(choices()))
        for field in self.fields.values():
            choices = getattr(field, "choices", None)
            if isinstance(choices, CallableChoiceIterator):
                field.choices = CachedChoices(choices.func, read)

    def clean(self):
        allowed = {*self.fields, *self.extra_params}
        for name in sorted(set(self.data) - allowed):
            self.add_error(None, unknown_parameter(name, allowed))
        for name, values in self.data.lists() if hasattr(self.data, "lists") else ():
            if name in allowed and not self.takes_list(name) and len([value for value in values if value]) > 1:
                self.add_error(None, repeated_parameter(name))
        return super().clean()

    def takes_list(self, name: str) -> bool:
        """Return whether a parameter may be repeated. The `extra_params` are validated elsewhere."""
        return name not in self.fields or isinstance(self.fields[name], LIST_FIELDS)


class RecordForm(StrictForm):
    """The parameters of a filter set; refuses `as_of` with times of change, which are not kept for past days."""

    def clean(self):
        cleaned = super().clean()
        by_time_of_change = {
            "updated_since": cleaned.get("updated_since"),
            "ordering": {"updated", "-updated"} & set(cleaned.get("ordering") or []),
        }
        for name, value in by_time_of_change.items():
            if value and cleaned.get("as_of"):
                self.add_error(
                    name, now_("This cannot be combined with as_of, for which no moments of change are kept.")
                )
        return cleaned


def form_error_messages(form: forms.Form) -> list[str]:
    """Return the error messages of a form, each with the name of its parameter."""
    return [
        message
        for name, messages in form.errors.items()
        for message in (map(str, messages) if name == "__all__" else with_param_name(name, messages))
    ]


def with_param_name(name: str, messages: Iterable[str]) -> list[str]:
    """Return the messages, each preceded by the name of its parameter: 'status: …'."""
    return [f"{name}: {message}" for message in messages]


def split_lists(params: QueryDict, filters: Mapping[str, django_filters.Filter]) -> QueryDict:
    """Return the parameters with one entry for each value of a list; repeated values and comma lists mean the same.

    Parameters that django-filter reads as one comma list are joined instead.
    """
    if not hasattr(params, "lists"):
        return params
    joined = {
        name: [",".join(values)]
        for name, values in params.lists()
        if isinstance(filters.get(name), django_filters.BaseCSVFilter)
    }
    # Filters by rows have no choices here: the identifiers of rows have no commas.
    choices = {
        name: filter_.all_choices if isinstance(filter_, PlacesFilter) else filter_.extra.get("choices", ())
        for name, filter_ in filters.items()
        if isinstance(filter_, django_filters.MultipleChoiceFilter)
    }
    return with_values(split_comma_lists(params, choices), joined)


def split_comma_lists(params: QueryDict, choices: Mapping[str, Choices | Callable[[], Choices]]) -> QueryDict:
    """Return the parameters with the comma lists of those in `choices` split into single values.

    A valid value that contains commas, such as some names of places, stays whole.
    """
    split = {}
    for name, values in params.lists():
        if name in choices and any("," in value for value in values):
            valid = valid_values(choices[name])
            split[name] = [part for value in values for part in split_value(value, valid)]
    return with_values(params, split)


def with_values(params: QueryDict, lists: Mapping[str, list[str]]) -> QueryDict:
    """Return a copy of the parameters with some values replaced; the parameters themselves if `lists` is empty."""
    if not lists:
        return params
    params = params.copy()
    for name, values in lists.items():
        params.setlist(name, values)
    return params


def valid_values(choices: Choices | Callable[[], Choices]) -> set[str]:
    """Return the valid values among `choices`, as text."""
    return {str(value) for value, _label in (choices() if callable(choices) else choices)}


def split_value(value: str, valid: Collection[str]) -> list[str]:
    """Return the parts of a comma list, where the longest runs that are valid values stay together."""
    parts = value.split(",")
    longest = 1 + max((name.count(",") for name in valid), default=0)
    values, start = [], 0
    while start < len(parts):
        ends = range(min(start + longest, len(parts)), start, -1)
        end = next((end for end in ends if ",".join(parts[start:end]) in valid), start + 1)
        values.append(",".join(parts[start:end]))
        start = end
    return values


def takes_list(filterset: django_filters.FilterSet, name: str) -> bool:
    """Return whether a parameter takes several values; at this point a comma list counts as one."""
    return isinstance(filterset.filters[name], django_filters.MultipleChoiceFilter)


class RecordFilter(django_filters.FilterSet):
    """A filter set with the day of the record alone; `day` is None for today."""

    as_of = AsOfFilter(label=_("The record as it stood at the end of this day (UTC)."))

    # Parameters that exclude no rows: the day of the record, and the order.
    NON_FILTER_PARAMS = frozenset({"as_of", "ordering"})

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(split_lists(data, self.base_filters), *args, **kwargs)

    @property
    def day(self):
        return self.form.cleaned_data.get("as_of")

    @property
    def active_params(self) -> dict:
        """Return the cleaned values of the parameters that filter rows, by name."""
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if value and name not in self.NON_FILTER_PARAMS
        }

    def filter_queryset(self, queryset):
        return super().filter_queryset(self.visible_rows(queryset))

    def visible_rows(self, queryset):
        """Return the rows to which the filters are applied."""
        return queryset.published(self.day)


class CommitmentFilter(RecordFilter):
    """Published commitments with their annotations, filtered by the parameters of the address.

    A list, repeated or separated by commas, means any of its values; different parameters must all be met. With
    `as_of` the rows are those published at the end of that day (UTC), with their status of then. With
    `updated_since` withdrawn commitments are included, so that copies of the data learn of the withdrawal.
    """

    q = SearchFilter(label=_("Search"))
    lead = ChoicesFilter(has_lead, choices=leads, label=_("Lead"))
    agency = ChoicesFilter(involves_agency, choices=agencies, label=_("Agency (lead or partner)"))
    workgroup = ChoicesFilter(column_in("workgroup__slug"), choices=workgroups, label=_("Work group"))
    agenda_point = ChoicesFilter(has_agenda_point, choices=agenda_points, label=_("Agenda point"))
    recommendation = ChoicesFilter(has_recommendation, choices=recommendations, label=_("Recommendation"))
    level = ChoicesFilter(has_level, choices=Recommendation.Level.choices, label=_("Level"))
    kind = ChoicesFilter(column_in("kind"), choices=Commitment.Kind.choices, label=_("Kind"))
    status = ChoicesFilter(column_in("standing_status"), choices=Status.choices, label=_("Status"))
    outlook = ChoicesFilter(column_in("standing_outlook"), choices=Outlook.choices, label=_("Outlook"))
    freshness = ChoicesFilter(column_in("standing_freshness"), choices=Freshness.choices, label=_("Freshness"))
    verification = ChoicesFilter(
        column_in("standing_verification"), choices=Verification.choices, label=_("Verification")
    )
    scope = ChoicesFilter(column_in("scope"), choices=Commitment.Scope.choices, label=_("Scope"))
    place = PlacesFilter(lambda names: Q(places__overlap=names), choices=places, label=_("Place"))
    due_after = DayFilter(field_name="due_on", lookup_expr="gte", label=_("Due on or after"))
    due_before = DayFilter(field_name="due_on", lookup_expr="lte", label=_("Due on or before"))
    updated_since = UpdatedSinceFilter(label=_("Changed since"))
    as_of = AsOfFilter(label=_("As the record stood on"))
    ordering = OrderingFilter(label=_("Sort by"))

    class Meta:
        model = Commitment
        fields: list[str] = []
        form = RecordForm

    def __init__(self, data=None, queryset=None, *, extra_params: Iterable[str] = (), **kwargs):
        super().__init__(data, register_commitments() if queryset is None else queryset, **kwargs)
        self.form.extra_params = frozenset(extra_params)

    @cached_property
    def unfiltered(self) -> QuerySet[Commitment]:
        """Return all rows of the register on the day, annotated; with `updated_since` withdrawn ones too."""
        updated_since = self.form.cleaned_data.get("updated_since")
        rows = self.queryset.public(self.day) if updated_since else self.queryset.published(self.day)
        return rows.with_standing(self.day).with_state(self.day).with_moved_at(self.day)

    def conditions(self) -> dict[str, Q]:
        """Return the condition of each active parameter, by name; the rows need the alias `search_vector`."""
        return {name: self.filters[name].condition(value) for name, value in self.active_params.items()}

    def filtered(self, *, without: str = "") -> QuerySet[Commitment]:
        """Return the rows that meet all active parameters but `without`, unordered."""
        rows = self.unfiltered
        for name, value in self.active_params.items():
            if name != without:
                rows = self.filters[name].filter(rows, value)
        return rows

    def filter_queryset(self, _queryset):
        return self.filters["ordering"].filter(self.filtered(), self.form.cleaned_data["ordering"])


class CommitmentRecordFilter(RecordFilter):
    """Commitments that have a page, including withdrawn ones, as of the day."""

    def filter_queryset(self, queryset):
        return queryset.public(self.day).with_standing(self.day).with_state(self.day).with_moved_at(self.day)


class RecordWithMovedAtFilter(RecordFilter):
    """Rows as of the day, with `moved_at`, the time of their last public change."""

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset.with_moved_at(self.day))


def ordering_filter(columns: list[tuple[str, str]]) -> django_filters.OrderingFilter:
    """Return a filter that sorts by columns, given as pairs of the column and its name in the query string."""
    allowed = ", ".join(f"{name}, -{name}" for _column, name in columns)
    message = format_lazy(_("‘%(value)s’ is not a valid value. Allowed: {allowed}."), allowed=allowed)
    return django_filters.OrderingFilter(
        fields=columns, label=_("Sort by; downwards with a minus."), error_messages={"invalid_choice": message}
    )


class CommitmentRelatedFilter(RecordWithMovedAtFilter):
    """Rows that belong to a commitment, filtered by the commitment or its lead.

    The rows are those of published commitments; with `updated_since` those of withdrawn ones are included. Each row
    carries its commitment's state.
    """

    commitment = django_filters.ModelMultipleChoiceFilter(
        field_name="commitment__reference",
        to_field_name="reference",
        queryset=Commitment.objects.public(),
        error_messages={"invalid_choice": _("‘%(value)s’ is not the reference of a commitment that has a page.")},
        label=_("Reference of the commitment."),
    )
    lead = ChoicesFilter(
        lambda codes: Q(commitment__lead_agency__code__in=codes) | Q(commitment__workgroup__slug__in=codes),
        choices=leads,
        label=_("Code of the lead."),
    )
    updated_since = UpdatedSinceFilter(label=_("Changed at this moment (UTC) or later."))

    class Meta:
        form = RecordForm

    def visible_rows(self, queryset):
        updated_since = self.form.cleaned_data.get("updated_since")
        return queryset.published(self.day) if updated_since else queryset.in_register(self.day)


class ReportFilter(CommitmentRelatedFilter):
    status = ChoicesFilter(column_in("status"), choices=Status.choices, label=_("The status it reports."))
    outlook = ChoicesFilter(column_in("outlook"), choices=Outlook.choices, label=_("The outlook it reports."))
    published_after = DayFilter(field_name="published_on", lookup_expr="gte", label=_("Published on or after."))
    published_before = DayFilter(field_name="published_on", lookup_expr="lte", label=_("Published on or before."))
    ordering = ordering_filter([("published_on", "published"), ("commitment__reference", "commitment")])

    class Meta(CommitmentRelatedFilter.Meta):
        model = ProgressReport
        fields: list[str] = []


class StatusChangeFilter(CommitmentRelatedFilter):
    to_status = ChoicesFilter(column_in("to_status"), choices=Status.choices, label=_("The new status."))
    changed_after = DayFilter(field_name="changed_on", lookup_expr="gte", label=_("Changed on or after."))
    changed_before = DayFilter(field_name="changed_on", lookup_expr="lte", label=_("Changed on or before."))
    ordering = ordering_filter([("changed_on", "changed"), ("commitment__reference", "commitment")])
