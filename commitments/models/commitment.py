"""Commitments, and the rows that tie them to agenda points, recommendations and stakeholders."""

from datetime import date

from concurrency.fields import AutoIncVersionField
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments import rules, triggers
from commitments.choices import (
    CommitmentConfidence,
    CommitmentKind,
    CommitmentScope,
    Outlook,
    Status,
)
from commitments.models.stakeholder import Stakeholder
from commitments.querysets import CommitmentQuerySet
from commitments.workflow import Reviewed, State
from foundation.dates.conditions import not_before, paired
from foundation.dates.model_fields import PastDateField, PlannedDateField
from foundation.dates.partial import PartialDate, Precision, partial_date
from foundation.described_choices import known_values
from foundation.history import HistoryAtomicSave, HistoryWithSets
from foundation.text.web_addresses import LocationField, is_web_address
from recommendations.models import Recommendation
from workgroups.models import WorkGroup, WorkPlan

PLACE_LENGTH = 100  # characters of one place


class Commitment(HistoryAtomicSave, Reviewed):
    """Something that an agency or a work group undertook to do."""

    Kind = CommitmentKind

    Scope = CommitmentScope

    Confidence = CommitmentConfidence

    reference = models.CharField(
        _("reference"),
        max_length=20,
        unique=True,
        editable=False,
        db_default=Func(function="commitments_next_reference"),
    )
    title = models.CharField(_("title"), max_length=300)
    original_text = models.TextField(
        _("original text"), blank=True, help_text=_("The undertaking word for word, if there is one.")
    )
    summary = models.TextField(_("summary"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    lead_agency = models.ForeignKey(
        Agency,
        verbose_name=_("lead agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_commitments",
    )
    workgroup = models.ForeignKey(
        WorkGroup,
        verbose_name=_("lead work group"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
    )
    partner_agencies = models.ManyToManyField(
        Agency, verbose_name=_("partners"), through="Partner", related_name="partner_commitments"
    )
    stakeholders = models.ManyToManyField(
        Stakeholder, verbose_name=_("stakeholders"), blank=True, related_name="commitments"
    )
    agenda_points = models.ManyToManyField(
        AgendaPoint, verbose_name=_("agenda points"), blank=True, related_name="commitments"
    )
    recommendations = models.ManyToManyField(
        Recommendation, verbose_name=_("recommendations"), blank=True, related_name="commitments"
    )
    work_plan = models.ForeignKey(
        WorkPlan,
        verbose_name=_("work plan"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
    )
    scope = models.CharField(_("scope"), max_length=10, choices=Scope, blank=True)
    places = ArrayField(
        models.CharField(max_length=PLACE_LENGTH),
        verbose_name=_("places"),
        default=list,
        blank=True,
        help_text=_("Countries or regions as the source names them, one on each line."),
    )
    start_on = PlannedDateField(_("start"), null=True, blank=True)
    start_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    deadline_on = PlannedDateField(_("deadline"), null=True, blank=True)
    deadline_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    source_title = models.CharField(_("source title"), max_length=500)
    source_location = LocationField(_("source address or symbol"))
    confidence = models.CharField(
        _("confidence in the source"), max_length=10, choices=Confidence, default=Confidence.CONFIRMED
    )

    # The values of the latest published report; written by `actions` alone.
    status = models.CharField(_("status"), max_length=30, choices=Status, blank=True, editable=False)
    status_reason = models.TextField(_("reason of the status"), blank=True, editable=False)
    superseded_by = models.ForeignKey(
        "self",
        verbose_name=_("superseded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="supersedes",
    )
    outlook = models.CharField(
        _("outlook"), max_length=20, choices=Outlook, default=Outlook.NOT_ASSESSED, editable=False
    )
    withdrawn_on = PastDateField(_("withdrawn on"), null=True, blank=True, editable=False)
    withdrawn_reason = models.TextField(_("reason of the withdrawal"), blank=True, editable=False)
    # The latest withdrawal that was taken back; `withdrawals` has all of them.
    restored_on = PastDateField(_("restored on"), null=True, blank=True, editable=False)
    restored_reason = models.TextField(
        _("reason of the restoration"), blank=True, default="", db_default="", editable=False
    )

    load_key = models.CharField(max_length=400, unique=True, null=True, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)
    version = AutoIncVersionField()
    history = HistoryWithSets(
        excluded_fields=["version", "search", "updated_at", "involved_agencies", "reviewer_agencies"],
        m2m_fields=[stakeholders, agenda_points, recommendations],
    )

    objects = CommitmentQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["pk"]
        indexes = [
            GinIndex(fields=["search"], name="commitment_search"),
            GinIndex(fields=["places"], name="commitment_places"),
            models.Index(fields=["state", "status"], name="commitment_state_status"),
        ]
        triggers = [
            triggers.PERMANENT_REFERENCE,
            triggers.PUBLISHED_IS_KEPT,
            triggers.NEVER_UNPUBLISHED,
            triggers.WITHDRAWALS_ARE_RECORDED,
            triggers.COMMITMENT_RECORDED_IN_HISTORY,
            triggers.NO_CIRCLE_OF_SUCCESSORS,
            triggers.COMMITMENT_INDEPENDENT,
            triggers.REVIEWED_BY_SOMEBODY,
        ]
        constraints = [
            *Reviewed.Meta.constraints,
            models.CheckConstraint(
                name="commitment_exactly_one_lead",
                condition=Q(lead_agency__isnull=False, workgroup__isnull=True)
                | Q(lead_agency__isnull=True, workgroup__isnull=False),
                violation_error_message=rules.exactly_one_lead.sentence,
            ),
            models.CheckConstraint(
                name="commitment_kind_known",
                condition=known_values("kind", CommitmentKind),
                violation_error_message=_("This kind of commitment is not known."),
            ),
            models.CheckConstraint(
                name="commitment_scope_known",
                condition=known_values("scope", CommitmentScope, blank=True),
                violation_error_message=_("The scope is global, regional or national."),
            ),
            models.CheckConstraint(
                name="commitment_confidence_known",
                condition=known_values("confidence", CommitmentConfidence),
                violation_error_message=_("The confidence is confirmed or known."),
            ),
            models.CheckConstraint(
                name="commitment_status_known",
                condition=known_values("status", Status, blank=True),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="commitment_outlook_known",
                condition=known_values("outlook", Outlook),
                violation_error_message=_("This outlook is not known."),
            ),
            models.CheckConstraint(
                name="commitment_start_with_precision",
                condition=paired("start_on", "start_precision"),
                violation_error_message=_("A start day comes with its precision."),
            ),
            models.CheckConstraint(
                name="commitment_deadline_with_precision",
                condition=paired("deadline_on", "deadline_precision"),
                violation_error_message=_("A deadline comes with its precision."),
            ),
            models.CheckConstraint(
                name="commitment_deadline_not_before_start",
                condition=not_before("deadline_on", "start_on", "start_precision"),
                violation_error_message=rules.deadline_after_start.sentence,
            ),
            models.CheckConstraint(
                name="commitment_discontinued_with_reason",
                condition=~Q(status="discontinued") | ~Q(status_reason=""),
                violation_error_message=rules.discontinued_with_reason.sentence,
            ),
            models.CheckConstraint(
                name="commitment_superseded_with_successor",
                condition=~Q(status="superseded") | (Q(superseded_by__isnull=False) & ~Q(superseded_by=F("id"))),
                violation_error_message=rules.superseded_with_successor.sentence,
            ),
            models.CheckConstraint(
                name="commitment_withdrawn_with_reason",
                condition=Q(state="withdrawn", withdrawn_on__isnull=False) & ~Q(withdrawn_reason="")
                | ~Q(state="withdrawn") & Q(withdrawn_on__isnull=True, withdrawn_reason=""),
                violation_error_message=_("A withdrawal has its day and its reason."),
            ),
            models.CheckConstraint(
                name="commitment_restored_with_reason",
                condition=Q(state="published", restored_on__isnull=False) & ~Q(restored_reason="")
                | Q(restored_on__isnull=True, restored_reason=""),
                violation_error_message=_("A restoration has its day and its reason."),
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.title}"

    def get_absolute_url(self):
        return reverse("commitments:detail", args=[self.reference])

    @property
    def lead(self) -> Agency | WorkGroup:
        return self.lead_agency or self.workgroup

    @property
    def lead_code(self) -> str:
        """Return the public identifier of the lead: an agency's code or a work group's slug."""
        return self.lead_agency.code if self.lead_agency else self.workgroup.slug

    @property
    def start(self) -> PartialDate | None:
        return partial_date(self.start_on, self.start_precision)

    @property
    def deadline(self) -> PartialDate | None:
        return partial_date(self.deadline_on, self.deadline_precision)

    def withdrawal_on(self, day: date | None):
        """Return the withdrawal in force at the end of a day (UTC), or None; a day of None asks of today."""
        if self.state == State.PUBLISHED and self.restored_on is None:
            return None  # it was never withdrawn
        return next((each for each in self.withdrawals.all() if each.in_force_on(day)), None)

    def is_withdrawn_on(self, day: date | None) -> bool:
        """Return whether it was withdrawn at the end of a day (UTC); None asks of today."""
        return self.withdrawal_on(day) is not None

    def state_on(self, day: date | None) -> str:
        """Return whether it stood (published) or was withdrawn at the end of a day (UTC); None asks of today."""
        if day is None:
            return self.state
        return State.WITHDRAWN if self.is_withdrawn_on(day) else State.PUBLISHED

    @property
    def last_update(self) -> PartialDate | None:
        """Return the day of the latest published report; needs `with_standing()`."""
        return partial_date(self.last_update_on, self.last_update_precision)

    @property
    def source_address(self) -> str:
        """Return the source's address; '' if the source is a document symbol."""
        return self.source_location if is_web_address(self.source_location) else ""


# The through models of the many-to-many fields, defined so that they can have triggers.


class CommitmentPoint(Commitment.agenda_points.through):
    """An agenda point of a commitment."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [triggers.POINTS_RECORDED_IN_HISTORY]


class CommitmentRecommendation(Commitment.recommendations.through):
    """A recommendation that a commitment answers."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [triggers.RECOMMENDATIONS_RECORDED_IN_HISTORY]


class CommitmentStakeholder(Commitment.stakeholders.through):
    """A stakeholder of a commitment."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [triggers.STAKEHOLDERS_RECORDED_IN_HISTORY]
