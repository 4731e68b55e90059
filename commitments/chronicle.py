"""The history of one entry of the register as a single list: published, status changed, amended, withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from commitments.amendments import Amendment, amendments
from commitments.dates import PartialDate, Precision
from commitments.models import Commitment, StatusChange


@dataclass(frozen=True)
class Entry:
    """One line of the history; which of the others is there depends on `kind`."""

    kind: str
    on: PartialDate
    status_change: StatusChange | None = None
    amendment: Amendment | None = None


@dataclass(frozen=True)
class Chronicle:
    """The lines, newest first, and whether the wording was amended after the day that was asked for."""

    entries: list[Entry]
    amended_since: bool


# Of one day: what comes later in a life stands higher.
ORDER = ("published", "status", "amended", "withdrawn")


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
    if commitment.is_withdrawn_on(day):
        entries.append(Entry("withdrawn", PartialDate(commitment.withdrawn_on, Precision.DAY)))
    entries.sort(key=lambda entry: (entry.on.day, ORDER.index(entry.kind)), reverse=True)
    return Chronicle(entries, since)
