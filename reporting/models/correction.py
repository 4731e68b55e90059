"""Mistakes that readers report."""

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords
from reporting.querysets import CorrectionQuerySet


class CorrectionState(models.TextChoices):
    """State of a reported mistake: waiting, answered or closed."""

    OPEN = "open", _("Waiting")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class Correction(models.Model):
    """A mistake on a commitment's page that a reader reports, visible to reviewers only."""

    State = CorrectionState

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="corrections"
    )
    text = models.TextField(_("what is wrong"))
    # Personal data: both are deleted after use and excluded from the history.
    address = models.EmailField(_("mail address"), blank=True, editable=False)
    sender = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    reported_at = models.DateTimeField(_("reported at"), auto_now_add=True, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    answer = models.TextField(_("answer or reason"), blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("settled by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version", "address", "sender"])

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported mistake")
        verbose_name_plural = _("reported mistakes")
        ordering = ["reported_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="correction_state_known",
                condition=known_values("state", CorrectionState),
                violation_error_message=_("A mistake is waiting, answered or closed."),
            ),
            models.CheckConstraint(
                name="correction_has_text",
                condition=~Q(text=""),
                violation_error_message=_("Say what is wrong."),
            ),
            models.CheckConstraint(
                name="correction_settled_with_answer",
                condition=Q(state="open", answer="", settled_by__isnull=True, settled_at__isnull=True)
                | ~Q(state="open") & ~Q(answer="") & Q(settled_by__isnull=False, settled_at__isnull=False),
                violation_error_message=_("What is settled says with which words, by whom and when."),
            ),
            models.CheckConstraint(
                name="correction_address_erased_once_settled",
                condition=Q(state="open") | Q(address=""),
                violation_error_message=_("Once a mistake is settled, its reader's address is erased."),
            ),
        ]

    def __str__(self):
        return f"{self.commitment.reference}: {self.get_state_display()}"
