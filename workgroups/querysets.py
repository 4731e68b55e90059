"""Sets of participations."""

from typing import Self

from django.db import models

LEADING_ROLES = ("co_chair", "co_convener")


class ParticipationQuerySet(models.QuerySet):
    """Sets of participations by role."""

    def leading(self) -> Self:
        """Filter participations as co-chair or co-convener."""
        return self.filter(role__in=LEADING_ROLES)
