from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone


def today() -> date:
    """The running day in UTC, on which every due date and term turns."""
    return timezone.now().date()


class AgencyQuerySet(models.QuerySet):
    def members(self) -> Self:
        """The members of the group; constituents stand under their member."""
        return self.filter(parent__isnull=True)


class MembershipQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Memberships in force today (UTC)."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()), starts_on__lte=today())


class InvitationQuerySet(models.QuerySet):
    def acceptable(self) -> Self:
        """Those whose link still opens an account."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())
