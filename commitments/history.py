"""The history of one entry of the register as a single list, from its publication to its last change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from commitments.amendments import Amendment, amendments
from commitments.models import Commitment, StatusChange
from foundation.dates.partial import PartialDate, Precision


@dataclass(frozen=True)
class Entry:
    """One line of the history; which of the others is there depends on `kind`."""

    kind: str
    on: PartialDate
    status_change: StatusChange | None = None
    amendment: Amendment | None = None
    reason: str = ""


@dataclass(frozen=True)
class Chronicle:
    """The lines, newest first, and whether the wording was amended after the day that was asked for."""

    entries: list[Entry]
    amended_since: bool


# Of one day: what comes later in a life stands higher.
ORDER = ("published", "status", "amended")


def chronicle(commitment: Commitment, status_changes: Iterable[StatusChange], day: date | None) -> Chronicle:
    """All that was public by the end of the day; `status_changes` are those of the day, newest first."""
    amended = amendments(commitment)
    entries = [
        Entry("amended", amendment.on, amendment=amendment)
        for amendment in amended
        if day is None or amendment.on.day <= day
    ]
    since = len(entries) < len(amended)
    entries += [Entry("status", change.changed, status_change=change) for change in status_changes]
    entries.append(Entry("published", commitment.published))
    entries.sort(key=lambda entry: (entry.on.day, ORDER.index(entry.kind)), reverse=True)
    for step in _withdrawals(commitment, day):
        place = next((at for at, entry in enumerate(entries) if entry.on.day <= step.on.day), len(entries))
        entries.insert(place, step)
    return Chronicle(entries, since)


def _withdrawals(commitment: Commitment, day: date | None) -> Iterator[Entry]:
    """Yield each withdrawal and restoration up to the end of a day, in the order in which they were recorded."""
    for each in commitment.withdrawals.all():
        if day is None or each.withdrawn_on <= day:
            on = PartialDate(each.withdrawn_on, Precision.DAY)
            yield Entry("withdrawn", on, reason=each.withdrawn_reason)
        if each.is_restored_by(day):
            yield Entry("restored", PartialDate(each.restored_on, Precision.DAY), reason=each.restored_reason)
