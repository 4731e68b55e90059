"""Stakeholders: bodies outside the group that take part in commitments."""

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.utils.translation import gettext_lazy as _

from commitments.choices import StakeholderKind
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords


class Stakeholder(models.Model):
    """A body outside the group that takes part in a commitment."""

    Kind = StakeholderKind

    name = models.CharField(_("name"), max_length=200, unique=True)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="stakeholder_kind_known",
                condition=known_values("kind", StakeholderKind),
                violation_error_message=_("This kind of stakeholder is not known."),
            )
        ]

    def __str__(self):
        return self.name
