"""The revision of the public record: the number from which validators of answers and cache keys are built."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from gmg_portal.models import Revision


@dataclass(frozen=True)
class CurrentRevision:
    """The number of the public record's revision, and the time of its last change (None before the first one)."""

    number: int
    moved_at: datetime | None

    @classmethod
    def read(cls) -> Self:
        row = Revision.objects.values_list("number", "moved_at").first()
        return cls(*row) if row else cls(0, None)
