"""Invitations by mail."""

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import InvitationQuerySet
from agencies.models import Agency
from foundation.history import HistoricalRecords


class InvitationRole(models.TextChoices):
    """The role that a new account gets. Roles for an agency make a membership of it."""

    FOCAL_POINT = "focal_point", _("Focal point")
    ALTERNATE = "alternate", _("Alternate")
    SECRETARIAT = "secretariat", _("Secretariat")
    ADMINISTRATOR = "administrator", _("Administrator")


FOR_AGENCY = (InvitationRole.FOCAL_POINT.value, InvitationRole.ALTERNATE.value)
WITHOUT_AGENCY = tuple(role for role in InvitationRole.values if role not in FOR_AGENCY)


class Invitation(models.Model):
    """An invitation by mail, with a link that creates one account with a role."""

    Role = InvitationRole

    FOR_AGENCY = FOR_AGENCY

    email = models.EmailField(_("mail address"))
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.FOCAL_POINT)
    agency = models.ForeignKey(
        Agency,
        verbose_name=_("agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        help_text=_("For a focal point or an alternate; empty for the secretariat and administrators."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)  # of the link's secret, which is not stored
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made on"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent on"), editable=False)
    expires_at = models.DateTimeField(_("good until"), editable=False)
    accepted_at = models.DateTimeField(_("accepted on"), null=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("accepted by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    revoked_at = models.DateTimeField(_("revoked on"), null=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["digest", "version"])

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                name="invitation_agency_with_its_roles",
                condition=Q(role__in=FOR_AGENCY, agency__isnull=False)
                | Q(role__in=WITHOUT_AGENCY, agency__isnull=True),
                violation_error_message=_(
                    "A focal point or an alternate acts for an agency: choose it. The secretariat and administrators"
                    " act for none: leave it empty."
                ),
            ),
            models.CheckConstraint(
                name="invitation_expires_after_sending",
                condition=Q(expires_at__gt=F("sent_at")),
                violation_error_message=_("An invitation is good for some time after it is sent."),
            ),
            models.CheckConstraint(
                name="invitation_accepted_by_somebody_at_a_time",
                condition=Q(accepted_by__isnull=True) | Q(accepted_at__isnull=False),
                violation_error_message=_("Whoever accepted an invitation did so at some time."),
            ),
            models.CheckConstraint(
                name="invitation_accepted_or_revoked",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                violation_error_message=_("An invitation that is accepted cannot be revoked."),
            ),
            models.UniqueConstraint(
                name="invitation_open_once_for_an_address",
                fields=["email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                violation_error_message=_(
                    "This address has an invitation already, which was not accepted yet: send that one anew, or"
                    " revoke it."
                ),
            ),
        ]

    def __str__(self):
        return self.email

    @property
    def is_open(self) -> bool:
        """Return whether it is neither accepted nor revoked; it may have expired."""
        return self.accepted_at is None and self.revoked_at is None

    @property
    def has_expired(self) -> bool:
        return self.is_open and self.expires_at <= timezone.now()

    @property
    def status_label(self) -> str:
        if self.accepted_at:
            return _("Accepted")
        if self.revoked_at:
            return _("Revoked")
        return _("Expired") if self.has_expired else _("Open")
