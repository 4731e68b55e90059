"""Hand memberships over, and warn about people with two roles."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions.access_tokens import end_tokens
from accounts.models import Membership, User
from accounts.permissions import SECRETARIAT, has_two_roles, may_manage_memberships
from agencies.models import Agency
from foundation.clock import today
from foundation.dates.parsing import format_date
from foundation.mail.messages import send_message
from foundation.row_versions import check_version


@transaction.atomic
def hand_over(membership: Membership, *, to: User, on: date, by: User | None, seen: int | None = None) -> Membership:
    """End a membership on a day and start the successor's on the same day. Returns the successor's membership.

    A successor with a membership on that day, such as an alternate, keeps it and gets the role. Drafts belong to the
    agency, so they need no handover.
    """
    if not may_manage_memberships(by):
        raise PermissionDenied(_("Only the secretariat and administrators manage memberships."))
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if by.pk in (membership.user_id, to.pk):
        raise PermissionDenied(_("Nobody changes memberships of their own: somebody else hands over for you."))
    check_version(membership, seen)
    _validate_handover(membership, to, on)
    membership.ends_on = on
    _save_membership(membership, by)
    end_tokens(membership, on, by)
    successor = _membership_on(to, membership, on) or Membership(user=to, agency=membership.agency, starts_on=on)
    successor.role, successor.ends_on = membership.role, None
    _save_membership(successor, by)
    warn_about_two_roles(to, by=by)
    return successor


def warn_about_two_roles(person: User, *, by: User) -> bool:
    """Mail secretariat and administrators if a person reviews and acts for an agency; return whether they do.

    Both roles are allowed together; the person cannot publish or assess anything of their own agency.
    """
    if not has_two_roles(person):
        return False
    agencies = ", ".join(
        Agency.objects.filter(memberships__in=person.memberships.exclude(ends_on__lt=today()))
        .distinct()
        .values_list("acronym", flat=True)
    )
    context = {"person": person.get_full_name() or person.username, "agencies": agencies}
    readers = User.objects.filter(Q(is_superuser=True) | Q(groups__name=SECRETARIAT), is_active=True)
    readers = readers.exclude(email="").exclude(mail_level=User.MailLevel.NONE).exclude(pk=by.pk).distinct()
    for address in readers.values_list("email", flat=True):
        transaction.on_commit(lambda to=address: send_message("accounts/two_roles", to=to, **context), robust=True)
    return True


def _validate_handover(membership: Membership, to: User, on: date) -> None:
    if to == membership.user:
        raise ValidationError({"to": _("Choose somebody else than the person who hands over.")})
    if not to.is_active:
        raise ValidationError({"to": _("This account is closed: choose somebody who can sign in.")})
    if problem := Membership._meta.get_field("ends_on").problem(on):
        raise ValidationError({"on": problem})
    if on < membership.starts_on:
        params = {"day": format_date(membership.starts_on)}
        raise ValidationError({"on": _("The membership starts on %(day)s: choose that day or a later one.") % params})
    if membership.ends_on and on > membership.ends_on:
        params = {"day": format_date(membership.ends_on)}
        raise ValidationError({"on": _("The membership ends on %(day)s: choose that day or an earlier one.") % params})


def _membership_on(user: User, membership: Membership, on: date) -> Membership | None:
    """Return the user's membership of the same agency on a day, locked, if there is one."""
    memberships = Membership.objects.select_for_update(of=("self",)).filter(user=user, agency=membership.agency)
    return memberships.filter(starts_on__lte=on).exclude(ends_on__lt=on).order_by("starts_on").first()


def _save_membership(membership: Membership, by: User | None) -> None:
    membership._change_reason = "hand_over"
    membership._history_user = by
    membership.save()
