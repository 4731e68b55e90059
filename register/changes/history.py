"""The public history of a commitment as one list, from its publication to its latest change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from commitments.models import Commitment
from foundation.dates.partial import PartialDate, Precision
from reporting.amendments import Amendment, amendments
from reporting.models import StatusChange


@dataclass(frozen=True)
class HistoryEntry:
    """An entry of the history; `kind` decides which of the optional attributes is set."""

    kind: str
    on: PartialDate
    status_change: StatusChange | None = None
    amendment: Amendment | None = None
    reason: str = ""


@dataclass(frozen=True)
class CommitmentHistory:
    """The entries, newest first, and whether the commitment was amended after the day."""

    entries: list[HistoryEntry]
    amended_since: bool


# The order of entries of one day, earliest first.
ORDER = ("published", "status", "amended")


def commitment_history(
    commitment: Commitment, status_changes: Iterable[StatusChange], day: date | None
) -> CommitmentHistory:
    """Return what was public by the end of the day; `status_changes` are those of the day, newest first."""
    all_amendments = amendments(commitment)
    entries = [
        HistoryEntry("amended", amendment.on, amendment=amendment)
        for amendment in all_amendments
        if day is None or amendment.on.day <= day
    ]
    amended_since = len(entries) < len(all_amendments)
    entries += [HistoryEntry("status", change.changed, status_change=change) for change in status_changes]
    entries.append(HistoryEntry("published", commitment.published))
    entries.sort(key=lambda entry: (entry.on.day, ORDER.index(entry.kind)), reverse=True)
    for withdrawal in _withdrawals(commitment, day):
        earlier = (index for index, entry in enumerate(entries) if entry.on.day <= withdrawal.on.day)
        entries.insert(next(earlier, len(entries)), withdrawal)
    return CommitmentHistory(entries, amended_since)


def _withdrawals(commitment: Commitment, day: date | None) -> Iterator[HistoryEntry]:
    """Yield each withdrawal and restoration up to the end of a day, in the order in which they were recorded."""
    for each in commitment.withdrawals.all():
        if day is None or each.withdrawn_on <= day:
            on = PartialDate(each.withdrawn_on, Precision.DAY)
            yield HistoryEntry("withdrawn", on, reason=each.withdrawn_reason)
        if each.is_restored_by(day):
            yield HistoryEntry("restored", PartialDate(each.restored_on, Precision.DAY), reason=each.restored_reason)
