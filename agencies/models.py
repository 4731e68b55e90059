from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agencies.querysets import AgencyQuerySet, MembershipQuerySet


class User(AbstractUser):
    """A person who signs in to report, to review or to run the portal."""

    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta(AbstractUser.Meta):
        ordering = ["username"]


class Agency(models.Model):
    """A member of the Global Migration Group, or a constituent under one membership (the Regional Commissions)."""

    code = models.SlugField(_("code"), max_length=20, unique=True, help_text=_("Permanent: it is part of addresses."))
    acronym = models.CharField(_("acronym"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    mandate = models.TextField(_("mandate"), blank=True)
    headquarters = models.CharField(_("headquarters"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    joined = models.DateField(_("joined"), null=True, blank=True)
    left = models.DateField(_("left"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("constituent of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="constituents",
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["position", "acronym"]
        constraints = [
            models.CheckConstraint(
                name="agency_left_after_joined",
                condition=Q(left__isnull=True) | Q(joined__isnull=True) | Q(left__gte=F("joined")),
                violation_error_message=_("An agency cannot leave before it joined."),
            ),
            models.CheckConstraint(
                name="agency_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("An agency cannot be a constituent of itself."),
            ),
        ]

    def __str__(self):
        return self.acronym

    def get_absolute_url(self):
        return reverse("agencies:detail", args=[self.code])


class ChairTerm(models.Model):
    """The days from which and to which an agency chairs the group; no two terms overlap."""

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="chair_terms")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("chair term")
        verbose_name_plural = _("chair terms")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                name="chair_term_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A chair term cannot end before it starts."),
            ),
            ExclusionConstraint(
                name="chair_terms_do_not_overlap",
                expressions=[
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message=_("Another agency chairs the group in these days."),
            ),
        ]

    def __str__(self):
        return f"{self.agency}, {self.starts_on} – {self.ends_on}"


class Membership(models.Model):
    """A person acts for an agency, from a day and until a day (an empty end is open)."""

    class Role(models.TextChoices):
        FOCAL_POINT = "focal_point", _("Focal point")
        ALTERNATE = "alternate", _("Alternate")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="memberships"
    )
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.FOCAL_POINT)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
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
                condition=Q(role__in=["focal_point", "alternate"]),
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
