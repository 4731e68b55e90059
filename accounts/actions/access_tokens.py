"""Create, end and revoke access tokens."""

from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccessToken, Membership, User
from accounts.permissions import may_make_tokens_for, may_revoke_token


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


def end_tokens(membership: Membership, on: date, by: User | None) -> None:
    """End the person's tokens for the agency on the day of the handover; the successor creates new ones."""
    tokens = AccessToken.objects.valid().filter(made_by=membership.user, agency=membership.agency)
    for token in tokens.select_for_update(of=("self",)):
        if end_of_day(on) <= timezone.now():
            _set_revoked(token, by)
        elif end_of_day(on) < token.expiry_date:
            token.expiry_date = end_of_day(on)
            _save_token(token, "hand_over", by)


def end_of_day(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _set_revoked(token: AccessToken, by: User | None) -> AccessToken:
    token.revoked, token.revoked_at = True, timezone.now()
    return _save_token(token, "revoke_token", by)


def _save_token(token: AccessToken, reason: str, by: User | None) -> AccessToken:
    token._change_reason, token._history_user = reason, by
    token.save()
    return token
