"""Reporting cycles, progress reports, their evidence, and the changes of status that they make."""

from datetime import date
from pathlib import PurePath
from uuid import uuid4

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from commitments.choices import Outlook, Status
from commitments.models.commitment import Commitment
from commitments.rules import discontinued_with_reason, successor_only_if_superseded, superseded_with_successor
from commitments.workflow import Reviewed, State
from foundation.dates.columns import PastDateField, PlannedDateField
from foundation.dates.conditions import paired
from foundation.dates.partial import PartialDate, Precision, partial_date
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords
from foundation.text.web_addresses import AddressField
from reporting import triggers
from reporting.choices import EvidenceKind, LinkCheckOutcome
from reporting.evidence import FileType, check_file, evidence_path, label_of, storage, type_of
from reporting.querysets import EvidenceQuerySet, ProgressReportQuerySet, ReportingCycleQuerySet, StatusChangeQuerySet
from reporting.rules import report as rules

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


class Evidence(models.Model):
    """A link, document or file that backs a report."""

    Kind = EvidenceKind

    LinkCheck = LinkCheckOutcome

    report = models.ForeignKey(
        ProgressReport, verbose_name=_("report"), on_delete=models.CASCADE, related_name="evidence"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.WEB_PAGE)
    title = models.CharField(_("title"), max_length=500)
    url = AddressField(_("address"), blank=True)
    symbol = models.CharField(_("document symbol"), max_length=200, blank=True)
    file = models.FileField(
        _("file"),
        upload_to=evidence_path,
        validators=[check_file],
        blank=True,
        help_text=_("PDF, DOCX, XLSX, PNG or JPEG, at most 25 MB."),
    )
    file_size = models.PositiveIntegerField(_("size of the file"), null=True, blank=True, editable=False)
    file_digest = models.CharField(_("digest of the file"), max_length=64, blank=True, editable=False)
    is_public = models.BooleanField(
        _("public"), default=True, help_text=_("Evidence that is not public is seen by reviewers alone.")
    )
    issued_on = PastDateField(_("issued"), null=True, blank=True)
    issued_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    seen_on = PastDateField(_("seen on"), null=True, blank=True)
    link_check = models.CharField(_("last link check"), max_length=10, choices=LinkCheck, blank=True, editable=False)
    link_checked_at = models.DateTimeField(_("link checked at"), null=True, blank=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["report", "pk"]
        triggers = [triggers.PUBLISHED_EVIDENCE_IS_FIXED]
        constraints = [
            models.CheckConstraint(
                name="evidence_kind_known",
                condition=known_values("kind", EvidenceKind),
                violation_error_message=_("This kind of evidence is not known."),
            ),
            models.CheckConstraint(
                name="evidence_can_be_found",
                condition=~Q(url="") | ~Q(symbol="") | ~Q(file=""),
                violation_error_message=_("Evidence needs an address, a document symbol or a file."),
            ),
            models.CheckConstraint(
                name="evidence_address_normalized",
                condition=Q(url="") | Q(url__regex=r"^https?://[^/?#\sA-Z]+([/?#]|$)"),
                violation_error_message=_("An address begins with http:// or https:// and a host in small letters."),
            ),
            models.CheckConstraint(
                name="evidence_issued_with_precision",
                condition=paired("issued_on", "issued_precision"),
                violation_error_message=_("The day of issue comes with its precision."),
            ),
            models.CheckConstraint(
                name="evidence_link_check_known",
                condition=Q(link_check="", link_checked_at__isnull=True)
                | Q(
                    link_check__in=[value for value in LinkCheckOutcome.values if value], link_checked_at__isnull=False
                ),
                violation_error_message=_("A link check has its outcome and its moment."),
            ),
            models.CheckConstraint(
                name="evidence_file_described",
                condition=Q(file_size__isnull=True, file_digest="")
                | ~Q(file="") & Q(file_size__gt=0, file_digest__regex="^[0-9a-f]{64}$"),
                violation_error_message=_("Size and digest are those of a file, and stand together."),
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        storage.record_size_and_digest(self)
        with storage.file_saved_with_row(self):
            super().save(*args, **kwargs)

    @property
    def issued(self) -> PartialDate | None:
        return partial_date(self.issued_on, self.issued_precision)

    def seen_by(self, day: date | None) -> date | None:
        """Return the day on which it was seen, if that is known at the end of a day (UTC); None asks of today."""
        return self.seen_on if self.seen_on and (day is None or self.seen_on <= day) else None

    def is_link_checked_after(self, day: date | None) -> bool:
        """Return whether its link was last checked after a day (UTC); never after None, which stands for today."""
        return bool(day and self.link_checked_at and self.link_checked_at.date() > day)

    @property
    def file_name(self) -> str:
        """Return the random part of the file's name, used in its address."""
        return PurePath(self.file.name).stem

    @property
    def file_type(self) -> FileType | None:
        return type_of(self.file.name) if self.file else None

    @property
    def file_label(self) -> str:
        """Return the label of the file: 'PDF, 1.2 MB'; '' if there is no file."""
        return label_of(self.file.name, self.file_size) if self.file else ""


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
