"""Who a person is: the vocabulary on which every other permission stands."""

from collections.abc import Callable
from copy import copy
from functools import wraps

from django.conf import settings
from django.db.models import QuerySet

from agencies.models import AccessToken, Agency, Invitation, Membership, User
from foundation.clock import today

SECRETARIAT = "secretariat"


def within(user: User, agency: Agency) -> User:
    """The person as one who acts for this agency and has no other role: all that a token of theirs may be."""
    narrowed = copy(user)
    narrowed.within_agency = agency.pk
    return narrowed


def _is_whole(user) -> bool:
    return getattr(user, "within_agency", None) is None


def is_administrator(user) -> bool:
    return user.is_active and user.is_superuser and _is_whole(user)


def is_secretariat(user) -> bool:
    """Member of the Chair's team; whoever sends a request brings along whether they are (`in_secretariat`)."""
    if not (user.is_active and _is_whole(user)):
        return False
    known = getattr(user, "in_secretariat", None)
    return user.groups.filter(name=SECRETARIAT).exists() if known is None else known


def build_once(rows: Callable[..., QuerySet]) -> Callable[..., QuerySet]:
    """Build the query for a person's rows once for them and the day, as a page asks for the same rows many times.

    Only the query is kept: each caller gets a copy, whose rows are read from the database anew.
    """

    @wraps(rows)
    def built(user) -> QuerySet:
        queries = user.__dict__.setdefault("_queries", {})
        key = rows, today(), user.is_active, getattr(user, "within_agency", None)
        if key not in queries:
            queries[key] = rows(user)
        return queries[key].all()

    return built


@build_once
def agencies_of(user) -> QuerySet[Agency]:
    """The agencies for which the person acts today."""
    if not user.is_active:
        return Agency.objects.none()
    agencies = acting_for(user)
    return agencies if _is_whole(user) else agencies.filter(pk=user.within_agency)


def acting_for(user) -> QuerySet[Agency]:
    """All agencies for which the person acts today, be the account closed or the person narrowed by a token."""
    memberships = Membership.objects.current().filter(user=user.pk)
    return Agency.objects.filter(pk__in=memberships.values("agency"))


def is_editor(user) -> bool:
    """Anybody with work to do on the editors' side."""
    return is_administrator(user) or is_secretariat(user) or agencies_of(user).exists()


def has_two_roles(user) -> bool:
    """Whether the person reviews for the secretariat or as administrator, and acts for an agency now or later."""
    reviews = user.is_superuser or user.groups.filter(name=SECRETARIAT).exists()
    return reviews and user.memberships.exclude(ends_on__lt=today()).exists()


def may_edit_reference_data(user) -> bool:
    """Reporting cycles and everything the source presentation laid down."""
    return is_administrator(user) or is_secretariat(user)


def may_manage_memberships(user) -> bool:
    return is_administrator(user) or is_secretariat(user)


def may_change_membership(user, membership: Membership) -> bool:
    """Nobody gives, moves or ends a membership of their own: it decides what they may review."""
    return may_manage_memberships(user) and membership.user_id != user.pk


def may_hand_over(user, agency: Agency) -> bool:
    """Read all that an agency owes and has done, and who acts for it."""
    return may_manage_memberships(user) or agencies_of(user).filter(pk=agency.pk).exists()


# Who did what is read by those who say who may do anything: one question, asked once a request.
may_audit = may_manage_memberships


def may_manage_users(user) -> bool:
    return is_administrator(user)


def may_invite_as(user, role: str) -> bool:
    """The secretariat gives memberships; every other role is given by administrators."""
    return is_administrator(user) or (role in Invitation.FOR_AGENCY and is_secretariat(user))


def needs_second_step(user) -> bool:
    """Whether the password alone opens nothing to this person."""
    if not user.is_active:
        return False
    if settings.MFA_REQUIRED == "everyone" or user.has_short_password or is_administrator(user):
        return True
    return is_secretariat(user)


# Tokens of an agency's own systems


def may_make_tokens_for(user) -> QuerySet[Agency]:
    """The agencies of which the person is a focal point today: an alternate sees and revokes tokens, and makes none."""
    acting = user.memberships.current().filter(role=Membership.Role.FOCAL_POINT)
    return agencies_of(user).filter(pk__in=acting.values("agency"))


def may_make_tokens(user) -> bool:
    return may_make_tokens_for(user).exists()


def token_agencies_of(user) -> QuerySet[Agency]:
    """The agencies whose tokens the person sees, and may revoke: who gives memberships also ends what hangs on them."""
    return Agency.objects.all() if may_manage_memberships(user) else agencies_of(user)


# Who has work on the editors' side sees the tokens of `token_agencies_of`: one question, asked once a request.
may_see_tokens = is_editor


def may_revoke_token(user, token: AccessToken) -> bool:
    return not token.revoked and token_agencies_of(user).filter(pk=token.agency_id).exists()


def may_by_token(token: AccessToken, scope: str) -> bool:
    return scope in token.allows
