"""Withdrawals of commitments from the register."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commitments import triggers
from commitments.models.commitment import Commitment
from commitments.querysets import WithdrawalQuerySet
from foundation.dates.model_fields import PastDateField


class Withdrawal(models.Model):
    """A withdrawal of a commitment and, if it was taken back, its restoration; written by database triggers alone.

    A trigger on the commitment keeps these rows, so that every withdrawal and restoration is recorded.
    """

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, related_name="withdrawals"
    )
    withdrawn_on = PastDateField(_("withdrawn on"))
    withdrawn_reason = models.TextField(_("reason of the withdrawal"))
    withdrawn_at = models.DateTimeField(_("withdrawal recorded at"), editable=False)
    restored_on = PastDateField(_("restored on"), null=True)
    restored_reason = models.TextField(_("reason of the restoration"), blank=True, default="")
    restored_at = models.DateTimeField(_("restoration recorded at"), null=True, editable=False)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["pk"]
        triggers = [triggers.WRITTEN_BY_THE_DATABASE]
        constraints = [
            models.UniqueConstraint(
                name="withdrawal_one_at_a_time",
                fields=["commitment"],
                condition=Q(restored_on__isnull=True),
                violation_error_message=_("This commitment is withdrawn already."),
            ),
            models.CheckConstraint(
                name="withdrawal_restored_with_reason",
                condition=Q(restored_on__isnull=True, restored_reason="", restored_at__isnull=True)
                | Q(restored_on__isnull=False, restored_at__isnull=False) & ~Q(restored_reason=""),
                violation_error_message=_("A restoration has its day and its reason."),
            ),
            models.CheckConstraint(
                name="withdrawal_restored_afterwards",
                condition=Q(restored_on__isnull=True) | Q(restored_on__gte=F("withdrawn_on")),
                violation_error_message=_("A commitment cannot be restored before it was withdrawn."),
            ),
        ]

    def __str__(self):
        return f"{self.commitment.reference} – {self.withdrawn_on}"

    def in_force_on(self, day: date | None) -> bool:
        """Return whether the commitment was withdrawn at the end of a day (UTC); None asks of today."""
        if day is None:
            return self.restored_on is None
        return self.withdrawn_on <= day and (self.restored_on is None or self.restored_on > day)

    def is_restored_by(self, day: date | None) -> bool:
        """Return whether the commitment had been restored by the end of a day (UTC); None asks of today."""
        return self.restored_on is not None and (day is None or self.restored_on <= day)
