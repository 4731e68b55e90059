"""Searches of the register that somebody follows: changes of the matching commitments, and reports that became due."""

from dataclasses import dataclass
from datetime import date, timedelta

from commitments.models import Commitment, Freshness
from foundation.clock import today
from register.changes.change import ChangeRef
from register.changes.published import change_refs
from register.filtering.query import RegisterQuery
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


def followed_items(query: RegisterQuery) -> list[ChangeRef | DueReport]:
    """Return all changes of the commitments that a search finds, also of those withdrawn since; unsorted.

    A search that filters by freshness finds due reports too.
    """
    commitments = register_commitments()
    if query.conditions:  # without any, all commitments match, and six queries of changes need no subquery
        commitments = commitments.filter(pk__in=query.filtered(withdrawn=True).order_by().values("pk"))
    return [*change_refs(query.day, commitments=commitments, recorded=True), *_due_reports(query)]


def _due_reports(query: RegisterQuery) -> list[DueReport]:
    freshness_values = [state for state in TIME_BASED_FRESHNESS if state in query.filters.get("freshness", ())]
    cycle = ReportingCycle.objects.opened(query.day or today()).first() if freshness_values else None
    if cycle is None:
        return []
    rows = query.filtered().published(query.day).filter(standing_freshness__in=freshness_values)
    rows = rows.select_related("lead_agency", "workgroup").defer("search")
    return [_due_report(row, Freshness(row.standing_freshness), cycle) for row in rows]


def _due_report(row: Commitment, freshness: Freshness, cycle: ReportingCycle) -> DueReport:
    is_due = row.standing_freshness == Freshness.DUE
    return DueReport(row, freshness, cycle.opened_on if is_due else cycle.due_on + timedelta(days=1), cycle)
