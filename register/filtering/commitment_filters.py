"""The query parameters of the register: one FilterSet for the page, the API and the files."""

from collections.abc import Iterable

import django_filters
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, Freshness, Outlook, Status, Verification
from foundation.filters.filter_classes import AsOfFilter, ChoicesFilter, DayFilter, column_in
from recommendations.models import Recommendation
from register.filtering.choices import agencies, agenda_points, leads, recommendations, workgroups
from register.filtering.conditions import has_agenda_point, has_lead, has_level, has_recommendation, involves_agency
from register.filtering.ordering import OrderingFilter
from register.filtering.places import PlacesFilter, places
from register.filtering.record_filters import RecordFilter, RecordForm, UpdatedSinceFilter
from register.querysets import register_commitments
from register.search.full_text import SearchTextField, search_query


class SearchFilter(django_filters.CharFilter):
    """Full-text search; the rows get a `rank` to sort by."""

    field_class = SearchTextField

    def condition(self, value) -> Q:
        """Return the condition; the rows need the alias `search_vector`."""
        return Q(search_vector=search_query(value))

    def filter(self, queryset, value):
        return queryset.search(value, self.parent.day) if value else queryset


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
