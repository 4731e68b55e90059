"""Queries of standings: those of a day, with the freshness of that day."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, CharField, Q, Value, When

from foundation.clock import today
from reporting.models import ReportingCycle


def standing_on(day: date | None, prefix: str = "") -> Q:
    """Return the condition for the standings of today, or of the end of a day (UTC); `prefix` leads to the standing."""
    return Q(**{f"{prefix}valid__upper_inf": True} if day is None else {f"{prefix}valid__contains": day})


def freshness(day: date | None, prefix: str = "") -> Case:
    """Return the freshness against the newest cycle opened by the day; the methods page defines the values.

    `prefix` leads to the standing.
    """
    now = day or today()
    last_update_on = f"{prefix}last_update_on"
    is_finished = When(**{f"{prefix}finished": True}, then=Value("current"))
    cycle = ReportingCycle.objects.opened(now).first()
    if cycle is None:
        return Case(is_finished, default=Value("not_yet_due"), output_field=CharField())
    is_due = now <= cycle.due_on
    return Case(
        is_finished,
        When(**{f"{last_update_on}__gte": cycle.opened_on}, then=Value("current")),
        When(~Q(**{f"{prefix}expected_cycles__contains": [cycle.pk]}), then=Value("not_yet_due")),
        When(**{f"{last_update_on}__isnull": True}, then=Value("due" if is_due else "never_reported")),
        default=Value("due" if is_due else "overdue"),
        output_field=CharField(),
    )


class StandingQuerySet(models.QuerySet):
    """Standings, by day."""

    def on(self, day: date | None) -> Self:
        """Return the standing of each commitment today, or at the end of a day (UTC)."""
        return self.filter(standing_on(day))

    def with_freshness(self, day: date | None) -> Self:
        """Annotate `freshness` on the day."""
        return self.annotate(freshness=freshness(day))
