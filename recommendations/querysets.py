"""Querysets of recommendations."""

from typing import Self

from django.db import models


class RecommendationQuerySet(models.QuerySet):
    """Sets of recommendations."""

    def whole(self) -> Self:
        """Filter recommendations that are not part of another."""
        return self.filter(parent__isnull=True)
