"""Queries of standings: those of a day, with the freshness of that day."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, CharField, Q, Value, When

from foundation.clock import today
from reporting.models import ReportingCycle


class StandingQuerySet(models.QuerySet):
    """Standings, by day."""

    def on(self, day: date | None) -> Self:
        """Return the standing of each commitment today, or at the end of a day (UTC)."""
        return self.filter(valid__upper_inf=True) if day is None else self.filter(valid__contains=day)

    def with_freshness(self, day: date | None) -> Self:
        """Annotate `freshness`, against the newest cycle opened by the day; the methods page defines the values."""
        now = day or today()
        is_finished = When(finished=True, then=Value("current"))
        cycle = ReportingCycle.objects.opened(now).first()
        if cycle is None:
            return self.annotate(freshness=Case(is_finished, default=Value("not_yet_due"), output_field=CharField()))
        is_due = now <= cycle.due_on
        return self.annotate(
            freshness=Case(
                is_finished,
                When(last_update_on__gte=cycle.opened_on, then=Value("current")),
                When(~Q(expected_cycles__contains=[cycle.pk]), then=Value("not_yet_due")),
                When(last_update_on=None, then=Value("due" if is_due else "never_reported")),
                default=Value("due" if is_due else "overdue"),
                output_field=CharField(),
            )
        )
