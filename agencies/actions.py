"""Invitations, made, sent anew, revoked and accepted; memberships handed over; and tokens, made and revoked."""

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

GOOD_FOR = timedelta(days=7)


@transaction.atomic
def invite(invitation: Invitation, *, by: User, link: Callable[[str], str]) -> Invitation:
    """Save a new invitation and send its link; `link` makes the full address of a token."""
    _check(invitation, by)
    invitation.email = invitation.email.lower()
    invitation.invited_by = by
    return _send(invitation, link)


@transaction.atomic
def send_anew(invitation: Invitation, *, by: User, link: Callable[[str], str]) -> Invitation:
    """Send a new link, good for as long as a first one; the old one is dead."""
    invitation = _locked(invitation, by)
    if User.objects.filter(email=invitation.email).exists():
        raise ValidationError(_("Somebody has an account with this mail address already."))
    return _send(invitation, link)


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> Invitation:
    invitation = _locked(invitation, by)
    invitation.revoked_at = timezone.now()
    invitation.save()
    return invitation


def find(token: str) -> Invitation | None:
    """The invitation that a link opens, if it still does."""
    return Invitation.objects.acceptable().filter(digest=digest(token)).select_related("agency").first()


def was_accepted_by(token: str, username: str) -> bool:
    """Whether the account of this name was opened by this very link."""
    if "\0" in username:
        return False
    return Invitation.objects.filter(digest=digest(token), accepted_by__username__iexact=username.strip()).exists()


@transaction.atomic
def accept(token: str, *, username: str, password: str) -> User | None:
    """Make the account and what goes with it; None if the link opens nothing (any more).

    Of two that accept at once, the second waits for the first and finds the link used.
    """
    rows = Invitation.objects.acceptable().select_for_update(of=("self",))
    invitation = rows.filter(digest=digest(token)).first()
    if invitation is None:
        return None
    user = _make_account(invitation, username, password)
    _give_role(invitation, user)
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save()
    return user


@transaction.atomic
def hand_over(membership: Membership, *, to: User, on: date, by, seen: int | None = None) -> Membership:
    """Let somebody take over from a person on a day: the one acts for the agency until it, the other from it.

    A successor who acts for the agency on that day already, as an alternate does, keeps that membership and gets the
    role. Drafts need no handing over: they are the agency's. Returns the successor's membership.
    """
    if not may_manage_memberships(by):
        raise PermissionDenied(_("Only the secretariat and administrators manage memberships."))
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if by.pk in (membership.user_id, to.pk):
        raise PermissionDenied(_("Nobody changes memberships of their own: somebody else hands over for you."))
    check_seen(membership, seen)
    _check_handing_over(membership, to, on)
    membership.ends_on = on
    _save_membership(membership, by)
    _end_tokens(membership, on, by)
    successor = _in_force(to, membership, on) or Membership(user=to, agency=membership.agency, starts_on=on)
    successor.role, successor.ends_on = membership.role, None
    _save_membership(successor, by)
    warn_of_two_roles(to, by=by)
    return successor


@transaction.atomic
def make_token(token: AccessToken, *, until: date, by: User) -> str:
    """Save a new token, good to the end of a day (UTC), and return its secret: it is never to be had again."""
    if not may_make_tokens_for(by).filter(pk=token.agency_id).exists():
        raise PermissionDenied(_("Only a focal point makes tokens, and only for their own agency."))
    token.made_by, token.created, token.expiry_date = by, timezone.now(), end_of(until)
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
    return _revoke(token, by)


@transaction.atomic
def revoke_orphaned_tokens() -> int:
    """Revoke for good what opens nothing since its maker left, so that a later membership brings no token back."""
    orphans = AccessToken.objects.orphaned().select_for_update(of=("self",), skip_locked=True)
    return len([_revoke(token, None) for token in orphans])


