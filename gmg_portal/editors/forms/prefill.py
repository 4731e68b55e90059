"""Prefilling a new report with the values of the last one, without evidence. Nothing is stored until it is saved."""

import calendar
from datetime import date, timedelta

from commitments.models import Commitment
from foundation.clock import today
from reporting.models import ProgressReport

PREFILLED_FIELDS = ("status", "status_reason", "superseded_by", "outlook", "achieved", "barriers", "next_steps")
TEXT_FIELDS = ("status_reason", "achieved", "barriers", "next_steps")


def latest_published(commitment: Commitment | None) -> ProgressReport | None:
    """Return the latest published report on a commitment, if there is one."""
    if commitment is None:
        return None
    return commitment.reports.published().newest_first().select_related("superseded_by").first()


def is_blank(report: ProgressReport) -> bool:
    """Return whether a report has neither status nor text."""
    return not (report.status or any(getattr(report, name) for name in TEXT_FIELDS))


def prefill_values(last: ProgressReport) -> dict:
    """Return initial values for a new report: those of the last one, for the period after it."""
    start, end = next_period(last.period_start, last.period_end)
    values = {name: getattr(last, name) for name in PREFILLED_FIELDS} | {"superseded_by": last.superseded_by_id}
    return values | {name: day for name, day in (("period_start", start), ("period_end", end)) if _is_over(day)}


def _is_over(day: date | None) -> bool:
    """Return whether a day is not in the future, which reports do not cover."""
    return day is not None and day <= today()


def next_period(start: date | None, end: date | None) -> tuple[date | None, date | None]:
    """Return the next period of the same length, in months if the period has whole months, otherwise in days."""
    if end is None:
        return None, None
    after = end + timedelta(days=1)
    if start is None:
        return after, None
    if start.day == 1 and after.day == 1:
        months = (after.year - start.year) * 12 + after.month - start.month
        return after, _last_day(after, months - 1)
    return after, after + (end - start)


def _last_day(day: date, months: int) -> date:
    """Return the last day of the month that is this many months after the month of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def last_texts(last: ProgressReport) -> dict[str, str]:
    """Return the values of a report as text by field, to be shown beside the fields of the next report."""
    return {name: str(getattr(last, name)) for name in TEXT_FIELDS} | {
        "status": last.get_status_display(),
        "outlook": last.get_outlook_display(),
        "superseded_by": str(last.superseded_by) if last.superseded_by else "",
    }
