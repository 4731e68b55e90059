"""What of a search somebody who follows it hears: the changes of what it finds, and who has fallen silent since."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict

from commitments.changes import ChangeRef, change_refs
from commitments.filters import CommitmentFilter, form_error_messages
from commitments.models import Commitment, Freshness, ReportingCycle
from commitments.register import PageForm, RegisterQuery
from foundation.clock import today

# How a feed is parted; how the register's page shows its rows means nothing here, and is refused.
PAGING = ("page", "page_size")
# What comes by the passing of days alone, and not by any change.
TURNS = (Freshness.DUE, Freshness.OVERDUE, Freshness.NEVER_REPORTED)


@dataclass(frozen=True)
class Silence:
    """A commitment on which a report has been due, or overdue, since a day."""

    commitment: Commitment
    freshness: Freshness
    since: date
    cycle: ReportingCycle

    @property
    def key(self) -> str:
        """Permanent and unique: 'HLD-0001/overdue-2014-09-01'."""
        return f"{self.commitment.reference}/{self.freshness}-{self.since.isoformat()}"


class WithWithdrawn(CommitmentFilter):
    """The same words, and beside what the register finds what it would find, had it not been withdrawn."""

    @cached_property
    def unfiltered(self) -> QuerySet[Commitment]:
        rows = self.queryset.public(self.day).with_standing(self.day)
        return rows.with_state(self.day).with_moved_at(self.day)


class FollowedSearch:
    """An address of the register, asked for what happens to the commitments that it finds."""

    def __init__(self, words: QueryDict):
        self.pages = PageForm(words)
        self.found = CommitmentFilter(words, queryset=Commitment.objects.all(), extra_params=PAGING)
        self.heard = WithWithdrawn(words, queryset=Commitment.objects.all(), extra_params=PAGING)
        self.question = RegisterQuery(self.found.data, self.found)

    @property
    def problems(self) -> list[str]:
        """What the register refuses is refused, in its words."""
        return [*form_error_messages(self.found.form), *form_error_messages(self.pages)]

    @property
    def page(self) -> int | None:
        return self.pages.cleaned_data.get("page")

    @property
    def page_size(self) -> int | None:
        return self.pages.cleaned_data.get("page_size")

    def steps(self) -> list[ChangeRef | Silence]:
        """All changes of what is found, and who is silent if that is asked for; in no order."""
        self.heard.is_valid()
        about = Commitment.objects.filter(pk__in=self.heard.filtered().order_by().values("pk"))
        return [*change_refs(self.found.day, commitments=about, recorded=True), *self._silences()]

    def _silences(self) -> list[Silence]:
        asked = [state for state in TURNS if state in self.found.active_params.get("freshness", ())]
        cycle = ReportingCycle.objects.opened(self.found.day or today()).first() if asked else None
        if cycle is None:
            return []
        rows = self.found.filtered().published(self.found.day).filter(standing_freshness__in=asked)
        rows = rows.select_related("lead_agency", "workgroup").defer("search")
        return [_silence(row, Freshness(row.standing_freshness), cycle) for row in rows]


def _silence(row: Commitment, freshness: Freshness, cycle: ReportingCycle) -> Silence:
    asked = row.standing_freshness == Freshness.DUE
    return Silence(row, freshness, cycle.opened_on if asked else cycle.due_on + timedelta(days=1), cycle)
