"""Conditions that constraints on dates and their precisions share."""

from django.db.models import F, Q

from foundation.dates.partial import Precision


def paired(date_field: str, precision_field: str) -> Q:
    """Return the condition that a date and its precision are both set or both empty."""
    return Q(**{f"{date_field}__isnull": True, precision_field: ""}) | Q(
        **{f"{date_field}__isnull": False, f"{precision_field}__in": Precision.values}
    )


def not_before(later: str, earlier: str, precision: str) -> Q:
    """Return the condition that `later` is not before the start of the period of `earlier` at its precision."""
    same_year = Q(**{precision: "year", f"{later}__year": F(f"{earlier}__year")})
    same_month = Q(
        **{precision: "month", f"{later}__year": F(f"{earlier}__year"), f"{later}__month": F(f"{earlier}__month")}
    )
    either_open = Q(**{f"{later}__isnull": True}) | Q(**{f"{earlier}__isnull": True})
    return either_open | Q(**{f"{later}__gte": F(earlier)}) | same_year | same_month
