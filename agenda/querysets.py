"""Sets of the agenda's rows."""

from datetime import date
from typing import Self

from django.db import models


class EventQuerySet(models.QuerySet):
    """Sets of events, by the day (UTC) on which they start."""

    def until(self, day: date | None) -> Self:
        """Filter events that had begun by the end of the day; all events for None."""
        return self if day is None else self.filter(starts_on__lte=day)
