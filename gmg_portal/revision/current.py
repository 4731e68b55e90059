"""The revision of the public record, and its state: what validators of answers and cache keys are built from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self

from django.db import connection
from django.utils import timezone


@dataclass(frozen=True)
class CurrentRevision:
    """The number of the public record's revision, and the time of its last change (None before the first one)."""

    number: int
    moved_at: datetime | None

    @classmethod
    def read(cls) -> Self:
        with connection.cursor() as cursor:
            cursor.execute("SELECT number, moved_at FROM revision")
            row = cursor.fetchone()
        return cls(*row) if row else cls(0, None)


@dataclass(frozen=True)
class RecordState:
    """What every public answer depends on beside its request and the release: the revision and the day (UTC).

    `moment` is the time of the last change or the last midnight, when freshness and due states change.
    `last_modified` is its whole second since the epoch. Until that second is over it is the one before, as another
    change may follow.
    """

    revision: CurrentRevision
    day: date
    moment: datetime
    last_modified: int

    @classmethod
    def read(cls) -> Self:
        """Read the revision, then the clock."""
        revision, now = CurrentRevision.read(), timezone.now()
        midnight = datetime.combine(now.date(), time(), UTC)
        moment = max(midnight, revision.moved_at or midnight)
        return cls(revision, now.date(), moment, min(int(moment.timestamp()), int(now.timestamp()) - 1))

    @property
    def is_settled(self) -> bool:
        """Return whether the second of the moment is over."""
        return self.last_modified == int(self.moment.timestamp())
