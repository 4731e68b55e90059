"""The changes of status that published reports make."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commitments.choices import Status
from commitments.models.commitment import Commitment
from foundation.dates.model_fields import PastDateField
from foundation.dates.partial import PartialDate, Precision
from foundation.described_choices import known_values
from reporting import triggers
from reporting.models.report import ProgressReport
from reporting.querysets import StatusChangeQuerySet


class StatusChange(models.Model):
    """A change of status by a published report. Append-only, which the database enforces."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="status_changes"
    )
    report = models.OneToOneField(
        ProgressReport, verbose_name=_("report"), on_delete=models.PROTECT, related_name="status_change"
    )
    from_status = models.CharField(_("from"), max_length=30, choices=Status, blank=True)
    to_status = models.CharField(_("to"), max_length=30, choices=Status)
    reason = models.TextField(_("reason"), blank=True)
    changed_on = PastDateField(_("on"))
    changed_precision = models.CharField(max_length=5, choices=Precision)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["-changed_on", "-pk"]
        triggers = [triggers.APPEND_ONLY]
        constraints = [
            models.CheckConstraint(
                name="status_change_statuses_known",
                condition=known_values("from_status", Status, blank=True) & known_values("to_status", Status),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="status_change_changes_something",
                condition=~Q(from_status=F("to_status")),
                violation_error_message=_("A status change goes from one status to another."),
            ),
            models.CheckConstraint(
                name="status_change_precision_known",
                condition=known_values("changed_precision", Precision),
                violation_error_message=_("The precision is year, month or day."),
            ),
        ]

    def __str__(self):
        return f"{self.commitment.reference}: {self.get_to_status_display()}"

    def get_absolute_url(self):
        return f"{self.commitment.get_absolute_url()}#status-history"

    @property
    def changed(self) -> PartialDate:
        return PartialDate(self.changed_on, self.changed_precision)
