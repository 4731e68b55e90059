"""Assessments of commitments, and the answers of their leads."""

from concurrency.fields import AutoIncVersionField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from commitments.models.commitment import Commitment
from commitments.workflow import Reviewed
from foundation.described_choices import known_values
from foundation.history import HistoricalRecords
from foundation.text.web_addresses import LocationField
from reporting import choices, triggers
from reporting.choices import AssessmentFinding
from reporting.models.report import ProgressReport
from reporting.querysets import AnswerQuerySet, AssessmentQuerySet
from workgroups.models import WorkGroup


class Assessment(Reviewed):
    """An assessment of a commitment by somebody other than its lead; it never changes the status."""

    AssessorKind = choices.AssessorKind

    Finding = AssessmentFinding

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="assessments"
    )
    report = models.ForeignKey(
        ProgressReport,
        verbose_name=_("about the report"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
    )
    assessor_kind = models.CharField(_("kind of assessor"), max_length=20, choices=AssessorKind)
    agency = models.ForeignKey(
        Agency,
        verbose_name=_("assessing agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
    )
    workgroup = models.ForeignKey(
        WorkGroup,
        verbose_name=_("assessing work group"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
    )
    assessor_name = models.CharField(_("independent assessor"), max_length=200, blank=True)
    assessor_key = models.GeneratedField(
        expression=Concat(
            "assessor_kind",
            Value(":"),
            Coalesce("agency_id", "workgroup_id", Value(0), output_field=models.BigIntegerField()),
            Value(":"),
            "assessor_name",
            output_field=models.CharField(max_length=250),
        ),
        output_field=models.CharField(max_length=250),
        db_persist=True,
    )
    finding = models.CharField(_("finding"), max_length=20, choices=Finding)
    text = models.TextField(_("assessment"))
    source_title = models.CharField(_("source title"), max_length=500, blank=True)
    source_location = LocationField(_("source address or symbol"), blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(
        excluded_fields=["version", "updated_at", "assessor_key", "involved_agencies", "reviewer_agencies"]
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-published_on", "-pk"]
        triggers = [
            triggers.PUBLISHED_ASSESSMENT_IS_FIXED,
            triggers.ASSESSMENT_INDEPENDENT,
            triggers.REVIEWED_BY_SOMEBODY,
        ]
        constraints = [
            *Reviewed.Meta.constraints,
            models.CheckConstraint(
                name="assessment_never_withdrawn",
                condition=~Q(state="withdrawn"),
                violation_error_message=_("A published assessment stands: a later one replaces it."),
            ),
            models.CheckConstraint(
                name="assessment_one_assessor",
                condition=Q(assessor_kind="peer_agency", agency__isnull=False, workgroup__isnull=True, assessor_name="")
                | Q(assessor_kind="group_lead", agency__isnull=True, workgroup__isnull=False, assessor_name="")
                | Q(assessor_kind="independent", agency__isnull=True, workgroup__isnull=True) & ~Q(assessor_name=""),
                violation_error_message=_(
                    "A peer agency names the agency, a working-group lead the group, an independent assessor itself."
                ),
            ),
            models.CheckConstraint(
                name="assessment_finding_known",
                condition=known_values("finding", AssessmentFinding),
                violation_error_message=_("The finding is agrees, agrees in part or disagrees."),
            ),
        ]

    def __str__(self):
        return f"{self.assessor} – {self.commitment.reference}"

    @property
    def assessor(self) -> str:
        return str(self.agency or self.workgroup or self.assessor_name)


class Answer(Reviewed):
    """A public answer of the lead to an assessment; a later answer adds to it."""

    assessment = models.ForeignKey(
        Assessment, verbose_name=_("assessment"), on_delete=models.PROTECT, related_name="answers"
    )
    text = models.TextField(_("answer"))
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version", "updated_at", "involved_agencies", "reviewer_agencies"])

    objects = AnswerQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = _("answer to an assessment")
        verbose_name_plural = _("answers to assessments")
        ordering = ["-published_on", "-pk"]
        triggers = [
            triggers.PUBLISHED_ANSWER_IS_FIXED,
            triggers.ANSWER_INDEPENDENT,
            triggers.REVIEWED_BY_SOMEBODY,
        ]
        constraints = [
            *Reviewed.Meta.constraints,
            models.CheckConstraint(
                name="answer_never_withdrawn",
                condition=~Q(state="withdrawn"),
                violation_error_message=_("A published answer stands: a later one adds to it."),
            ),
            models.UniqueConstraint(
                name="answer_one_in_hand",
                fields=["assessment"],
                condition=~Q(state="published"),
                violation_error_message=_("An answer to this assessment is already being written or reviewed."),
            ),
        ]

    def __str__(self):
        return f"{self.commitment.lead} → {self.assessment}"

    @property
    def commitment(self) -> Commitment:
        return self.assessment.commitment
