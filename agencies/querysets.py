"""Querysets of agencies and of their former names."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from agencies.names_of_day import active_day
from foundation.clock import today


class AgencyQuerySet(models.QuerySet):
    """Members of the group and their constituents."""

    def members(self, day: date | None = None) -> Self:
        """Filter the members of the group on a day, first and last day included; constituents are left out.

        A member without a first day counts from the start. `Agency.belongs_on()` is the same rule for a row.
        """
        day = day or today()
        joined = Q(joined__isnull=True) | Q(joined__lte=day)
        return self.with_own_membership().filter(joined, Q(left__isnull=True) | Q(left__gte=day))

    def with_own_membership(self) -> Self:
        """Filter past, current and future members, without constituents of members."""
        return self.filter(parent__isnull=True)

    def with_names_of_day(self) -> Self:
        """Annotate `acronym_of_day` and `name_of_day`, the names inside `names_on(day)`, to sort by."""
        day = active_day()
        if day is None:
            return self.annotate(acronym_of_day=F("acronym"), name_of_day=F("name"))
        former_names = self.model._meta.get_field("former_names").related_model.objects
        names = former_names.filter(agency=OuterRef("pk"), until__gte=day).order_by("until")
        return self.annotate(
            acronym_of_day=Coalesce(Subquery(names.values("acronym")[:1]), F("acronym")),
            name_of_day=Coalesce(Subquery(names.values("name")[:1]), F("name")),
        )


class FormerNameQuerySet(models.QuerySet):
    """Names that agencies no longer have."""

    def borne_on(self, day: date) -> Self:
        """Filter the former name that each agency had on a day; none for agencies with their current name."""
        return self.filter(until__gte=day).order_by("agency", "until").distinct("agency")
