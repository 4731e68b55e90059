"""The query parameters of the register: one FilterSet for the page, the API and the files."""

from collections.abc import Iterable
from functools import partial

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, Freshness, Outlook, Status, Verification
from foundation.filters.filter_classes import AsOfFilter, ChoicesFilter, ConditionMixin, DayFilter
from recommendations.models import Recommendation
from register.filtering.choices import agencies, agenda_points, leads, recommendations, workgroups
from register.filtering.conditions import CRITERIA
from register.filtering.ordering import OrderingFilter, sort_commitments
from register.filtering.places import PlacesFilter, places
from register.filtering.record_filters import RecordFilter, RecordForm, UpdatedSinceFilter
from register.filtering.rows import rows_meeting, rows_on
from register.querysets import register_commitments
from register.search.full_text import SearchTextField, search_query


class SearchFilter(ConditionMixin, django_filters.CharFilter):
    """Full-text search."""

    field_class = SearchTextField

    def condition(self, value) -> Q:
        """Return the condition; the rows need the alias `search_vector`."""
        return Q(search_vector=search_query(value))


class CommitmentFilter(RecordFilter):
    """Published commitments with their annotations, filtered by the parameters of the address.

    A list, repeated or separated by commas, means any of its values; different parameters must all be met. With
    `as_of` the rows are those published at the end of that day (UTC), with their status of then. With
    `updated_since` withdrawn commitments are included, so that copies of the data learn of the withdrawal.
    """

    q = SearchFilter(label=_("Search"))
    lead = ChoicesFilter(CRITERIA["lead"].condition, choices=leads, label=_("Lead"))
    agency = ChoicesFilter(CRITERIA["agency"].condition, choices=agencies, label=_("Agency (lead or partner)"))
    workgroup = ChoicesFilter(CRITERIA["workgroup"].condition, choices=workgroups, label=_("Work group"))
    agenda_point = ChoicesFilter(CRITERIA["agenda_point"].condition, choices=agenda_points, label=_("Agenda point"))
    recommendation = ChoicesFilter(
        CRITERIA["recommendation"].condition, choices=recommendations, label=_("Recommendation")
    )
    level = ChoicesFilter(CRITERIA["level"].condition, choices=Recommendation.Level.choices, label=_("Level"))
    kind = ChoicesFilter(CRITERIA["kind"].condition, choices=Commitment.Kind.choices, label=_("Kind"))
    status = ChoicesFilter(CRITERIA["status"].condition, choices=Status.choices, label=_("Status"))
    outlook = ChoicesFilter(CRITERIA["outlook"].condition, choices=Outlook.choices, label=_("Outlook"))
    freshness = ChoicesFilter(CRITERIA["freshness"].condition, choices=Freshness.choices, label=_("Freshness"))
    verification = ChoicesFilter(
        CRITERIA["verification"].condition, choices=Verification.choices, label=_("Verification")
    )
    scope = ChoicesFilter(CRITERIA["scope"].condition, choices=Commitment.Scope.choices, label=_("Scope"))
    place = PlacesFilter(CRITERIA["place"].condition, choices=places, label=_("Place"))
    due_after = DayFilter(field_name="deadline_on", lookup_expr="gte", label=_("Deadline on or after"))
    due_before = DayFilter(field_name="deadline_on", lookup_expr="lte", label=_("Deadline on or before"))
    updated_since = UpdatedSinceFilter(label=_("Changed since"))
    as_of = AsOfFilter(label=_("As the record stood on"))
    ordering = OrderingFilter(label=_("Sort by"))

    class Meta:
        model = Commitment
        fields: list[str] = []
        form = RecordForm

    def __init__(self, data=None, queryset=None, *, extra_params: Iterable[str] = (), **kwargs):
        self.extra_params = frozenset(extra_params)
        super().__init__(data, register_commitments() if queryset is None else queryset, **kwargs)

    def get_form_class(self):
        return partial(super().get_form_class(), extra_params=self.extra_params)

    @property
    def conditions(self) -> dict[str, Q]:
        """Return the condition of each active parameter, by name; that of `q` needs the alias `search_vector`."""
        return {name: self.filters[name].condition(value) for name, value in self.active_params.items()}

    @classmethod
    def select(cls, queryset, query):
        rows = rows_on(queryset, query.day, withdrawn="updated_since" in query.filters)
        conditions = {name: cls.base_filters[name].condition(value) for name, value in query.filters.items()}
        return sort_commitments(rows_meeting(rows, conditions, query.day), query.ordering, query.filters.get("q", ""))


class CommitmentRecordFilter(RecordFilter):
    """Commitments that have a page, including withdrawn ones, as of the day."""

    @classmethod
    def select(cls, queryset, query):
        return rows_on(queryset, query.day, withdrawn=True)
