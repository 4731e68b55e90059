"""Milestones of a commitment."""

from datetime import date

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from commitments import triggers
from commitments.models.commitment import Commitment
from commitments.querysets import MilestoneQuerySet
from foundation.dates.conditions import paired
from foundation.dates.model_fields import PastDateField, PlannedDateField
from foundation.dates.partial import PartialDate, Precision, partial_date
from foundation.history import HistoricalRecords, HistoryAtomicSave


class Milestone(HistoryAtomicSave):
    """A named milestone of a commitment, with its deadline and the day on which it was met."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, related_name="milestones"
    )
    title = models.CharField(_("title"), max_length=300)
    deadline_on = PlannedDateField(_("deadline"), null=True, blank=True)
    deadline_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    met_on = PastDateField(_("met"), null=True, blank=True)
    met_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        triggers = [triggers.PART_RECORDED_IN_HISTORY]
        ordering = ["commitment", F("deadline_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                name="milestone_deadline_with_precision",
                condition=paired("deadline_on", "deadline_precision"),
                violation_error_message=_("A deadline comes with its precision."),
            ),
            models.CheckConstraint(
                name="milestone_met_with_precision",
                condition=paired("met_on", "met_precision"),
                violation_error_message=_("The day a step was met comes with its precision."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def deadline(self) -> PartialDate | None:
        return partial_date(self.deadline_on, self.deadline_precision)

    @property
    def met(self) -> PartialDate | None:
        return partial_date(self.met_on, self.met_precision)

    def met_by(self, day: date | None) -> PartialDate | None:
        """Return the date on which it was met, if that is known at the end of a day (UTC); None asks of today."""
        return self.met if self.met_on and (day is None or self.met_on <= day) else None

    def is_overdue_on(self, day: date) -> bool:
        """Return whether it was due before a day and not met by the end of it."""
        return self.deadline_on is not None and self.deadline_on < day and self.met_by(day) is None
