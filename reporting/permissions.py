"""Permissions on reports and what belongs to them; those on commitments are in `commitments.permissions`."""

from django.db.models import Q

from accounts.models import AnyUser
from accounts.permissions import agencies_of, is_administrator, is_secretariat, may_edit_reference_data
from commitments.permissions import ALL, NONE, OPEN_STATES, agencies_for, led_group, may_create_drafts
from workgroups.permissions import groups_led_by


def is_partner(user: AnyUser) -> Q:
    """Return the condition for reports on commitments in which an agency of the person is a partner."""
    return Q(commitment__partners__agency__in=agencies_for(user))


def accepts_contributions() -> Q:
    """Return the condition for reports that can still be submitted, and so take contributions of partners."""
    return Q(state__in=OPEN_STATES, commitment__state="published", cycle__closed_on__isnull=True)


def is_assessor(user: AnyUser) -> Q:
    """Return the condition for assessments by the person's agencies or groups.

    The secretariat writes those of independent assessors.
    """
    own = Q(agency__in=agencies_of(user)) | Q(workgroup__in=groups_led_by(user))
    return own | Q(assessor_kind="independent") if is_secretariat(user) else own


def is_party(user: AnyUser, prefix: str = "") -> Q:
    """Return the condition for assessments by the person or their agencies, the answers to which others review."""
    own = Q(**{f"{prefix}author": user}) | Q(**{f"{prefix}submitted_by": user})
    return own | Q(**{f"{prefix}agency__in": agencies_of(user)})


def may_assess(user: AnyUser) -> bool:
    """Return whether the person may assess any commitment."""
    return may_create_drafts(user) or is_secretariat(user)


def may_manage_cycles(user: AnyUser) -> bool:
    """Return whether the person may open, remind of, close and reopen reporting cycles."""
    return may_edit_reference_data(user)


def in_inbox(user: AnyUser) -> Q:
    """Return the condition for reported mistakes that the person may answer: all, or those about their groups."""
    if user.is_anonymous:
        return NONE
    return ALL if is_administrator(user) or is_secretariat(user) else led_group(user, "commitment__")
