"""Notifications, and the digests that tell people of them by mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from foundation.dates.columns import PastDateField
from reporting.models.assessment import Answer, Assessment
from reporting.models.correction import Correction
from reporting.models.report import ProgressReport, ReportingCycle
from reporting.querysets import NotificationQuerySet

OF_CYCLES = ["cycle_opened", "due_in_14", "due_in_3", "overdue", "reminded"]
OF_REVIEW = ["submitted", "sent_back", "published"]


def only(subject: str) -> Q:
    """Return the condition that, of all possible subjects, only this one is set."""
    return Q(**{f"{name}__isnull": name != subject for name in SUBJECTS})


SUBJECTS = ("commitment", "report", "assessment", "answer", "cycle", "mistake")


class Digest(models.Model):
    """The daily mail with all waiting notices of a person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="digests"
    )
    day = PastDateField(_("day"))
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="digest_once_a_day",
                fields=["user", "day"],
                violation_error_message=_("This person already had a digest that day."),
            )
        ]

    def __str__(self):
        return f"{self.user}, {self.day}"


class Notification(models.Model):
    """A notice that one person gets once by mail; created in the transaction of its event, sent later."""

    class Kind(models.TextChoices):
        SENT_BACK = "sent_back", _("Sent back")
        OVERDUE = "overdue", _("Overdue")
        DUE_IN_3 = "due_in_3", _("Due in 3 days")
        DUE_IN_14 = "due_in_14", _("Due in 14 days")
        REMINDED = "reminded", _("Reminded by the secretariat")
        CYCLE_OPENED = "cycle_opened", _("Cycle opened")
        SUBMITTED = "submitted", _("Submitted")
        PUBLISHED = "published", _("Published")
        MISTAKE_REPORTED = "mistake_reported", _("Mistake reported")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recipient"), on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    report = models.ForeignKey(
        ProgressReport, verbose_name=_("report"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    assessment = models.ForeignKey(
        Assessment, verbose_name=_("assessment"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    answer = models.ForeignKey(Answer, verbose_name=_("answer"), on_delete=models.CASCADE, null=True, related_name="+")
    cycle = models.ForeignKey(
        ReportingCycle, verbose_name=_("reporting cycle"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    mistake = models.ForeignKey(
        Correction, verbose_name=_("mistake"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Distinguishes events about the same subject: the version of a row submitted twice, or the day of a reminder.
    occasion = models.BigIntegerField(_("occasion"), default=0)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    told_at = models.DateTimeField(_("told at"), null=True, editable=False)
    digest = models.ForeignKey(
        Digest, verbose_name=_("digest"), on_delete=models.SET_NULL, null=True, related_name="notices"
    )
    dropped_at = models.DateTimeField(
        _("dropped at"),
        null=True,
        editable=False,
        help_text=_("No longer true, not wanted, or no longer for this person to know."),
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                name="notification_waiting",
                fields=["recipient"],
                condition=Q(told_at__isnull=True, dropped_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="notification_once",
                fields=["recipient", "kind", *SUBJECTS, "occasion"],
                nulls_distinct=False,
                violation_error_message=_("This person is told of this already."),
            ),
            models.CheckConstraint(
                name="notification_subject_fits_kind",
                condition=Q(kind__in=OF_CYCLES) & only("cycle")
                | Q(kind__in=OF_REVIEW) & (only("commitment") | only("report") | only("assessment") | only("answer"))
                | Q(kind="mistake_reported") & only("mistake"),
                violation_error_message=_("A notice is about the one thing that its kind says."),
            ),
            models.CheckConstraint(
                name="notification_sent_or_dropped",
                condition=Q(told_at__isnull=True) | Q(dropped_at__isnull=True),
                violation_error_message=_("A notice is told or dropped, not both."),
            ),
            models.CheckConstraint(
                name="notification_in_digest_is_sent",
                condition=Q(digest__isnull=True) | Q(told_at__isnull=False),
                violation_error_message=_("What stands in a digest was told."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def subject(self):
        """Return the row that the notice is about."""
        return next(row for name in SUBJECTS if (row := getattr(self, name)))
