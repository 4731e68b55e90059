"""Recommendations of February 2014, each whole or a part of another."""

from concurrency.fields import AutoIncVersionField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agenda.models import AgendaPoint
from foundation.described_choices import DescribedChoices, Meaning, known_values
from foundation.history import HistoryWithSets
from foundation.public_fields import PERMANENT
from recommendations.querysets import RecommendationQuerySet


class RecommendationLevel(DescribedChoices):
    """The levels at which the presentation directs its recommendations."""

    GOVERNANCE = "governance", _("Governance level"), Meaning(_("How the group itself works."))
    POLICY = "policy", _("Policy level"), Meaning(_("Policies on migration."))
    OPERATIONAL = "operational", _("Operational level"), Meaning(_("What is done on the ground."))
    POST_2015 = (
        "post_2015",
        _("Post-2015 UN development agenda"),
        Meaning(_("The United Nations development agenda after 2015.")),
    )

    def get_absolute_url(self) -> str:
        """Return the address of the level's section on the page of all recommendations."""
        return f"{reverse('recommendations:list')}#{self.value}"


class Recommendation(models.Model):
    """A recommendation of the group of February 2014, in its official wording, at one of four levels."""

    Level = RecommendationLevel

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+-[0-9]+[a-z]?\Z", _("A code looks like GOV-1 or P15-1a."))],
        help_text=PERMANENT,
    )
    level = models.CharField(_("level"), max_length=20, choices=Level)
    text = models.TextField(_("text"), help_text=_("Official wording."))
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    agenda_points = models.ManyToManyField(
        AgendaPoint,
        verbose_name=_("related points"),
        blank=True,
        related_name="recommendations",
        help_text=_("An editorial reading: the presentation draws no such link."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    version = AutoIncVersionField()
    history = HistoryWithSets(excluded_fields=["version"], m2m_fields=[agenda_points])

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="recommendation_level_known",
                condition=known_values("level", RecommendationLevel),
                violation_error_message=_("The level is governance, policy, operational or post-2015."),
            ),
            models.CheckConstraint(
                name="recommendation_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("A recommendation cannot be a part of itself."),
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("recommendations:detail", args=[self.code])


class RecommendationPoint(Recommendation.agenda_points.through):
    """The row that ties a recommendation to a point: a model for the sake of its triggers alone."""

    class Meta:
        proxy = True
        default_permissions = ()
