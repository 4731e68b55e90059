"""Searches of the register that somebody follows: changes of the matching commitments, and reports that became due."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict

from commitments.models import Commitment, Freshness
from foundation.clock import today
from foundation.filters.messages import form_error_messages
from register.changes.change import ChangeRef
from register.changes.published import change_refs
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.query import PageForm, RegisterQuery
from register.querysets import register_commitments
from reporting.models import ReportingCycle

# Parameters of a feed's pages. Other display parameters of the register's page are refused.
PAGINATION_PARAMS = ("page", "page_size")
# Values of freshness that a commitment reaches by the passing of time, without any change.
TIME_BASED_FRESHNESS = (Freshness.DUE, Freshness.OVERDUE, Freshness.NEVER_REPORTED)


@dataclass(frozen=True)
class DueReport:
    """A commitment on which a report has been due or overdue since a day."""

    commitment: Commitment
    freshness: Freshness
    since: date
    cycle: ReportingCycle

    @property
    def key(self) -> str:
        """Return its permanent, unique key: 'HLD-0001/overdue-2014-09-01'."""
        return f"{self.commitment.reference}/{self.freshness}-{self.since.isoformat()}"


class FilterWithWithdrawn(CommitmentFilter):
    """A filter with the register's parameters that finds withdrawn commitments too."""

    @cached_property
    def unfiltered(self) -> QuerySet[Commitment]:
        rows = self.queryset.public(self.day).with_standing(self.day)
        return rows.with_state(self.day).with_moved_at(self.day)


class FollowedSearch:
    """A search of the register, and the changes of the commitments that it finds."""

    def __init__(self, params: QueryDict):
        self.page_form = PageForm(params)
        self.register_filter = CommitmentFilter(params, extra_params=PAGINATION_PARAMS)
        self.feed_filter = FilterWithWithdrawn(params, extra_params=PAGINATION_PARAMS)
        self.query = RegisterQuery(self.register_filter.data, self.register_filter)

    @property
    def errors(self) -> list[str]:
        """Return the register's own error messages for the parameters."""
        return [*form_error_messages(self.register_filter.form), *form_error_messages(self.page_form)]

    @property
    def page(self) -> int | None:
        return self.page_form.cleaned_data.get("page")

    @property
    def page_size(self) -> int | None:
        return self.page_form.cleaned_data.get("page_size")

    def items(self) -> list[ChangeRef | DueReport]:
        """Return all changes of matching commitments, and due reports if the search filters by freshness; unsorted."""
        self.feed_filter.is_valid()
        commitments = register_commitments().filter(pk__in=self.feed_filter.filtered().order_by().values("pk"))
        return [*change_refs(self.register_filter.day, commitments=commitments, recorded=True), *self._due_reports()]

    def _due_reports(self) -> list[DueReport]:
        freshness_values = [
            state for state in TIME_BASED_FRESHNESS if state in self.register_filter.active_params.get("freshness", ())
        ]
        cycle = ReportingCycle.objects.opened(self.register_filter.day or today()).first() if freshness_values else None
        if cycle is None:
            return []
        rows = (
            self.register_filter.filtered()
            .published(self.register_filter.day)
            .filter(standing_freshness__in=freshness_values)
        )
        rows = rows.select_related("lead_agency", "workgroup").defer("search")
        return [_due_report(row, Freshness(row.standing_freshness), cycle) for row in rows]


def _due_report(row: Commitment, freshness: Freshness, cycle: ReportingCycle) -> DueReport:
    is_due = row.standing_freshness == Freshness.DUE
    return DueReport(row, freshness, cycle.opened_on if is_due else cycle.due_on + timedelta(days=1), cycle)
