"""The revision: the one number on which every public answer's validator and every cache key is built."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from gmg_portal.models import Revision


@dataclass(frozen=True)
class Standing:
    """The number of the public record's revision, and when it was reached (None: nothing public yet)."""

    number: int
    moved_at: datetime | None

    @classmethod
    def read(cls) -> Self:
        row = Revision.objects.values_list("number", "moved_at").first()
        return cls(*row) if row else cls(0, None)
