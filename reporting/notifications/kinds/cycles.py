"""Kinds of notifications on a reporting cycle: opened, due soon, overdue, reminded."""

from collections.abc import Iterable, Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from foundation.clock import today
from reporting.choices import NotificationKind
from reporting.models import Notification, ReportingCycle
from reporting.notifications.kinds.base import Kind, daily, register
from reporting.notifications.recipients import people_owing_reports, reports_owed_by
from reporting.notifications.sections import Section, SectionLine, change_url, shortened

FIRST_REMINDER, LAST_REMINDER = 14, 3  # days before the reports of a cycle are due


def due_kind(cycle: ReportingCycle) -> NotificationKind | None:
    """Return the kind of reminder that the deadline of a cycle asks for today."""
    left = (cycle.due_on - today()).days
    if left < 0:
        return NotificationKind.OVERDUE
    if left <= LAST_REMINDER:
        return NotificationKind.DUE_IN_3
    return NotificationKind.DUE_IN_14 if left <= FIRST_REMINDER else None


@daily
def due_cycles() -> Iterator[tuple[NotificationKind, ReportingCycle]]:
    """Yield the running cycles whose reports are due in 14 or 3 days, or overdue."""
    for cycle in ReportingCycle.objects.filter(opened_on__isnull=False, closed_on__isnull=True):
        if kind := due_kind(cycle):
            yield kind, cycle


def cycle_sections(person: User, notifications: list[Notification]) -> list[Section]:
    """Return one section for each cycle, the one that is due first at the top, as it stands today."""
    cycles = {notification.cycle: None for notification in notifications}
    reminded = {notification.cycle for notification in notifications if notification.kind == NotificationKind.REMINDED}
    return [
        _cycle_section(person, cycle, cycle in reminded) for cycle in sorted(cycles, key=lambda cycle: cycle.due_on)
    ]


def _cycle_section(person: User, cycle: ReportingCycle, reminded: bool) -> Section:
    rows = reports_owed_by(person, cycle).select_related("commitment").order_by("commitment__reference")
    lines = [SectionLine(str(row.commitment), change_url(row)) for row in rows]
    params = {"cycle": cycle.title, "day": date_format(cycle.due_on), "days": (cycle.due_on - today()).days}
    kind = due_kind(cycle)
    if kind == NotificationKind.OVERDUE:
        title = _("Overdue: reports for %(cycle)s")
        intro = _("These reports were due on %(day)s. Until they come, their pages say that there is no report.")
    elif params["days"] == 0:
        title, intro = _("Due today: reports for %(cycle)s"), _("These reports are due today, %(day)s.")
    elif kind:
        title = ngettext(
            "Due tomorrow: reports for %(cycle)s", "Due in %(days)s days: reports for %(cycle)s", params["days"]
        )
        intro = _("These reports are due on %(day)s.")
    else:
        title = _("Reports asked for: %(cycle)s")
        intro = _("A reporting cycle has opened. These reports are asked of you until %(day)s.")
    if reminded:
        intro = _("The secretariat reminds you.") + " " + intro
    return shortened(title % params, intro % params, lines)


class CycleKind(Kind):
    """A kind on a cycle: for everybody who still owes a report in it. All share one section for each cycle."""

    immediate = False
    section = staticmethod(cycle_sections)

    def recipients(self, row: ReportingCycle) -> Iterable[User]:
        return people_owing_reports(row)

    def is_relevant(self, person: User, row: ReportingCycle) -> bool:
        return row.closed_on is None and reports_owed_by(person, row).exists()


@register
class CycleOpened(CycleKind):
    """A cycle opened and asks for reports."""

    value = NotificationKind.CYCLE_OPENED
    essential = False


@register
class DueIn14Days(CycleKind):
    """The reports of a cycle are due in two weeks or less."""

    value = NotificationKind.DUE_IN_14
    essential = True


@register
class DueIn3Days(CycleKind):
    """The reports of a cycle are due in three days or fewer."""

    value = NotificationKind.DUE_IN_3
    essential = True


@register
class Overdue(CycleKind):
    """The deadline of a cycle is past."""

    value = NotificationKind.OVERDUE
    essential = True


@register
class Reminded(CycleKind):
    """The secretariat reminds of the reports of a cycle; once a day."""

    value = NotificationKind.REMINDED
    essential = True

    def deduplication_key(self, row: ReportingCycle) -> int:
        return today().toordinal()
