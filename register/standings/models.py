"""Standings, and the list of those that a transaction has to rebuild."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from commitments.models import Commitment
from register.standings import triggers
from register.standings.querysets import StandingQuerySet


def _texts() -> ArrayField:
    return ArrayField(models.TextField())


class Standing(models.Model):
    """What readers see of a commitment in a period of days (UTC) in which nothing of it changed.

    Written by the database alone, see `rebuild`. The row of today has no last day in `valid`. A first record counts
    from the day of publication. Freshness depends on the day and on the newest reporting cycle, so its parts are here:
    `finished`, `last_update_on` and `expected_cycles`. The time of the last change is in `CommitmentMovement`.
    """

    # Without a constraint: the check would wait for whoever has locked the commitment, and could end in a deadlock.
    commitment = models.ForeignKey(
        Commitment, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="standings"
    )
    valid = DateRangeField()

    # As recorded on the days of the period.
    reference = models.TextField()
    title = models.TextField()
    original_text = models.TextField()
    summary = models.TextField()
    kind = models.TextField()
    scope = models.TextField()
    places = _texts()
    start_on = models.DateField(null=True)
    start_precision = models.TextField()
    deadline_on = models.DateField(null=True)
    deadline_precision = models.TextField()
    source_title = models.TextField()
    source_location = models.TextField()
    confidence = models.TextField()
    work_plan = models.TextField()
    published_on = models.DateField()
    published_precision = models.TextField()

    # The lead is an agency or a group; both have a code and a name, a group has its title as acronym too.
    lead_kind = models.TextField()
    lead_code = models.TextField()
    lead_acronym = models.TextField()
    lead_name = models.TextField()
    partner_codes = _texts()
    partner_acronyms = _texts()
    partner_names = _texts()
    agencies = _texts()  # codes of the lead and the partners
    stakeholders = _texts()
    agenda_points = ArrayField(models.IntegerField())
    recommendations = _texts()
    wholes = _texts()  # recommendations of which those are parts
    levels = _texts()

    state = models.TextField()
    withdrawn_on = models.DateField(null=True)
    withdrawn_reason = models.TextField()

    # By the latest report; '' and None if there is none.
    status = models.TextField()
    status_reason = models.TextField()
    outlook = models.TextField()
    successor = models.TextField()
    successor_title = models.TextField()
    successor_state = models.TextField()
    finished = models.BooleanField()
    latest_result = models.TextField()
    last_update_on = models.DateField(null=True)
    last_update_precision = models.TextField()
    expected_cycles = ArrayField(models.BigIntegerField())
    verification = models.TextField()

    search = SearchVectorField()

    objects = StandingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            GinIndex(fields=["search"], name="standing_search"),
            GinIndex(
                fields=["agencies", "agenda_points", "recommendations", "wholes", "levels", "places"],
                name="standing_sets",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="standing_periods_do_not_overlap",
                expressions=[("valid", RangeOperators.OVERLAPS), ("commitment", RangeOperators.EQUAL)],
            ),
            models.UniqueConstraint(
                name="standing_one_today", fields=["commitment"], condition=Q(valid__upper_inf=True)
            ),
            models.CheckConstraint(
                name="standing_period_has_first_day", condition=Q(valid__isempty=False, valid__lower_inf=False)
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.valid}"


class PendingRebuild(models.Model):
    """A commitment whose standings the open transaction has to rebuild before it ends.

    A transaction deletes its rows, so no other ever sees them.
    """

    transaction = models.BigIntegerField()
    commitment = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        triggers = [triggers.REBUILDS_STANDINGS]
        constraints = [
            models.UniqueConstraint(name="rebuild_pending_once", fields=["transaction", "commitment"]),
        ]

    def __str__(self):
        return f"{self.transaction}: {self.commitment}"
