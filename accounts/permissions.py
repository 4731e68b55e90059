"""Roles of a person, on which all other permissions are built."""

from collections.abc import Callable
from copy import copy
from functools import wraps

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import AccessToken, AnyUser, Invitation, Membership, User
from agencies.models import Agency
from foundation.clock import today

SECRETARIAT = "secretariat"


def limited_to_agency(user: User, agency: Agency) -> User:
    """Return a copy of the person with no role but acting for this agency, as for requests with a token."""
    limited = copy(user)
    limited.within_agency = agency.pk
    return limited


def _has_all_roles(user: AnyUser) -> bool:
    return getattr(user, "within_agency", None) is None


def is_administrator(user: AnyUser) -> bool:
    """Return whether the person is an administrator of the portal."""
    return user.is_active and user.is_superuser and _has_all_roles(user)


def is_secretariat(user: AnyUser) -> bool:
    """Return whether the person is in the secretariat; users of requests have it annotated as `in_secretariat`."""
    if not (user.is_active and _has_all_roles(user)):
        return False
    in_secretariat = getattr(user, "in_secretariat", None)
    return user.groups.filter(name=SECRETARIAT).exists() if in_secretariat is None else in_secretariat


def cache_query(rows: Callable[..., QuerySet]) -> Callable[..., QuerySet]:
    """Cache the queryset of a function on the user, by day, as a page needs the same rows many times.

    Only the unevaluated queryset is cached: each caller gets a copy, which reads the rows itself.
    """

    @wraps(rows)
    def built(user) -> QuerySet:
        queries = user.__dict__.setdefault("_queries", {})
        key = rows, today(), user.is_active, getattr(user, "within_agency", None)
        if key not in queries:
            queries[key] = rows(user)
        return queries[key].all()

    return built


@cache_query
def agencies_of(user: AnyUser) -> QuerySet[Agency]:
    """Return the agencies for which the person acts today."""
    if not user.is_active:
        return Agency.objects.none()
    agencies = all_agencies_of(user)
    return agencies if _has_all_roles(user) else agencies.filter(pk=user.within_agency)


def all_agencies_of(user: AnyUser) -> QuerySet[Agency]:
    """Return the agencies of the person's memberships today, even for a closed account or a token's user."""
    memberships = Membership.objects.current().filter(user=user.pk)
    return Agency.objects.filter(pk__in=memberships.values("agency"))


def is_editor(user: AnyUser) -> bool:
    """Return whether the person has access to the editor area."""
    return is_administrator(user) or is_secretariat(user) or agencies_of(user).exists()


def has_two_roles(user: AnyUser) -> bool:
    """Return whether the person is a reviewer and has a current or future membership of an agency."""
    reviews = user.is_superuser or user.groups.filter(name=SECRETARIAT).exists()
    return reviews and user.memberships.exclude(ends_on__lt=today()).exists()


def may_edit_reference_data(user: AnyUser) -> bool:
    """Return whether the person may edit reporting cycles and data from the source presentation."""
    return is_administrator(user) or is_secretariat(user)


def may_manage_memberships(user: AnyUser) -> bool:
    """Return whether the person may manage memberships and hand them over."""
    return is_administrator(user) or is_secretariat(user)


def may_change_membership(user: AnyUser, membership: Membership) -> bool:
    """Return whether the person may change a membership; never their own, which decides what they may review."""
    return may_manage_memberships(user) and membership.user_id != user.pk


def may_hand_over(user: AnyUser, agency: Agency) -> bool:
    """Return whether the person may read an agency's handover page."""
    return may_manage_memberships(user) or agencies_of(user).filter(pk=agency.pk).exists()


# An alias, so that both permissions share one cached answer for each request.
may_audit = may_manage_memberships


def may_manage_users(user: AnyUser) -> bool:
    """Return whether the person may manage accounts."""
    return is_administrator(user)


def may_invite_as(user: AnyUser, role: str) -> bool:
    """Return whether the person may invite to a role: the secretariat for agencies, administrators to all roles."""
    return is_administrator(user) or (role in Invitation.FOR_AGENCY and is_secretariat(user))


def needs_second_step(user: AnyUser) -> bool:
    """Return whether the person must have a second step."""
    if not user.is_active:
        return False
    if settings.MFA_REQUIRED == "everyone" or user.has_short_password or is_administrator(user):
        return True
    return is_secretariat(user)


# Tokens of an agency's own systems


def may_make_tokens_for(user: AnyUser) -> QuerySet[Agency]:
    """Return the agencies whose focal point the person is today; alternates cannot create tokens."""
    memberships = user.memberships.current().filter(role=Membership.Role.FOCAL_POINT)
    return agencies_of(user).filter(pk__in=memberships.values("agency"))


def may_make_tokens(user: AnyUser) -> bool:
    """Return whether the person may create tokens for any agency."""
    return may_make_tokens_for(user).exists()


def token_agencies_of(user: AnyUser) -> QuerySet[Agency]:
    """Return the agencies whose tokens the person may see and revoke; all for those who manage memberships."""
    return Agency.objects.all() if may_manage_memberships(user) else agencies_of(user)


# Editors see the tokens of `token_agencies_of`. An alias, for one cached answer for each request.
may_see_tokens = is_editor


def may_revoke_token(user: AnyUser, token: AccessToken) -> bool:
    """Return whether the person may revoke a token."""
    return not token.revoked and token_agencies_of(user).filter(pk=token.agency_id).exists()


def token_allows(token: AccessToken, scope: str) -> bool:
    """Return whether the scope of a token includes another."""
    return scope in token.allows
