"""What of a search somebody who follows it hears: the changes of what it finds, and who has fallen silent since."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict

from commitments.changes import Trace, traces
from commitments.filters import CommitmentFilter, refusals
from commitments.models import Commitment, Freshness, ReportingCycle
from commitments.register import PageForm, Question
from foundation.clock import today

# How a feed is parted; how the register's page shows its rows means nothing here, and is refused.
PAGINATION_PARAMS = ("page", "page_size")
# What comes by the passing of days alone, and not by any change.
TIME_BASED_FRESHNESS = (Freshness.DUE, Freshness.OVERDUE, Freshness.NEVER_REPORTED)


@dataclass(frozen=True)
class DueReport:
    """A commitment on which a report has been due, or overdue, since a day."""

    commitment: Commitment
    freshness: Freshness
    since: date
    cycle: ReportingCycle

    @property
    def key(self) -> str:
        """Permanent and unique: 'HLD-0001/overdue-2014-09-01'."""
        return f"{self.commitment.reference}/{self.freshness}-{self.since.isoformat()}"


class FilterWithWithdrawn(CommitmentFilter):
    """The same words, and beside what the register finds what it would find, had it not been withdrawn."""

    @cached_property
    def standing(self) -> QuerySet[Commitment]:
        rows = self.queryset.public(self.day).with_standing(self.day)
        return rows.with_state(self.day).with_moved_at(self.day)


class FollowedSearch:
    """An address of the register, asked for what happens to the commitments that it finds."""

    def __init__(self, params: QueryDict):
        self.page_form = PageForm(params)
        self.register_filter = CommitmentFilter(params, queryset=Commitment.objects.all(), beside=PAGINATION_PARAMS)
        self.feed_filter = FilterWithWithdrawn(params, queryset=Commitment.objects.all(), beside=PAGINATION_PARAMS)
        self.query = Question(self.register_filter.data, self.register_filter)

    @property
    def errors(self) -> list[str]:
        """What the register refuses is refused, in its words."""
        return [*refusals(self.register_filter.form), *refusals(self.page_form)]

    @property
    def page(self) -> int | None:
        return self.page_form.cleaned_data.get("page")

    @property
    def page_size(self) -> int | None:
        return self.page_form.cleaned_data.get("page_size")

    def items(self) -> list[Trace | DueReport]:
        """All changes of what is found, and who is silent if that is asked for; in no order."""
        self.feed_filter.is_valid()
        commitments = Commitment.objects.filter(pk__in=self.feed_filter.narrowed().order_by().values("pk"))
        return [*traces(self.register_filter.day, commitments=commitments, recorded=True), *self._due_reports()]

    def _due_reports(self) -> list[DueReport]:
        freshness_values = [
            state for state in TIME_BASED_FRESHNESS if state in self.register_filter.asked.get("freshness", ())
        ]
        cycle = ReportingCycle.objects.opened(self.register_filter.day or today()).first() if freshness_values else None
        if cycle is None:
            return []
        rows = (
            self.register_filter.narrowed()
            .published(self.register_filter.day)
            .filter(standing_freshness__in=freshness_values)
        )
        rows = rows.select_related("lead_agency", "workgroup").defer("search")
        return [_due_report(row, Freshness(row.standing_freshness), cycle) for row in rows]


def _due_report(row: Commitment, freshness: Freshness, cycle: ReportingCycle) -> DueReport:
    is_due = row.standing_freshness == Freshness.DUE
    return DueReport(row, freshness, cycle.opened_on if is_due else cycle.due_on + timedelta(days=1), cycle)
