"""Working groups and task forces, the agencies in them, and work plans."""

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from foundation.dates.model_fields import PlannedDateField
from foundation.described_choices import DescribedChoices, Meaning, known_values
from foundation.history import HistoricalRecords
from foundation.public_fields import PERMANENT
from workgroups.querysets import ParticipationQuerySet


class WorkGroupKind(DescribedChoices):
    """Working groups have co-chairs, task forces co-conveners."""

    WORKING_GROUP = "working_group", _("Working group"), Meaning(_("A standing working group."))
    TASK_FORCE = "task_force", _("Task force"), Meaning(_("A task force on one subject."))


class WorkGroup(models.Model):
    """A working group or task force of the Global Migration Group."""

    Kind = WorkGroupKind

    slug = models.SlugField(_("slug"), max_length=40, unique=True, help_text=PERMANENT)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    mandate = models.TextField(_("mandate"), blank=True)
    agencies = models.ManyToManyField(
        Agency, verbose_name=_("agencies"), through="Participation", related_name="workgroups"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("work group")
        verbose_name_plural = _("work groups")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                name="workgroup_kind_known",
                condition=known_values("kind", WorkGroupKind),
                violation_error_message=_("The kind is working group or task force."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("workgroups:detail", args=[self.slug])


class ParticipationRole(DescribedChoices):
    """An agency's part in a group. `querysets.LEADING_ROLES` names those that lead it."""

    CO_CHAIR = "co_chair", _("Co-chair"), Meaning(_("One of those who chair the group together."))
    CO_CONVENER = "co_convener", _("Co-convener"), Meaning(_("One of those who convene the group together."))
    MEMBER = "member", _("Member"), Meaning(_("A member of the group that does not lead it."))


class Participation(models.Model):
    """An agency's part in a work group; it leads as co-chair (working group) or co-convener (task force)."""

    Role = ParticipationRole

    workgroup = models.ForeignKey(
        WorkGroup, verbose_name=_("work group"), on_delete=models.CASCADE, related_name="participations"
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="participations"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.MEMBER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["workgroup", "position", "agency"]
        constraints = [
            models.UniqueConstraint(
                name="participation_agency_once",
                fields=["workgroup", "agency"],
                violation_error_message=_("This agency is already in this group."),
            ),
            models.CheckConstraint(
                name="participation_role_known",
                condition=known_values("role", ParticipationRole),
                violation_error_message=_("The role is co-chair, co-convener or member."),
            ),
        ]

    def __str__(self):
        return f"{self.agency} – {self.workgroup}"


class WorkPlan(models.Model):
    """A multi-annual work plan of the group."""

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    starts_on = PlannedDateField(_("starts on"))
    ends_on = PlannedDateField(_("ends on"))
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("work plan")
        verbose_name_plural = _("work plans")
        ordering = ["starts_on", "slug"]
        constraints = [
            models.CheckConstraint(
                name="work_plan_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A work plan cannot end before it starts."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{reverse('workgroups:list')}#{self.slug}"
