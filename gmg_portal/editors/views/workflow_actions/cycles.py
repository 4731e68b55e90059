"""The actions of a reporting cycle: open, remind, close and reopen."""

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.clock import today
from gmg_portal.editors.views.workflow_actions.definitions import WorkflowAction, row_name
from reporting import actions
from reporting.models import ReportingCycle
from reporting.permissions import may_manage_cycles


def _cycles(model: type[ReportingCycle], user: AbstractUser) -> QuerySet:
    return model.objects.all() if may_manage_cycles(user) else model.objects.none()


OPEN = WorkflowAction(
    verb="open",
    label=gettext_lazy("Open"),
    question=gettext_lazy("Open this cycle? A report is asked for from the lead of every running commitment."),
    allowed_rows=lambda model, user: _cycles(model, user).filter(opened_on__isnull=True, opens_on__lte=today()),
    run=lambda row, by, seen, text: actions.open_cycle(row, by=by, seen=seen),
    success_message=lambda row, result: (
        ngettext(
            "%(row)s is open: %(count)s report was asked for.",
            "%(row)s is open: %(count)s reports were asked for.",
            result,
        )
        % {"row": row_name(row), "count": result}
    ),
)
REMIND = WorkflowAction(
    verb="remind",
    label=gettext_lazy("Remind…"),
    question=gettext_lazy("Remind the leads of what they still owe in this cycle? These reports are owed:"),
    allowed_rows=lambda model, user: _cycles(model, user).filter(opened_on__isnull=False, closed_on__isnull=True),
    run=lambda row, by, seen, text: actions.remind_cycle(row, by=by, seen=seen),
    success_message=lambda row, result: (
        ngettext(
            "%(row)s: the reminder of %(count)s owed report is on record.",
            "%(row)s: the reminder of %(count)s owed reports is on record.",
            len(result),
        )
        % {"row": row_name(row), "count": len(result)}
    ),
    affected_rows=lambda row: (
        row.reports.owed()
        .select_related("commitment__lead_agency", "commitment__workgroup")
        .order_by("commitment__lead_agency__position", "commitment__workgroup__position", "pk")
    ),
)
CLOSE = WorkflowAction(
    verb="close",
    label=gettext_lazy("Close"),
    question=gettext_lazy("Close this cycle? What was not reported stays visible as silence."),
    allowed_rows=lambda model, user: _cycles(model, user).filter(opened_on__isnull=False, closed_on__isnull=True),
    run=lambda row, by, seen, text: actions.close_cycle(row, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s is closed.") % {"row": row_name(row)},
)
REOPEN = WorkflowAction(
    verb="reopen",
    label=gettext_lazy("Reopen…"),
    question=gettext_lazy("Take reports in this cycle again? Its days stay: what comes now counts as late."),
    allowed_rows=lambda model, user: _cycles(model, user).filter(closed_on__isnull=False),
    run=lambda row, by, seen, text: actions.reopen_cycle(row, reason=text, by=by, seen=seen),
    success_message=lambda row, result: _("%(row)s is open again.") % {"row": row_name(row)},
    text_field="reason",
    text_label=gettext_lazy("Reason for reopening"),
)
