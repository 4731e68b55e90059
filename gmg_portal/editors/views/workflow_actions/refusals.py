"""Why a user may not run an action on a row that they see."""

from django.contrib.auth.models import AbstractUser
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.permissions import is_administrator, is_secretariat
from commitments.workflow import TRANSITIONS, Reviewed
from gmg_portal.editors.views.workflow_actions.definitions import PUBLISH, SEND_BACK, WorkflowAction
from reporting import actions
from reporting.models import Answer, Assessment
from reporting.permissions import is_party


def refusal_reason(action: WorkflowAction, row: Model, user: AbstractUser) -> str:
    """Return why a user may not run an action on a row that they see."""
    if isinstance(row, Reviewed) and (row.state, action.name) not in TRANSITIONS:
        return actions.state_refusal(row)
    if action in (PUBLISH, SEND_BACK) and is_involved(row, user):
        if isinstance(row, Answer) and row.assessment in Assessment.objects.filter(is_party(user)):
            return _("The body that assessed it cannot review the answer: another reviewer decides.")
        if user.pk in (row.author_id, row.submitted_by_id):
            return _("Nobody publishes or sends back what they wrote or submitted themselves.")
        return _(
            "You or an agency of yours wrote this, or leads the commitment or is a partner in it: another reviewer"
            " decides."
        )
    return _("You may not do this here.")


def is_involved(row: Reviewed, user: AbstractUser) -> bool:
    """Return whether a user is involved in a row, given that they may not review it.

    True for its writers and leads, and for reviewers of all rows, whom only an involvement excludes.
    """
    is_reviewer = is_administrator(user) or is_secretariat(user)
    rows = type(row).objects
    return (
        user.pk in (row.author_id, row.submitted_by_id)
        or is_reviewer
        or rows.filter(rows.led(user), pk=row.pk).exists()
    )
