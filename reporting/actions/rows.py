"""Steps that the actions share: lock a row, move its state, check the permission, save with a history line."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import all_agencies_of
from commitments.permissions import OPEN_STATES
from commitments.workflow import TRANSITIONS, Reviewed
from foundation.row_versions import check_version

AnyRow = TypeVar("AnyRow", bound=Model)


def record_involved_agencies(row: Reviewed, *, by: User) -> None:
    """Record the agencies of a person who writes in an open row; triggers add them to those recorded before."""
    agencies = list(all_agencies_of(by).values_list("pk", flat=True))
    if agencies:
        type(row).objects.filter(pk=row.pk, state__in=OPEN_STATES).update(involved_agencies=agencies)


def lock_row(row: AnyRow, seen: int | None = None) -> AnyRow:
    """Return the row as it is in the database, locked; refuse it if it is newer than the version `seen`."""
    fresh = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    check_version(fresh, seen)
    return fresh


def move_state(row: Reviewed, verb: str) -> None:
    """Set the state to which an action leads; raise ValidationError if the state does not allow it."""
    target = TRANSITIONS.get((row.state, verb))
    if target is None:
        raise ValidationError(state_refusal(row))
    row.state = target


def state_refusal(row: Reviewed) -> str:
    """Return the sentence for an action that the state of a row does not allow."""
    return _("This is in the state ‘%(state)s’, which does not allow that.") % {"state": row.get_state_display()}


def require_permission(allowed: QuerySet, row: Model) -> None:
    """Raise PermissionDenied if a row is not among those that the person may act on."""
    if not allowed.filter(pk=row.pk).exists():
        raise PermissionDenied(_("You may not do this here."))


def save_row(row: AnyRow, reason: str, by: User | None, **options: bool) -> AnyRow:
    """Save a row with the reason and the person of its history line; return the row."""
    row._change_reason = reason
    row._history_user = by
    row.save(**options)
    return row
