"""Memberships: who acts for which agency, and when."""

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import MembershipQuerySet
from agencies.models import Agency
from foundation.dates.model_fields import PlannedDateField
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords


class MembershipRole(models.TextChoices):
    """The role in which a person acts for an agency."""

    FOCAL_POINT = "focal_point", _("Focal point")
    ALTERNATE = "alternate", _("Alternate")


class Membership(models.Model):
    """A person acts for an agency, from a day and until a day (an empty end is open)."""

    Role = MembershipRole

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="memberships"
    )
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.FOCAL_POINT)
    starts_on = PlannedDateField(_("from"))
    ends_on = PlannedDateField(_("until"), null=True, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["agency", "user"]
        constraints = [
            models.CheckConstraint(
                name="membership_role_known",
                condition=known_values("role", MembershipRole),
                violation_error_message=_("The role is focal point or alternate."),
            ),
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A membership cannot end before it starts."),
            ),
            models.UniqueConstraint(
                name="membership_once_from_a_day",
                fields=["user", "agency", "starts_on"],
                violation_error_message=_("This person already acts for this agency from that day."),
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.agency}"
