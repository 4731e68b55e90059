"""Steps that the actions share: lock a row, move its state, check the permission, save with a history line."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.permissions import all_agencies_of
from commitments.permissions import OPEN_STATES
from commitments.workflow import TRANSITIONS, Reviewed
from foundation.row_versions import check_version


def record_involved_agencies(row: Reviewed, *, by) -> None:
    """Record the agencies of a person who writes in an open row; triggers add them to those recorded before."""
    agencies = list(all_agencies_of(by).values_list("pk", flat=True))
    if agencies:
        type(row).objects.filter(pk=row.pk, state__in=OPEN_STATES).update(involved_agencies=agencies)


def lock_row(row, seen: int | None = None):
    fresh = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    check_version(fresh, seen)
    return fresh


def move_state(row: Reviewed, verb: str) -> None:
    target = TRANSITIONS.get((row.state, verb))
    if target is None:
        raise ValidationError(
            _("This is in the state ‘%(state)s’, which does not allow that.") % {"state": row.get_state_display()}
        )
    row.state = target


def require_permission(allowed, row) -> None:
    if not allowed.filter(pk=row.pk).exists():
        raise PermissionDenied(_("You may not do this here."))


def save_row(row, reason: str, by, **options):
    row._change_reason = reason
    row._history_user = by
    row.save(**options)
    return row
