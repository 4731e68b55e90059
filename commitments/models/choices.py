"""The choices of the status fields, and conditions that constraints on pairs of columns share."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The progress of a commitment, as its lead reports it."""

    NOT_STARTED = "not_started", _("Not started")
    PLANNING = "planning", _("Planning")
    IN_PROGRESS = "in_progress", _("In progress")
    SUBSTANTIALLY_COMPLETE = "substantially_complete", _("Substantially complete")
    COMPLETED = "completed", _("Completed")
    ONGOING = "ongoing", _("Ongoing")
    DISCONTINUED = "discontinued", _("Discontinued")
    SUPERSEDED = "superseded", _("Superseded")


class Outlook(models.TextChoices):
    """The lead's expectation of the further progress."""

    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    CONSTRAINED = "constrained", _("Constrained")
    NOT_ASSESSED = "not_assessed", _("Not assessed")


class Freshness(models.TextChoices):
    """The age of the latest report in terms of reporting cycles; always computed."""

    CURRENT = "current", _("Current")
    DUE = "due", _("Due")
    OVERDUE = "overdue", _("Overdue")
    NEVER_REPORTED = "never_reported", _("Never reported")
    NOT_YET_DUE = "not_yet_due", _("Not yet due")


class Verification(models.TextChoices):
    """The assessment by others than the lead; computed from the published assessments."""

    SELF_REPORTED = "self_reported", _("Self-reported")
    PEER_REVIEWED = "peer_reviewed", _("Peer-reviewed")
    INDEPENDENTLY_ASSESSED = "independently_assessed", _("Independently assessed")
    DISPUTED = "disputed", _("Disputed")


STATUSES = [
    "not_started",
    "planning",
    "in_progress",
    "substantially_complete",
    "completed",
    "ongoing",
    "discontinued",
    "superseded",
]


OUTLOOKS = ["on_track", "at_risk", "constrained", "not_assessed"]


def paired(date_field: str, precision_field: str) -> Q:
    """Return the condition that a date and its precision are both set or both empty."""
    return Q(**{f"{date_field}__isnull": True, precision_field: ""}) | Q(
        **{f"{date_field}__isnull": False, f"{precision_field}__in": ["year", "month", "day"]}
    )


def not_before(later: str, earlier: str, precision: str) -> Q:
    """Return the condition that `later` is not before the start of the period of `earlier` at its precision."""
    same_year = Q(**{precision: "year", f"{later}__year": F(f"{earlier}__year")})
    same_month = Q(
        **{precision: "month", f"{later}__year": F(f"{earlier}__year"), f"{later}__month": F(f"{earlier}__month")}
    )
    either_open = Q(**{f"{later}__isnull": True}) | Q(**{f"{earlier}__isnull": True})
    return either_open | Q(**{f"{later}__gte": F(earlier)}) | same_year | same_month
