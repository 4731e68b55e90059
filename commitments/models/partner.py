"""Partners of a commitment."""

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from commitments import triggers
from commitments.models.commitment import Commitment
from foundation.history import HistoricalRecords, HistoryAtomicSave


class Partner(HistoryAtomicSave):
    """An agency that takes part in a commitment led by another, with a description of its part."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, related_name="partners"
    )
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="partnerships")
    part = models.TextField(_("part"), blank=True, help_text=_("What this agency itself does in it."))
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        triggers = [triggers.PART_RECORDED_IN_HISTORY]
        ordering = ["agency__position", "agency__acronym"]
        constraints = [
            models.UniqueConstraint(
                name="partner_agency_once",
                fields=["commitment", "agency"],
                violation_error_message=_("This agency is already a partner."),
            )
        ]

    def __str__(self):
        return f"{self.agency} – {self.commitment.reference}"
