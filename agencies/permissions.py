"""Who a person is: the vocabulary on which every other permission stands."""

from django.conf import settings
from django.db.models import QuerySet

from agencies.models import Agency, Invitation

SECRETARIAT = "secretariat"


def is_administrator(user) -> bool:
    return user.is_active and user.is_superuser


def is_secretariat(user) -> bool:
    """Member of the Chair's team."""
    return user.is_active and user.groups.filter(name=SECRETARIAT).exists()


def agencies_of(user) -> QuerySet[Agency]:
    """The agencies for which the person acts today."""
    if not user.is_active:
        return Agency.objects.none()
    return Agency.objects.filter(memberships__in=user.memberships.current()).distinct()


def is_editor(user) -> bool:
    """Anybody with work to do on the editors' side."""
    return is_administrator(user) or is_secretariat(user) or agencies_of(user).exists()


def may_edit_reference_data(user) -> bool:
    """Reporting cycles and everything the source presentation laid down."""
    return is_administrator(user) or is_secretariat(user)


def may_manage_memberships(user) -> bool:
    return is_administrator(user) or is_secretariat(user)


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
    """Whether the password alone opens nothing to this person.

    Whoever sends a request brings along whether they are `in_secretariat`: this is asked at every request.
    """
    if not user.is_active:
        return False
    if settings.MFA_REQUIRED == "everyone" or user.has_short_password or is_administrator(user):
        return True
    known = getattr(user, "in_secretariat", None)
    return is_secretariat(user) if known is None else known
