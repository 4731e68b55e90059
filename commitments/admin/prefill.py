"""A report that is begun from what was reported last: never its evidence, and nothing is stored until it is saved."""

import calendar
from datetime import date, timedelta

from commitments.models import Commitment, ProgressReport
from foundation.clock import today

SAID = ("status", "status_reason", "superseded_by", "outlook", "achieved", "barriers", "next_steps")
TEXTS = ("status_reason", "achieved", "barriers", "next_steps")


def last_published(commitment: Commitment | None) -> ProgressReport | None:
    if commitment is None:
        return None
    return commitment.reports.published().newest_first().select_related("superseded_by").first()


def is_blank(report: ProgressReport) -> bool:
    """Nothing is written in it yet."""
    return not (report.status or any(getattr(report, name) for name in TEXTS))


def begun_from(last: ProgressReport) -> dict:
    """What a new report is begun with: what the last one says, about the time after its own."""
    start, end = next_period(last.period_start, last.period_end)
    told = {name: getattr(last, name) for name in SAID} | {"superseded_by": last.superseded_by_id}
    return told | {name: day for name, day in (("period_start", start), ("period_end", end)) if _is_over(day)}


def _is_over(day: date | None) -> bool:
    """Whether a report can speak of a day: nothing is reported of days to come."""
    return day is not None and day <= today()


def next_period(start: date | None, end: date | None) -> tuple[date | None, date | None]:
    """The days after a period: as many months where it was of whole months, or else as many days."""
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
    """The last day of the month that comes so many months after that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def said_by_field(last: ProgressReport) -> dict[str, str]:
    """The words of a report as they stand beside the fields of the next."""
    return {name: str(getattr(last, name)) for name in TEXTS} | {
        "status": last.get_status_display(),
        "outlook": last.get_outlook_display(),
        "superseded_by": str(last.superseded_by) if last.superseded_by else "",
    }
