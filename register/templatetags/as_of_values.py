"""Template filters for what was known of a row at the end of the day `as_of`; a day of None asks of today."""

from datetime import date

from django import template

from commitments.models import Milestone
from foundation.dates.partial import PartialDate
from reporting.models import Evidence

register = template.Library()


@register.filter
def met_by(milestone: Milestone, day: date | None) -> PartialDate | None:
    """Return the date on which a milestone was met, if it was met by the day."""
    return milestone.met_by(day)


@register.filter
def is_overdue_on(milestone: Milestone, day: date) -> bool:
    """Return whether a milestone was overdue on the day."""
    return milestone.is_overdue_on(day)


@register.filter
def seen_by(evidence: Evidence, day: date | None) -> date | None:
    """Return the day on which the evidence was seen, if that was by the day."""
    return evidence.seen_by(day)


@register.filter
def is_link_checked_after(evidence: Evidence, day: date | None) -> bool:
    """Return whether the link of the evidence was last checked after the day."""
    return evidence.is_link_checked_after(day)
