from typing import Self

from django.db import models


class RecommendationQuerySet(models.QuerySet):
    def whole(self) -> Self:
        """Filter recommendations that are not part of another."""
        return self.filter(parent__isnull=True)
