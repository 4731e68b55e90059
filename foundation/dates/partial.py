"""Days known only to the month or the year, which must never pretend to know more."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy

from foundation.dates.parsing import date_in_words, last_day_of, read_date


class Precision(models.TextChoices):
    YEAR = "year", gettext_lazy("Year")
    MONTH = "month", gettext_lazy("Month")
    DAY = "day", gettext_lazy("Day")


@dataclass(frozen=True)
class PartialDate:
    """A year, month or day. `day` is the last day of the period: as which a coarser date counts."""

    day: date
    precision: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a date as `read_date` does; anything else raises ValueError with a sentence."""
        return cls(*read_date(text))

    @classmethod
    def period(cls, day: date, precision: str) -> Self:
        """The period of this precision in which the day lies."""
        parts = {Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}[precision]
        return cls(*last_day_of(*(day.year, day.month, day.day)[:parts]))

    def ends_before(self, start: Self) -> bool:
        """Whether this lies wholly before the period in which `start` begins: '2014' does not end before '2014-05'."""
        return self.period(self.day, start.precision).day < start.day

    @property
    def iso(self) -> str:
        """ISO 8601 at the true precision: '2014', '2014-03' or '2014-03-05'."""
        return self.day.isoformat()[: {"year": 4, "month": 7, "day": 10}[self.precision]]

    def __str__(self) -> str:
        return date_in_words(self.day, self.precision)


def partial(day: date | None, precision: str) -> PartialDate | None:
    """The date held in a pair of columns, or None where nothing is known."""
    return PartialDate(day, precision) if day else None
