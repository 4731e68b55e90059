"""Days known only to the month or the year, which must never pretend to know more."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db import models
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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
        """Read 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD'; anything else raises ValueError with a sentence."""
        match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text.strip())
        try:
            year, month, day = (int(part) if part else None for part in match.groups())
            if day is not None:
                return cls(date(year, month, day), Precision.DAY)
            if month is not None:
                return cls.period(date(year, month, 1), Precision.MONTH)
            return cls.period(date(year, 12, 31), Precision.YEAR)
        except (AttributeError, ValueError):
            raise ValueError(
                _("‘%(text)s’ is not a date: write YYYY, YYYY-MM or YYYY-MM-DD.") % {"text": text}
            ) from None

    @classmethod
    def period(cls, day: date, precision: str) -> Self:
        """The period of this precision in which the day lies."""
        if precision == Precision.YEAR:
            day = day.replace(month=12, day=31)
        elif precision == Precision.MONTH:
            day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        return cls(day, precision)

    def ends_before(self, start: Self) -> bool:
        """Whether this lies wholly before the period in which `start` begins: '2014' does not end before '2014-05'."""
        return self.period(self.day, start.precision).day < start.day

    @property
    def iso(self) -> str:
        """ISO 8601 at the true precision: '2014', '2014-03' or '2014-03-05'."""
        return self.day.isoformat()[: {"year": 4, "month": 7, "day": 10}[self.precision]]

    def __str__(self) -> str:
        if self.precision == Precision.YEAR:
            return str(self.day.year)
        words = {"month": MONTHS[self.day.month], "year": self.day.year, "day": self.day.day}
        if self.precision == Precision.MONTH:
            return _("%(month)s %(year)s") % words
        return _("%(day)s %(month)s %(year)s") % words


def partial(day: date | None, precision: str) -> PartialDate | None:
    """The date held in a pair of columns, or None where nothing is known."""
    return PartialDate(day, precision) if day else None
