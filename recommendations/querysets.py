"""Sets of recommendations."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q


class RecommendationQuerySet(models.QuerySet):
    """Sets of recommendations: whole ones, and those that no commitment answers."""

    def whole(self) -> Self:
        """Filter recommendations that are not part of another."""
        return self.filter(parent__isnull=True)

    def unanswered(self, day: date | None = None) -> Self:
        """Filter recommendations without a published commitment to them or their parts, now or on a day (UTC)."""
        commitments = self.model._meta.get_field("commitments").related_model.objects.published(day)
        answering = Q(recommendations=OuterRef("pk")) | Q(recommendations__parent=OuterRef("pk"))
        return self.filter(~Exists(commitments.filter(answering)))
