"""Agencies and the names that they had before."""

from datetime import date

from concurrency.fields import AutoIncVersionField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.names_of_day import former_name_of
from agencies.querysets import AgencyQuerySet, FormerNameQuerySet
from foundation.clock import today
from foundation.dates.model_fields import PastDateField, PlannedDateField
from foundation.dates.parsing import format_date
from foundation.history import HistoricalRecords
from foundation.public_fields import PERMANENT
from foundation.text.web_addresses import AddressField


class Agency(models.Model):
    """A member of the Global Migration Group, or a constituent under one membership (the Regional Commissions)."""

    code = models.SlugField(_("code"), max_length=20, unique=True, help_text=PERMANENT)
    acronym = models.CharField(_("acronym"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    mandate = models.TextField(_("mandate"), blank=True)
    headquarters = models.CharField(_("headquarters"), max_length=100, blank=True)
    website = AddressField(_("website"), blank=True)
    joined = PastDateField(
        _("joined"),
        null=True,
        blank=True,
        help_text=_("Its first day as a member; empty where it is not known: it then counts as one from the start."),
    )
    left = PlannedDateField(
        _("left"), null=True, blank=True, help_text=_("Its last day as a member; empty while it is one.")
    )
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
    bears_former_name = False  # set on rows read inside `names_on()`

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

    def save(self, *args, **kwargs):
        if self.bears_former_name:
            raise ValueError("This agency was read with the name of a past day, and cannot be saved.")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("agencies:detail", args=[self.code])

    @classmethod
    def from_db(cls, db, field_names, values):
        """Load an agency; inside `names_on(day)` with its name of that day."""
        agency = super().from_db(db, field_names, values)
        if former_name := former_name_of(agency.pk):
            agency.acronym, agency.name = former_name.acronym, former_name.name
            agency.bears_former_name = True
        return agency

    def has_joined_by(self, day: date) -> bool:
        """Return whether it had joined the group by a day; True if its first day is unknown."""
        return self.joined is None or self.joined <= day

    def has_left_by(self, day: date) -> bool:
        """Return whether it had left the group before a day."""
        return self.left is not None and self.left < day

    def belongs_on(self, day: date) -> bool:
        """Return whether it is in the group on a day, as a member or a constituent of one."""
        return self.has_joined_by(day) and not self.has_left_by(day)


class FormerName(models.Model):
    """A name of an agency until a day, from the day after its previous former name."""

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="former_names")
    acronym = models.CharField(_("acronym"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    until = PastDateField(_("until"), help_text=_("The last day on which the agency bore this name."))
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where the change of name is recorded.")
    )
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = FormerNameQuerySet.as_manager()

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ["agency", "-until"]
        constraints = [
            models.UniqueConstraint(
                name="former_name_once_until_a_day",
                fields=["agency", "until"],
                violation_error_message=_("This agency has a former name until that day already."),
            ),
            models.CheckConstraint(
                name="former_name_not_empty",
                condition=~Q(acronym="") & ~Q(name=""),
                violation_error_message=_("A former name has both an acronym and a name."),
            ),
        ]

    def __str__(self):
        return self.acronym

    def clean(self):
        """Refuse today, as the name is still in use until its end; the field refuses future days."""
        super().clean()
        if self.until == today():
            message = _("%(day)s has not passed yet: a former name was borne until yesterday at the latest.")
            raise ValidationError({"until": message % {"day": format_date(self.until)}})
