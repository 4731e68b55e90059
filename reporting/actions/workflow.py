"""Submitting, sending back, publishing, withdrawing and restoring a row."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import agencies_of, is_secretariat
from agencies.models import Agency
from commitments.models import Commitment
from commitments.permissions import may_restore, may_withdraw
from commitments.workflow import NOTE_REQUIRED, Reviewed, ReviewingRole
from foundation.clock import today
from foundation.dates.partial import Precision
from reporting import rules
from reporting.actions.publication import lock_succession, publish_report
from reporting.actions.rows import lock_row, move_state, require_permission, save_row
from reporting.choices import NotificationKind
from reporting.models import Assessment, ProgressReport
from reporting.notifications import digests, events


@transaction.atomic
def submit(row: Reviewed, *, by: User, seen: int | None = None) -> Reviewed:
    """Submit a draft, or a row that was sent back, to the reviewers."""
    row = lock_row(row, seen)
    move_state(row, "submit")
    require_permission(type(row).objects.editable_by(by), row)
    rules.check(row, by=by)
    row.submitted_by, row.submitted_at = by, timezone.now()
    row.author = row.author or by
    row.reviewed_by = row.reviewed_at = row.reviewing_agency = None
    row.reviewed_as = ""
    save_row(row, "submit", by)
    events.notify(NotificationKind.SUBMITTED, row, by=by)
    return row


@transaction.atomic
def send_back(row: Reviewed, *, note: str, by: User, seen: int | None = None) -> Reviewed:
    """Return a submitted row to its writer with a note that says what to correct."""
    row = lock_row(row, seen)
    move_state(row, "send_back")
    require_permission(type(row).objects.reviewable_by(by), row)
    if not note.strip():
        raise ValidationError({"note": str(NOTE_REQUIRED)})
    row.review_note = note.strip()
    _reviewed(row, by)
    save_row(row, "send_back", by)
    digests.send_on_commit(events.notify(NotificationKind.SENT_BACK, row, by=by))
    return row


@transaction.atomic
def publish(row: Reviewed, *, by: User, seen: int | None = None) -> Reviewed:
    """Publish a submitted row as of today (UTC)."""
    row = lock_row(row, seen)
    move_state(row, "publish")
    require_permission(type(row).objects.reviewable_by(by), row)
    lock_succession(row)
    rules.check(row)
    row.published_on, row.published_precision = today(), Precision.DAY
    _reviewed(row, by)
    if isinstance(row, ProgressReport):
        publish_report(row, by, "publish")
    else:
        save_row(row, "publish", by)
    events.notify(NotificationKind.PUBLISHED, row, by=by)
    return row


@transaction.atomic
def withdraw(commitment: Commitment, *, reason: str, by: User, seen: int | None = None) -> Commitment:
    """Withdraw a published commitment from the register; its page stays and shows the withdrawal."""
    commitment = lock_row(commitment, seen)
    move_state(commitment, "withdraw")
    if not may_withdraw(by):
        raise PermissionDenied(_("Only the secretariat and administrators withdraw a commitment."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the commitment is withdrawn.")})
    commitment.withdrawn_on, commitment.withdrawn_reason = today(), reason.strip()
    commitment.restored_on, commitment.restored_reason = None, ""
    return save_row(commitment, "withdraw", by)


@transaction.atomic
def restore(commitment: Commitment, *, reason: str, by: User, seen: int | None = None) -> Commitment:
    """Restore a withdrawn commitment to the register; the withdrawal and the restoration stay public."""
    commitment = lock_row(commitment, seen)
    move_state(commitment, "restore")
    if not may_restore(by):
        raise PermissionDenied(_("Only the secretariat and administrators restore a commitment."))
    if not Commitment.objects.independent_of(by).filter(pk=commitment.pk).exists():
        raise PermissionDenied(
            _("An agency of yours leads, co-leads or is a partner in it: somebody else restores it.")
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the commitment is restored.")})
    commitment.withdrawn_on, commitment.withdrawn_reason = None, ""
    commitment.restored_on, commitment.restored_reason = today(), reason.strip()
    return save_row(commitment, "restore", by)


def _reviewed(row: Reviewed, by: User) -> None:
    row.reviewed_by, row.reviewed_at = by, timezone.now()
    row.reviewed_as, row.reviewing_agency = _body_of(row, by)


def _body_of(row: Reviewed, by: User) -> tuple[str, Agency | None]:
    """Return the role and agency of a reviewer; leads of the group review as such, whatever other roles they have."""
    group = None if isinstance(row, Assessment) else getattr(row, "commitment", row).workgroup
    leading = group and group.participations.leading().filter(agency__in=agencies_of(by)).first()
    if leading:
        return leading.role, leading.agency
    return (ReviewingRole.SECRETARIAT if is_secretariat(by) else ReviewingRole.ADMINISTRATOR), None
