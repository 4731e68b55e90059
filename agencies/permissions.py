"""Who a person is: the vocabulary on which every other permission stands."""

from django.db.models import QuerySet

from agencies.models import Agency

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


def may_manage_users(user) -> bool:
    return is_administrator(user)
