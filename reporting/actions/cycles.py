"""Opening, reminding of, closing and reopening reporting cycles."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.models import User
from commitments.models import Commitment
from foundation.clock import today
from foundation.dates.parsing import format_date
from reporting.actions.rows import lock_row, save_row
from reporting.choices import NotificationKind
from reporting.models import ProgressReport, ReportingCycle
from reporting.models.cycle import OPEN_TO_BE_CLOSED
from reporting.notifications import events
from reporting.permissions import may_manage_cycles


@transaction.atomic
def open_cycle(cycle: ReportingCycle, *, by: User | None, seen: int | None = None) -> int:
    """Open a cycle with one expected report for each running commitment, and return their number."""
    cycle = _for_cycles(cycle, by, seen)
    if cycle.opened_on:
        raise ValidationError(_("This cycle is already open."))
    if cycle.opens_on > today():
        raise ValidationError(_("This cycle opens on %(day)s, not before.") % {"day": format_date(cycle.opens_on)})
    cycle.opened_on = today()
    save_row(cycle, "open", by)
    expected = [
        ProgressReport(commitment=commitment, cycle=cycle, on_behalf_of=commitment.lead_agency)
        for commitment in Commitment.objects.running().select_related("lead_agency")
    ]
    bulk_create_with_history(expected, ProgressReport, default_user=by, default_change_reason="expected")
    events.notify(NotificationKind.CYCLE_OPENED, cycle, by=by)
    return len(expected)


@transaction.atomic
def remind_cycle(cycle: ReportingCycle, *, by: User | None, seen: int | None = None) -> list[ProgressReport]:
    """Remind the leads of the reports that they still owe in a cycle, and return these reports."""
    cycle = _for_cycles(cycle, by, seen)
    if not cycle.opened_on or cycle.closed_on:
        raise ValidationError(_("Only a cycle that is open can be reminded of."))
    owed = list(cycle.reports.owed().select_related("commitment__lead_agency", "commitment__workgroup").order_by("pk"))
    if not owed:
        raise ValidationError(_("Nothing is owed in this cycle any more: there is nobody to remind."))
    events.notify(NotificationKind.REMINDED, cycle, by=by)
    save_row(cycle, "remind", by)
    return owed


@transaction.atomic
def close_cycle(cycle: ReportingCycle, *, by: User | None, seen: int | None = None) -> ReportingCycle:
    """Close a cycle, which then takes no more reports; missing reports stay visible as missing."""
    cycle = _for_cycles(cycle, by, seen)
    if not cycle.opened_on or cycle.closed_on:
        raise ValidationError(str(OPEN_TO_BE_CLOSED))
    cycle.closed_on = today()
    return save_row(cycle, "close", by)


@transaction.atomic
def reopen_cycle(cycle: ReportingCycle, *, reason: str, by: User | None, seen: int | None = None) -> ReportingCycle:
    """Reopen a closed cycle. Its deadline stays the same, so that reports submitted now are late."""
    cycle = _for_cycles(cycle, by, seen)
    if not cycle.closed_on:
        raise ValidationError(_("Only a cycle that was closed can be reopened."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the cycle is reopened.")})
    cycle.closed_on, cycle.reopened_on, cycle.reopened_reason = None, today(), reason.strip()
    return save_row(cycle, "reopen", by)


def _for_cycles(cycle: ReportingCycle, by: User | None, seen: int | None) -> ReportingCycle:
    if by is not None and not may_manage_cycles(by):
        raise PermissionDenied(_("Only the secretariat and administrators manage reporting cycles."))
    return lock_row(cycle, seen)
