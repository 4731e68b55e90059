"""Progress reports: what the lead says of a commitment in a period."""

from uuid import uuid4

from concurrency.fields import AutoIncVersionField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from commitments.choices import Outlook, Status
from commitments.models.commitment import Commitment
from commitments.rules import discontinued_with_reason, successor_only_if_superseded, superseded_with_successor
from commitments.workflow import Reviewed, State
from foundation.dates.model_fields import PastDateField
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords
from reporting import triggers
from reporting.models.cycle import ReportingCycle
from reporting.querysets import ProgressReportQuerySet
from reporting.rules import report as rules


class ProgressReport(Reviewed):
    """A report of the lead on a period, expected by a cycle or written without one."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="reports"
    )
    cycle = models.ForeignKey(
        ReportingCycle,
        verbose_name=_("reporting cycle"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    on_behalf_of = models.ForeignKey(
        Agency, verbose_name=_("on behalf of"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    number = models.PositiveIntegerField(
        _("number"), null=True, blank=True, editable=False, help_text=_("Within the commitment, by publication.")
    )
    # The identifier of a report without a number for agencies' own systems. The database generates it.
    draft_code = models.UUIDField(default=uuid4, db_default=RandomUUID(), unique=True, editable=False)
    period_start = PastDateField(_("period from"), null=True, blank=True)
    period_end = PastDateField(_("period until"), null=True, blank=True)
    status = models.CharField(_("proposed status"), max_length=30, choices=Status, blank=True)
    status_reason = models.TextField(
        _("reason"), blank=True, help_text=_("Required when the commitment is discontinued.")
    )
    superseded_by = models.ForeignKey(
        Commitment,
        verbose_name=_("superseded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Required when the commitment is superseded."),
    )
    outlook = models.CharField(_("outlook"), max_length=20, choices=Outlook, default=Outlook.NOT_ASSESSED)
    achieved = models.TextField(_("achieved"), blank=True)
    barriers = models.TextField(_("barriers"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(
        excluded_fields=["draft_code", "version", "updated_at", "involved_agencies", "reviewer_agencies"]
    )

    objects = ProgressReportQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-published_on", "-pk"]
        triggers = [
            triggers.PUBLISHED_REPORT_IS_FIXED,
            triggers.SEARCH_OF_REPORT,
            triggers.REPORT_GIVES_STATUS,
            triggers.REPORT_INDEPENDENT,
            triggers.REVIEWED_BY_SOMEBODY,
        ]
        constraints = [
            *Reviewed.Meta.constraints,
            models.UniqueConstraint(
                name="report_once_per_cycle",
                fields=["commitment", "cycle"],
                violation_error_message=_("This commitment already has its report in this cycle."),
            ),
            models.UniqueConstraint(
                name="report_number_once",
                fields=["commitment", "number"],
                violation_error_message=_("This commitment already has a report with this number."),
            ),
            models.CheckConstraint(
                name="report_numbered_when_published",
                condition=Q(state="published", number__isnull=False) | ~Q(state="published") & Q(number__isnull=True),
                violation_error_message=_("A report gets its number when it is published."),
            ),
            models.CheckConstraint(
                name="report_never_withdrawn",
                condition=~Q(state="withdrawn"),
                violation_error_message=_("A published report stands: a later one corrects it."),
            ),
            models.CheckConstraint(
                name="report_status_known",
                condition=known_values("status", Status) | Q(status="", state__in=State.open()),
                violation_error_message=rules.status_chosen.sentence,
            ),
            models.CheckConstraint(
                name="report_outlook_known",
                condition=known_values("outlook", Outlook),
                violation_error_message=_("This outlook is not known."),
            ),
            models.CheckConstraint(
                name="report_discontinued_with_reason",
                condition=~Q(status="discontinued") | ~Q(status_reason=""),
                violation_error_message=discontinued_with_reason.sentence,
            ),
            models.CheckConstraint(
                name="report_superseded_with_successor",
                condition=~Q(status="superseded")
                | (Q(superseded_by__isnull=False) & ~Q(superseded_by=F("commitment"))),
                violation_error_message=superseded_with_successor.sentence,
            ),
            models.CheckConstraint(
                name="report_successor_where_superseded",
                condition=~Q(state="published") | Q(status="superseded") | Q(superseded_by__isnull=True),
                violation_error_message=successor_only_if_superseded.sentence,
            ),
            models.CheckConstraint(
                name="report_period_in_order",
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_end__gte=F("period_start")),
                violation_error_message=_("A period cannot end before it starts."),
            ),
        ]

    def __str__(self):
        day = self.published or self.get_state_display()
        return f"{self.commitment.reference} – {day}"

    def get_absolute_url(self):
        return f"{self.commitment.get_absolute_url()}#report-{self.number}"

    @property
    def reference(self) -> str:
        """Return the public identifier of a published report: 'HLD-0001-2'."""
        return f"{self.commitment.reference}-{self.number}"
