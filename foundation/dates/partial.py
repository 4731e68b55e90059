"""Dates known only to the month or the year, always shown at their true precision."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.translation import gettext_lazy

from foundation.dates.parsing import format_date, last_day_of, read_date
from foundation.described_choices import DescribedChoices, Meaning


class Precision(DescribedChoices):
    """The precision with which a date is known. The parts of a stored day that are finer mean nothing."""

    YEAR = "year", gettext_lazy("Year"), Meaning(gettext_lazy("Only the year is known."))
    MONTH = "month", gettext_lazy("Month"), Meaning(gettext_lazy("The month is known, not the day."))
    DAY = "day", gettext_lazy("Day"), Meaning(gettext_lazy("The day is known."))


@dataclass(frozen=True)
class PartialDate:
    """A year, month or day. `day` is the last day of the period, by which dates are compared."""

    day: date
    precision: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a date by `read_date`. Raises ValueError with a message for the person."""
        return cls(*read_date(text))

    @classmethod
    def period(cls, day: date, precision: str) -> Self:
        """Return the year, month or day that contains a day."""
        parts = {Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}[precision]
        return cls(*last_day_of(*(day.year, day.month, day.day)[:parts]))

    def ends_before(self, start: Self) -> bool:
        """Return whether this ends before the period of `start` begins: '2014' does not end before '2014-05'."""
        return self.period(self.day, start.precision).day < start.day

    @property
    def iso(self) -> str:
        """ISO 8601 at the true precision: '2014', '2014-03' or '2014-03-05'."""
        return self.day.isoformat()[: {"year": 4, "month": 7, "day": 10}[self.precision]]

    def __str__(self) -> str:
        return format_date(self.day, self.precision)


def partial_date(day: date | None, precision: str) -> PartialDate | None:
    """Return the date of a pair of columns (day, precision), or None if there is no day."""
    return PartialDate(day, precision) if day else None
