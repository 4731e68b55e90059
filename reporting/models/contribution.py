"""The partners' own texts in reports."""

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from foundation.history import HistoricalRecords
from reporting import triggers
from reporting.models.report import ProgressReport
from reporting.querysets import ContributionQuerySet
from reporting.rules.report import says_what_the_partner_did


class Contribution(models.Model):
    """A partner's own text in the report on a joint commitment, which the lead cannot change."""

    # PROTECT: a draft with a partner's contribution cannot be deleted.
    report = models.ForeignKey(
        ProgressReport, verbose_name=_("report"), on_delete=models.PROTECT, related_name="contributions"
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="contributions"
    )
    text = models.TextField(_("part"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version", "updated_at"])

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner’s part")
        verbose_name_plural = _("partners’ parts")
        ordering = ["agency__position", "agency__acronym"]
        triggers = [triggers.PUBLISHED_CONTRIBUTION_IS_FIXED, triggers.CONTRIBUTION_OF_A_PARTNER]
        constraints = [
            models.UniqueConstraint(
                name="contribution_once_per_agency",
                fields=["report", "agency"],
                violation_error_message=_("This partner has already written its part."),
            ),
            models.CheckConstraint(
                name="contribution_says_something",
                condition=~Q(text=""),
                violation_error_message=says_what_the_partner_did.sentence,
            ),
        ]

    def __str__(self):
        return f"{self.agency} – {self.report}"
