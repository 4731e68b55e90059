"""Evidence of a report: links, documents and files."""

from datetime import date
from pathlib import PurePath

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.dates.conditions import paired
from foundation.dates.model_fields import PastDateField
from foundation.dates.partial import PartialDate, Precision, partial_date
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords
from foundation.text.web_addresses import AddressField
from reporting import triggers
from reporting.choices import EvidenceKind, LinkCheckOutcome
from reporting.evidence import FileType, check_file, evidence_path, label_of, storage, type_of
from reporting.models.report import ProgressReport
from reporting.querysets import EvidenceQuerySet


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
        """Return whether its link was last checked after a day (UTC); False for None, which means today."""
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
