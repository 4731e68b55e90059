"""Send, resend, revoke and accept invitations."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership, User
from accounts.permissions import SECRETARIAT, may_invite_as
from foundation.clock import today
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


def token_digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


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
    transaction.on_commit(lambda: send_message("accounts/invitation", to=invitation.email, **context), robust=True)
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
