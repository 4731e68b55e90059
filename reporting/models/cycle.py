"""Reporting cycles: periods in which reports are requested."""

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.dates.model_fields import PastDateField, PlannedDateField
from foundation.history import HistoricalRecords
from reporting.querysets import ReportingCycleQuerySet

# The sentence for a cycle that is closed before it was opened, or twice.
OPEN_TO_BE_CLOSED = _("Only a cycle that is open can be closed.")


class ReportingCycle(models.Model):
    """A period in which reports are requested. Opening it creates one expected report for each running commitment."""

    title = models.CharField(_("title"), max_length=100, unique=True)
    opens_on = PlannedDateField(_("opens on"))
    due_on = PlannedDateField(_("due on"))
    closes_on = PlannedDateField(_("closes on"))
    opened_on = PastDateField(_("opened on"), null=True, blank=True, editable=False)
    closed_on = PastDateField(_("closed on"), null=True, blank=True, editable=False)
    reopened_on = PastDateField(_("last reopened on"), null=True, blank=True, editable=False)
    reopened_reason = models.TextField(_("reason for reopening"), blank=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = ReportingCycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting cycle")
        verbose_name_plural = _("reporting cycles")
        ordering = ["-opens_on"]
        constraints = [
            models.CheckConstraint(
                name="cycle_days_in_order",
                condition=Q(due_on__gte=F("opens_on"), closes_on__gte=F("due_on")),
                violation_error_message=_("A cycle opens, is due and closes in this order."),
            ),
            models.CheckConstraint(
                name="cycle_opened_not_early",
                condition=Q(opened_on__isnull=True) | Q(opened_on__gte=F("opens_on")),
                violation_error_message=_("A cycle cannot be opened before its day."),
            ),
            models.CheckConstraint(
                name="cycle_closed_after_opened",
                condition=Q(closed_on__isnull=True) | Q(opened_on__isnull=False, closed_on__gte=F("opened_on")),
                violation_error_message=OPEN_TO_BE_CLOSED,
            ),
            models.CheckConstraint(
                name="cycle_reopened_with_reason",
                condition=Q(reopened_on__isnull=True, reopened_reason="")
                | Q(reopened_on__isnull=False, opened_on__isnull=False, reopened_on__gte=F("opened_on"))
                & ~Q(reopened_reason=""),
                violation_error_message=_("A cycle that had opened is reopened on a day and for a reason."),
            ),
        ]

    def __str__(self):
        return self.title
