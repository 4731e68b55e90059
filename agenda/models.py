"""The agenda and what it is compared with: points, frameworks, alignments, statements, events."""

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agenda.querysets import EventQuerySet
from foundation.dates.model_fields import PastDateField, PlannedDateField
from foundation.described_choices import DescribedChoices, Meaning, known_values
from foundation.history import HistoricalRecords
from foundation.public_fields import PERMANENT
from foundation.text.web_addresses import AddressField


class AgendaPoint(models.Model):
    """A point of the Secretary-General's eight-point agenda for action (A/68/190)."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True, help_text=PERMANENT)
    title = models.CharField(_("title"), max_length=200)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("agenda point")
        verbose_name_plural = _("agenda points")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="agenda_point_number_from_one",
                condition=Q(number__gte=1),
                violation_error_message=_("Points are numbered from 1."),
            )
        ]

    def __str__(self):
        return f"{self.number}. {self.title}"

    def get_absolute_url(self):
        return reverse("agenda:detail", args=[self.number])


class Framework(models.Model):
    """A document compared with the agenda: a column of the convergence table."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    symbol = models.CharField(_("symbol"), max_length=60, blank=True)
    adopted_on = PastDateField(_("adopted on"), null=True, blank=True)
    link = AddressField(_("link"), blank=True)
    is_base = models.BooleanField(
        _("is the agenda itself"), default=False, help_text=_("The document whose points are the rows of the table.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                name="framework_one_base",
                fields=["is_base"],
                condition=Q(is_base=True),
                violation_error_message=_("Another framework is already the base of the table."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{reverse('agenda:convergence')}#{self.code}"


class AlignmentStrength(DescribedChoices):
    """Strength with which a framework supports a point; TICKED where only the presentation's tick is known."""

    EXPLICIT = "explicit", _("Explicit"), Meaning(_("It speaks of the point outright."))
    PARTIAL = "partial", _("Partial"), Meaning(_("It touches a part of the point."))
    SILENT = "silent", _("Silent"), Meaning(_("It says nothing of the point."))
    TICKED = (
        "ticked",
        _("Ticked: the source says only that they converge"),
        Meaning(_("The source says only that the two converge.")),
    )


class Alignment(models.Model):
    """A cell of the convergence table: how a framework treats an agenda point."""

    Strength = AlignmentStrength

    framework = models.ForeignKey(
        Framework, verbose_name=_("framework"), on_delete=models.CASCADE, related_name="alignments"
    )
    point = models.ForeignKey(
        AgendaPoint, verbose_name=_("agenda point"), on_delete=models.CASCADE, related_name="alignments"
    )
    strength = models.CharField(_("strength"), max_length=10, choices=Strength)
    quote = models.TextField(_("passage"), blank=True)
    paragraph = models.CharField(_("paragraph"), max_length=20, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("alignment")
        verbose_name_plural = _("alignments")
        ordering = ["point", "framework"]
        constraints = [
            models.UniqueConstraint(
                name="alignment_once_per_cell",
                fields=["framework", "point"],
                violation_error_message=_("This cell of the convergence table is already filled."),
            ),
            models.CheckConstraint(
                name="alignment_strength_known",
                condition=known_values("strength", AlignmentStrength),
                violation_error_message=_("The strength is explicit, partial, silent or ticked."),
            ),
        ]

    def __str__(self):
        return f"{self.framework} × {self.point}"


class StatementSection(models.TextChoices):
    """The sections of the presentation of February 2014, under its own headings."""

    MANDATE = "mandate", _("Mandate")
    VISION = "vision_2014", _("Vision for 2014")
    OBJECTIVES = "objectives_2014", _("Objectives for 2014")
    HLD = "gmg_and_the_hld", _("The group and the Dialogue")
    ONGOING_WORK = "ongoing_work", _("Ongoing work")
    ROAD_AHEAD = "road_ahead", _("The road ahead")


class Statement(models.Model):
    """A numbered line of the group's self-description in the presentation of February 2014."""

    Section = StatementSection

    section = models.CharField(_("section"), max_length=20, choices=Section)
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.TextField(_("text"))
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["section", "position"]
        constraints = [
            models.UniqueConstraint(
                name="statement_once_per_position",
                fields=["section", "position"],
                violation_error_message=_("This position in the section is already taken."),
            ),
            models.CheckConstraint(
                name="statement_section_known",
                condition=known_values("section", StatementSection),
                violation_error_message=_("This section is not one of the presentation's."),
            ),
        ]

    def __str__(self):
        return f"{self.get_section_display()} {self.position}"


class Event(models.Model):
    """A dated meeting or adoption on the timeline."""

    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    starts_on = PlannedDateField(_("starts on"))
    ends_on = PlannedDateField(_("ends on"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    link = AddressField(_("link"), blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_on", "slug"]
        constraints = [
            models.CheckConstraint(
                name="event_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("An event cannot end before it starts."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{reverse('timeline')}#{self.slug}"
