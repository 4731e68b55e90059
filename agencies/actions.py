"""Write actions on invitations, memberships and access tokens."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import AccessToken, Agency, Invitation, Membership, User
from agencies.permissions import (
    SECRETARIAT,
    has_two_roles,
    may_invite_as,
    may_make_tokens_for,
    may_manage_memberships,
    may_revoke_token,
)
from foundation.clock import today
from foundation.dates.parsing import format_date
from foundation.mail.messages import send_message

INVITATION_VALIDITY = timedelta(days=7)


@transaction.atomic
def invite(invitation: Invitation, *, by: User, link: Callable[[str], str]) -> Invitation:
    """Save a new invitation and send its link; `link` builds the full address of a token."""
    _check_permission(invitation, by)
    invitation.email = invitation.email.lower()
    invitation.invited_by = by
    return _send_link(invitation, link)


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: User, link: Callable[[str], str]) -> Invitation:
    """Send a new link, valid as long as a first one, and invalidate the old link."""
    invitation = _locked(invitation, by)
    if User.objects.filter(email=invitation.email).exists():
        raise ValidationError(_("Somebody has an account with this mail address already."))
    return _send_link(invitation, link)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> Invitation:
    invitation = _locked(invitation, by)
    invitation.revoked_at = timezone.now()
    invitation.save()
    return invitation


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation of a link, or None if it is unknown, used, revoked or expired."""
    return Invitation.objects.acceptable().filter(digest=token_digest(token)).select_related("agency").first()


def was_accepted_by(token: str, username: str) -> bool:
    """Return whether the account of this user name was created with this link."""
    if "\0" in username:
        return False
    return Invitation.objects.filter(
        digest=token_digest(token), accepted_by__username__iexact=username.strip()
    ).exists()


@transaction.atomic
def accept_invitation(token: str, *, username: str, password: str) -> User | None:
    """Create the account with its role; None if the link is unknown, used, revoked or expired.

    The row is locked, so of two simultaneous requests the second gets None.
    """
    rows = Invitation.objects.acceptable().select_for_update(of=("self",))
    invitation = rows.filter(digest=token_digest(token)).first()
    if invitation is None:
        return None
    user = _create_user(invitation, username, password)
    _assign_role(invitation, user)
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save()
    return user


@transaction.atomic
def hand_over(membership: Membership, *, to: User, on: date, by, seen: int | None = None) -> Membership:
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
    _end_tokens(membership, on, by)
    successor = _membership_on(to, membership, on) or Membership(user=to, agency=membership.agency, starts_on=on)
    successor.role, successor.ends_on = membership.role, None
    _save_membership(successor, by)
    warn_about_two_roles(to, by=by)
    return successor


@transaction.atomic
def create_token(token: AccessToken, *, until: date, by: User) -> str:
    """Save a new token, valid to the end of a day (UTC), and return its secret, which is not stored."""
    if not may_make_tokens_for(by).filter(pk=token.agency_id).exists():
        raise PermissionDenied(_("Only a focal point makes tokens, and only for their own agency."))
    token.made_by, token.created, token.expiry_date = by, timezone.now(), end_of_day(until)
    key = AccessToken.objects.assign_key(token)
    _save_token(token, "make_token", by)
    return key


@transaction.atomic
def revoke_token(token: AccessToken, *, by: User) -> AccessToken:
    token = AccessToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked:
        raise ValidationError(_("This token is revoked already, and opens nothing any more."))
    if not may_revoke_token(by, token):
        raise PermissionDenied
    return _set_revoked(token, by)


@transaction.atomic
def revoke_orphaned_tokens() -> int:
    """Revoke tokens whose maker no longer acts for the agency, so that a later membership does not reactivate them.

    Returns their number.
    """
    orphans = AccessToken.objects.orphaned().select_for_update(of=("self",), skip_locked=True)
    return len([_set_revoked(token, None) for token in orphans])


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
        transaction.on_commit(lambda to=address: send_message("two_roles", to=to, **context), robust=True)
    return True


def end_of_day(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def token_digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def check_version(row, seen: int | None) -> None:
    """Refuse a decision on a locked row whose version differs from the one shown (`seen`); None skips the check."""
    if seen is not None and seen != row.version:
        raise ValidationError(_("Somebody changed this since you opened it: look at it again before you decide."))


def _check_permission(invitation: Invitation, by: User) -> None:
    if not may_invite_as(by, invitation.role):
        raise PermissionDenied


def _locked(invitation: Invitation, by: User) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    _check_permission(invitation, by)
    if not invitation.is_open:
        raise ValidationError(_("This invitation is accepted or revoked already, and nothing can be done with it."))
    return invitation


def _send_link(invitation: Invitation, link: Callable[[str], str]) -> Invitation:
    token = secrets.token_urlsafe(32)
    invitation.digest = token_digest(token)
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + INVITATION_VALIDITY
    invitation.save()
    context = {"invitation": invitation, "link": link(token)}
    transaction.on_commit(lambda: send_message("invitation", to=invitation.email, **context), robust=True)
    return invitation


def _create_user(invitation: Invitation, username: str, password: str) -> User:
    user = User(
        username=username,
        email=invitation.email,
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        is_superuser=invitation.role == Invitation.Role.ADMINISTRATOR,
    )
    user.set_password(password)
    user.full_clean(exclude=["password"])
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # another request took the name or address after the validation
        raise ValidationError({"username": _("Somebody has this user name already.")}) from None
    return user


def _assign_role(invitation: Invitation, user: User) -> None:
    if invitation.role == Invitation.Role.SECRETARIAT:
        user.groups.add(Group.objects.get_or_create(name=SECRETARIAT)[0])
    elif invitation.role in Invitation.FOR_AGENCY:
        Membership.objects.create(user=user, agency=invitation.agency, role=invitation.role, starts_on=today())


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


def _save_membership(membership: Membership, by) -> None:
    membership._change_reason = "hand_over"
    membership._history_user = by
    membership.save()


def _end_tokens(membership: Membership, on: date, by) -> None:
    """End the person's tokens for the agency on the day of the handover; the successor creates new ones."""
    tokens = AccessToken.objects.valid().filter(made_by=membership.user, agency=membership.agency)
    for token in tokens.select_for_update(of=("self",)):
        if end_of_day(on) <= timezone.now():
            _set_revoked(token, by)
        elif end_of_day(on) < token.expiry_date:
            token.expiry_date = end_of_day(on)
            _save_token(token, "hand_over", by)


def _set_revoked(token: AccessToken, by: User | None) -> AccessToken:
    token.revoked, token.revoked_at = True, timezone.now()
    return _save_token(token, "revoke_token", by)


def _save_token(token: AccessToken, reason: str, by: User | None) -> AccessToken:
    token._change_reason, token._history_user = reason, by
    token.save()
    return token
