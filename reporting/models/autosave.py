"""Unsaved contents of forms."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from foundation.described_choices import known_values
from reporting.models.assessment import Assessment
from reporting.querysets import AutosavedFormQuerySet


class FormName(models.TextChoices):
    """The forms that are saved while they are filled in."""

    COMMITMENT = "commitment", _("Commitment")
    REPORT = "progressreport", _("Progress report")
    ASSESSMENT = "assessment", _("Assessment")
    ANSWER = "answer", _("Answer")


# The column that holds the row to which a new row belongs, by form; a new commitment belongs to none.
PARENTS = {FormName.REPORT: "commitment", FormName.ASSESSMENT: "commitment", FormName.ANSWER: "assessment"}


class AutosavedForm(models.Model):
    """The unsaved contents of a person's form, as the browser would send them."""

    Form = FormName

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("typed by"), on_delete=models.CASCADE, related_name="autosaved_forms"
    )
    form = models.CharField(_("form"), max_length=20, choices=Form)
    row = models.PositiveBigIntegerField(_("row"), null=True, blank=True, help_text=_("Empty for a new one."))
    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("about the commitment"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="autosaved_forms",
        help_text=_("Of a new row whose form was opened for a commitment."),
    )
    assessment = models.ForeignKey(
        Assessment,
        verbose_name=_("about the assessment"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="autosaved_forms",
        help_text=_("Of a new answer whose form was opened for an assessment."),
    )
    version = models.PositiveBigIntegerField(_("typed upon version"), null=True, blank=True)
    fields = models.JSONField(_("fields"), default=dict)
    window = models.CharField(_("window"), max_length=40, blank=True)
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now, editable=False)

    objects = AutosavedFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("autosaved form")
        verbose_name_plural = _("autosaved forms")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                name="autosaved_form_once",
                fields=["user", "form", "row", "commitment", "assessment"],
                nulls_distinct=False,
                violation_error_message=_("A form is autosaved once for each person."),
            ),
            models.CheckConstraint(
                name="autosaved_form_known",
                condition=known_values("form", FormName),
                violation_error_message=_("This form is not autosaved."),
            ),
            models.CheckConstraint(
                name="autosaved_form_parent_of_new",
                condition=Q(row__isnull=True, version__isnull=True)
                | Q(row__isnull=False, commitment__isnull=True, assessment__isnull=True),
                violation_error_message=_("A saved row has a version; only a new one has the row to which it belongs."),
            ),
            models.CheckConstraint(
                name="autosaved_form_one_parent",
                condition=Q(commitment__isnull=True) | Q(assessment__isnull=True),
                violation_error_message=_("A new row belongs to a commitment or to an assessment."),
            ),
        ]

    def __str__(self):
        return f"{self.get_form_display()}: {self.user}"

    @property
    def parent(self) -> Commitment | Assessment | None:
        """Return the row to which a new row belongs; None for a saved one, or if its form was opened for none."""
        return self.commitment or self.assessment