def warn_of_two_roles(person: User, *, by: User) -> bool:
    """Mail secretariat and administrators when somebody reviews and acts for an agency; return whether they do.

    Nothing is forbidden: for their own agency such a person publishes and assesses nothing, and all others decide.
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


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def check_seen(row, seen: int | None) -> None:
    """Refuse a decision on a locked row that is no longer the version that was shown; None where none was."""
    if seen is not None and seen != row.version:
        raise ValidationError(_("Somebody changed this since you opened it: look at it again before you decide."))


def _check(invitation: Invitation, by: User) -> None:
    if not may_invite_as(by, invitation.role):
        raise PermissionDenied


def _locked(invitation: Invitation, by: User) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    _check(invitation, by)
    if not invitation.is_open:
        raise ValidationError(_("This invitation is accepted or revoked already, and nothing can be done with it."))
    return invitation


def _send(invitation: Invitation, link: Callable[[str], str]) -> Invitation:
    token = secrets.token_urlsafe(32)
    invitation.digest = digest(token)
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + GOOD_FOR
    invitation.save()
    context = {"invitation": invitation, "link": link(token)}
    transaction.on_commit(lambda: send_message("invitation", to=invitation.email, **context), robust=True)
    return invitation


def _make_account(invitation: Invitation, username: str, password: str) -> User:
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
    except IntegrityError:  # somebody took the name or the address between the two lines above
        raise ValidationError({"username": _("Somebody has this user name already.")}) from None
    return user


def _give_role(invitation: Invitation, user: User) -> None:
    if invitation.role == Invitation.Role.SECRETARIAT:
        user.groups.add(Group.objects.get_or_create(name=SECRETARIAT)[0])
    elif invitation.role in Invitation.FOR_AGENCY:
        Membership.objects.create(user=user, agency=invitation.agency, role=invitation.role, starts_on=today())


def _check_handing_over(membership: Membership, to: User, on: date) -> None:
    if to == membership.user:
        raise ValidationError({"to": _("Choose somebody else than the person who hands over.")})
    if not to.is_active:
        raise ValidationError({"to": _("This account is closed: choose somebody who can sign in.")})
    if problem := Membership._meta.get_field("ends_on").problem(on):
        raise ValidationError({"on": problem})
    if on < membership.starts_on:
        words = {"day": format_date(membership.starts_on)}
        raise ValidationError({"on": _("The membership starts on %(day)s: choose that day or a later one.") % words})
    if membership.ends_on and on > membership.ends_on:
        words = {"day": format_date(membership.ends_on)}
        raise ValidationError({"on": _("The membership ends on %(day)s: choose that day or an earlier one.") % words})


def _in_force(user: User, membership: Membership, on: date) -> Membership | None:
    """What the successor already has at the agency on that day."""
    theirs = Membership.objects.select_for_update(of=("self",)).filter(user=user, agency=membership.agency)
    return theirs.filter(starts_on__lte=on).exclude(ends_on__lt=on).order_by("starts_on").first()


def _save_membership(membership: Membership, by) -> None:
    membership._change_reason = "hand_over"
    membership._history_user = by
    membership.save()


def _end_tokens(membership: Membership, on: date, by) -> None:
    """What the person's systems do for the agency ends with the day of the handover; the successor makes new tokens."""
    tokens = AccessToken.objects.standing().filter(made_by=membership.user, agency=membership.agency)
    for token in tokens.select_for_update(of=("self",)):
        if end_of(on) <= timezone.now():
            _revoke(token, by)
        elif end_of(on) < token.expiry_date:
            token.expiry_date = end_of(on)
            _save_token(token, "hand_over", by)


def _revoke(token: AccessToken, by: User | None) -> AccessToken:
    token.revoked, token.revoked_at = True, timezone.now()
    return _save_token(token, "revoke_token", by)


def _save_token(token: AccessToken, reason: str, by: User | None) -> AccessToken:
    token._change_reason, token._history_user = reason, by
    token.save()
    return token
