"""Models of the portal as a whole: the revision, the audit log, sign-ins, editions, stored answers of the API."""

from django.conf import settings
from django.db import models
from django.db.models import Func
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessToken
from foundation.dates.model_fields import PastDateField
from foundation.described_choices import known_values
from foundation.postgresql.triggers import APPEND_ONLY


class Revision(models.Model):
    """The revision of the public record: one row, which triggers increment once in each transaction with changes."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(editable=False)

    class Meta:
        db_table = "revision"
        constraints = [models.CheckConstraint(name="revision_is_one_row", condition=models.Q(id=1))]

    def __str__(self):
        return str(self.number)


class AuditedEvent(models.TextChoices):
    """Event of a row, or of an account where there is no row."""

    CREATED = "created", _("Entered")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SIGN_IN_FAILED = "sign_in_failed", _("Failed to sign in")
    LOCKED_OUT = "locked_out", _("Slowed down")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    SECOND_STEP_ADDED = "second_step_added", _("Second step added")
    SECOND_STEP_REMOVED = "second_step_removed", _("Second step removed")
    ROLE_GIVEN = "role_given", _("Role given")
    ROLE_TAKEN = "role_taken", _("Role taken away")
    REFUSED = "refused", _("Refused")
    EXPORTED = "exported", _("Exported the audit")


class AuditEntry(models.Model):
    """An entry of the audit log: who did what, when, and from which request. The database refuses changes.

    Triggers write an entry for each new history row; `kind`, `row` and `line` are its model, row and history row.
    """

    What = AuditedEvent

    occurred_at = models.DateTimeField(_("when"), editable=False, db_default=Func(function="clock_timestamp"))
    what = models.CharField(_("what"), max_length=20, choices=What)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    kind = models.CharField(_("kind of row"), max_length=100, blank=True)
    row = models.BigIntegerField(_("row"), null=True, blank=True)
    line = models.BigIntegerField(_("line of its history"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    via = models.CharField(_("page or command"), max_length=300, blank=True)
    origin = models.CharField(_("origin"), max_length=12, blank=True)

    class Meta:
        db_table = "audit_entry"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit")
        ordering = ["-occurred_at", "-pk"]
        triggers = [APPEND_ONLY]
        constraints = [
            models.CheckConstraint(
                name="audit_what_known",
                condition=known_values("what", AuditedEvent),
            )
        ]
        indexes = [
            models.Index(fields=["occurred_at", "id"], name="audit_by_time"),
            models.Index(fields=["person", "occurred_at", "id"], name="audit_by_person"),
            models.Index(fields=["what", "occurred_at", "id"], name="audit_by_what"),
            models.Index(fields=["kind", "occurred_at", "id"], name="audit_by_kind"),
            models.Index(fields=["kind", "row"], name="audit_by_row"),
            models.Index(fields=["request_id"], name="audit_by_request"),
            models.Index(fields=["origin", "occurred_at", "id"], name="audit_by_origin"),
        ]

    def __str__(self):
        return f"{self.occurred_at:%Y-%m-%d %H:%M:%S} {self.get_what_display()}"


class Edition(models.Model):
    """A permanent copy of the public record: its files with their digests. Named by its day (UTC).

    The database refuses changes.
    """

    day = PastDateField(_("day"), unique=True)
    published_at = models.DateTimeField(_("published"), editable=False)
    revision = models.BigIntegerField(_("revision"))
    # A list of objects with `name`, `mediatype`, `bytes` and `sha256`, in the order of the page.
    files = models.JSONField(_("files"))
    # The number of rows by table.
    counts = models.JSONField(_("rows"))
    # By table, the numbers of rows added, removed and changed since the previous edition; null for the first.
    changes = models.JSONField(_("changes since the one before"), null=True, blank=True)

    class Meta:
        db_table = "edition"
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-day"]
        triggers = [APPEND_ONLY]

    def __str__(self):
        return self.day.isoformat()

    def get_absolute_url(self):
        return reverse("edition", args=[self.day.isoformat()])

    @property
    def size(self) -> int:
        """Return the size of all files together, in bytes."""
        return sum(file["bytes"] for file in self.files)


class IdempotencyRecord(models.Model):
    """The stored answer to an API request with an idempotency key, returned again if the request is repeated.

    It is written in the transaction of the request, and deleted after a day.
    """

    token = models.ForeignKey(AccessToken, on_delete=models.CASCADE, related_name="idempotency_records")
    key = models.CharField(_("key"), max_length=200)
    digest = models.CharField(_("digest of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("body"), blank=True)
    made_at = models.DateTimeField(_("made on"), default=timezone.now, db_index=True, editable=False)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(name="answer_once_for_a_key", fields=["token", "key"])]

    def __str__(self):
        return self.key
