"""Notifications, and the digests that tell people of them by mail."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from foundation.dates.model_fields import PastDateField
from reporting.choices import NotificationKind
from reporting.models.assessment import Answer, Assessment
from reporting.models.correction import Correction
from reporting.models.cycle import ReportingCycle
from reporting.models.report import ProgressReport
from reporting.querysets import NotificationQuerySet

# The columns that name the row of a notification, each with the relations that the name of such a row needs.
SUBJECTS = {
    "commitment": (),
    "report": ("commitment",),
    "assessment": ("commitment", "agency", "workgroup"),
    "answer": (
        "assessment__commitment__lead_agency",
        "assessment__commitment__workgroup",
        "assessment__agency",
        "assessment__workgroup",
    ),
    "cycle": (),
    "correction": ("commitment",),
}
SUBJECT_RELATIONS = [*SUBJECTS, *(f"{name}__{path}" for name, paths in SUBJECTS.items() for path in paths)]


def only(subject: str) -> Q:
    """Return the condition that, of all possible subjects, only this one is set."""
    return Q(**{f"{name}__isnull": name != subject for name in SUBJECTS})


def subject_fits_kind() -> Q:
    """Return the condition that the row that is named is one that the kind can be about."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for kind in NotificationKind:
        kinds.setdefault(kind.meaning.subjects, []).append(kind.value)
    return reduce(or_, (Q(kind__in=values) & reduce(or_, map(only, subjects)) for subjects, values in kinds.items()))


class Digest(models.Model):
    """The daily mail with all waiting notifications of a person."""

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
    """A notification that one person gets once by mail; created in the transaction of its event, sent later."""

    Kind = NotificationKind

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recipient"), on_delete=models.CASCADE, related_name="notifications"
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
    correction = models.ForeignKey(
        Correction, verbose_name=_("correction"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Distinguishes events about the same subject: the version of a row submitted twice, or the day of a reminder.
    deduplication_key = models.BigIntegerField(_("deduplication key"), default=0)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    digest = models.ForeignKey(
        Digest, verbose_name=_("digest"), on_delete=models.SET_NULL, null=True, related_name="notifications"
    )
    dropped_at = models.DateTimeField(
        _("dropped at"),
        null=True,
        editable=False,
        help_text=_("No longer true, not wanted, or no longer for this person to know."),
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                name="notification_waiting",
                fields=["recipient"],
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="notification_once",
                fields=["recipient", "kind", *SUBJECTS, "deduplication_key"],
                nulls_distinct=False,
                violation_error_message=_("This person has this notification already."),
            ),
            models.CheckConstraint(
                name="notification_subject_fits_kind",
                condition=subject_fits_kind(),
                violation_error_message=_("A notification is about the one thing that its kind names."),
            ),
            models.CheckConstraint(
                name="notification_sent_or_dropped",
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
                violation_error_message=_("A notification is sent or dropped, not both."),
            ),
            models.CheckConstraint(
                name="notification_in_digest_is_sent",
                condition=Q(digest__isnull=True) | Q(sent_at__isnull=False),
                violation_error_message=_("A notification in a digest was sent."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def subject(self):
        """Return the row that the notification is about."""
        return next(row for name in SUBJECTS if (row := getattr(self, name)))
