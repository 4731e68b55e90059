from datetime import date
from pathlib import PurePath

from concurrency.fields import AutoIncVersionField
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments import triggers
from commitments.dates import PartialDate, Precision, partial
from commitments.evidence import check_file, evidence_path
from commitments.querysets import (
    AssessmentQuerySet,
    CommitmentQuerySet,
    EvidenceQuerySet,
    ProgressReportQuerySet,
    ReportingCycleQuerySet,
    StatusChangeQuerySet,
)
from commitments.workflow import Reviewed
from recommendations.models import Recommendation
from workgroups.models import WorkGroup, WorkPlan


class Status(models.TextChoices):
    """How far an undertaking has come, in its lead's own word."""

    NOT_STARTED = "not_started", _("Not started")
    PLANNING = "planning", _("Planning")
    IN_PROGRESS = "in_progress", _("In progress")
    SUBSTANTIALLY_COMPLETE = "substantially_complete", _("Substantially complete")
    COMPLETED = "completed", _("Completed")
    ONGOING = "ongoing", _("Ongoing")
    DISCONTINUED = "discontinued", _("Discontinued")
    SUPERSEDED = "superseded", _("Superseded")


class Outlook(models.TextChoices):
    """How the lead sees the way ahead."""

    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    CONSTRAINED = "constrained", _("Constrained")
    NOT_ASSESSED = "not_assessed", _("Not assessed")


class Freshness(models.TextChoices):
    """How recently the lead was heard; always computed."""

    CURRENT = "current", _("Current")
    DUE = "due", _("Due")
    OVERDUE = "overdue", _("Overdue")
    NEVER_REPORTED = "never_reported", _("Never reported")
    NOT_YET_DUE = "not_yet_due", _("Not yet due")


class Verification(models.TextChoices):
    """Whether anybody but the lead has judged; computed from the assessments."""

    SELF_REPORTED = "self_reported", _("Self-reported")
    PEER_REVIEWED = "peer_reviewed", _("Peer-reviewed")
    INDEPENDENTLY_ASSESSED = "independently_assessed", _("Independently assessed")
    DISPUTED = "disputed", _("Disputed")


STATUSES = [
    "not_started",
    "planning",
    "in_progress",
    "substantially_complete",
    "completed",
    "ongoing",
    "discontinued",
    "superseded",
]
OUTLOOKS = ["on_track", "at_risk", "constrained", "not_assessed"]


def paired(date_field: str, precision_field: str) -> Q:
    """A day and its precision are both known or both not."""
    return Q(**{f"{date_field}__isnull": True, precision_field: ""}) | Q(
        **{f"{date_field}__isnull": False, f"{precision_field}__in": ["year", "month", "day"]}
    )


def not_before(later: str, earlier: str, precision: str) -> Q:
    """`later` does not end before the period that `earlier` names at its precision begins."""
    same_year = Q(**{precision: "year", f"{later}__year": F(f"{earlier}__year")})
    same_month = Q(
        **{precision: "month", f"{later}__year": F(f"{earlier}__year"), f"{later}__month": F(f"{earlier}__month")}
    )
    either_open = Q(**{f"{later}__isnull": True}) | Q(**{f"{earlier}__isnull": True})
    return either_open | Q(**{f"{later}__gte": F(earlier)}) | same_year | same_month


class Stakeholder(models.Model):
    """A body beyond the group that takes part in a commitment."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("Government")
        EMPLOYERS = "employers_organization", _("Employers' organization")
        WORKERS = "workers_organization", _("Workers' organization")
        CIVIL_SOCIETY = "civil_society", _("Civil society")
        UN_ENTITY = "un_entity", _("UN entity")
        INTERNATIONAL = "international_organization", _("International organization")
        PRIVATE_SECTOR = "private_sector", _("Private sector")
        ACADEMIA = "academia", _("Academia")
        PLATFORM = "platform", _("Platform")

    name = models.CharField(_("name"), max_length=200, unique=True)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="stakeholder_kind_known",
                condition=Q(
                    kind__in=[
                        "government",
                        "employers_organization",
                        "workers_organization",
                        "civil_society",
                        "un_entity",
                        "international_organization",
                        "private_sector",
                        "academia",
                        "platform",
                    ]
                ),
                violation_error_message=_("This kind of stakeholder is not known."),
            )
        ]

    def __str__(self):
        return self.name


class Commitment(Reviewed):
    """Something that an agency or a work group undertook to do."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("Programme")
        PUBLICATION = "publication", _("Publication")
        NORM = "norm", _("Norm")
        CAPACITY = "capacity", _("Capacity building")
        CAMPAIGN = "campaign", _("Campaign")
        EVENT = "event", _("Event")
        INSTITUTION = "institution", _("Institution")

    class Scope(models.TextChoices):
        GLOBAL = "global", _("Global")
        REGIONAL = "regional", _("Regional")
        NATIONAL = "national", _("National")

    class Confidence(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed: the source was read")
        KNOWN = "known", _("Not yet confirmed: general knowledge")

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
        models.CharField(max_length=100),
        verbose_name=_("places"),
        default=list,
        blank=True,
        help_text=_("Countries or regions as the source names them, separated by commas."),
    )
    start_on = models.DateField(_("start"), null=True, blank=True)
    start_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    source_title = models.CharField(_("source title"), max_length=500)
    source_location = models.CharField(_("source address or symbol"), max_length=500)
    confidence = models.CharField(
        _("confidence in the source"), max_length=10, choices=Confidence, default=Confidence.CONFIRMED
    )

    # What the last published report says; moved by `actions` alone.
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
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True, editable=False)
    withdrawn_reason = models.TextField(_("reason of the withdrawal"), blank=True, editable=False)

    load_key = models.CharField(max_length=400, unique=True, null=True, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(
        excluded_fields=["version", "search", "updated_at"],
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
            triggers.SEARCH_OF_COMMITMENT,
        ]
        constraints = [
            *Reviewed.Meta.constraints,
            models.CheckConstraint(
                name="commitment_exactly_one_lead",
                condition=Q(lead_agency__isnull=False, workgroup__isnull=True)
                | Q(lead_agency__isnull=True, workgroup__isnull=False),
                violation_error_message=_("A commitment is led by exactly one agency or one work group."),
            ),
            models.CheckConstraint(
                name="commitment_kind_known",
                condition=Q(
                    kind__in=["programme", "publication", "norm", "capacity", "campaign", "event", "institution"]
                ),
                violation_error_message=_("This kind of commitment is not known."),
            ),
            models.CheckConstraint(
                name="commitment_scope_known",
                condition=Q(scope__in=["", "global", "regional", "national"]),
                violation_error_message=_("The scope is global, regional or national."),
            ),
            models.CheckConstraint(
                name="commitment_confidence_known",
                condition=Q(confidence__in=["confirmed", "known"]),
                violation_error_message=_("The confidence is confirmed or known."),
            ),
            models.CheckConstraint(
                name="commitment_status_known",
                condition=Q(status__in=["", *STATUSES]),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="commitment_outlook_known",
                condition=Q(outlook__in=OUTLOOKS),
                violation_error_message=_("This outlook is not known."),
            ),
            models.CheckConstraint(
                name="commitment_start_with_precision",
                condition=paired("start_on", "start_precision"),
                violation_error_message=_("A start day comes with its precision."),
            ),
            models.CheckConstraint(
                name="commitment_due_with_precision",
                condition=paired("due_on", "due_precision"),
                violation_error_message=_("A due day comes with its precision."),
            ),
            models.CheckConstraint(
                name="commitment_due_not_before_start",
                condition=not_before("due_on", "start_on", "start_precision"),
                violation_error_message=_("A commitment cannot be due before it starts."),
            ),
            models.CheckConstraint(
                name="commitment_discontinued_with_reason",
                condition=~Q(status="discontinued") | ~Q(status_reason=""),
                violation_error_message=_("A discontinued commitment needs its reason."),
            ),
            models.CheckConstraint(
                name="commitment_superseded_with_successor",
                condition=~Q(status="superseded") | (Q(superseded_by__isnull=False) & ~Q(superseded_by=F("id"))),
                violation_error_message=_("A superseded commitment names another one that takes its place."),
            ),
            models.CheckConstraint(
                name="commitment_withdrawn_with_reason",
                condition=Q(state="withdrawn", withdrawn_on__isnull=False) & ~Q(withdrawn_reason="")
                | ~Q(state="withdrawn") & Q(withdrawn_on__isnull=True, withdrawn_reason=""),
                violation_error_message=_("A withdrawal has its day and its reason."),
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
    def start(self) -> PartialDate | None:
        return partial(self.start_on, self.start_precision)

    @property
    def due(self) -> PartialDate | None:
        return partial(self.due_on, self.due_precision)

    def is_withdrawn_on(self, day: date | None) -> bool:
        """Whether it was withdrawn by the end of a day (UTC); None asks of today."""
        return self.withdrawn_on is not None and (day is None or self.withdrawn_on <= day)

    @property
    def last_heard(self) -> PartialDate | None:
        """The day of the last published report; needs `with_standing()`."""
        return partial(self.last_heard_on, self.last_heard_precision)

    @property
    def source_address(self) -> str:
        """The source's address, or '' when it is known by a document symbol."""
        return self.source_location if self.source_location.startswith(("http://", "https://")) else ""


class Partner(models.Model):
    """An agency that takes part in a commitment which another leads, with its own part in it."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, related_name="partners"
    )
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="partnerships")
    part = models.TextField(_("part"), blank=True, help_text=_("What this agency itself does in it."))
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["agency__position", "agency__acronym"]
        constraints = [
            models.UniqueConstraint(
                name="partner_agency_once",
                fields=["commitment", "agency"],
                violation_error_message=_("This agency is already a partner."),
            )
        ]

    def __str__(self):
        return f"{self.agency} – {self.commitment.reference}"


class Milestone(models.Model):
    """A named step of a commitment with a due day, and the day it was met."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, related_name="milestones"
    )
    title = models.CharField(_("title"), max_length=300)
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    met_on = models.DateField(_("met"), null=True, blank=True)
    met_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["commitment", F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                name="milestone_due_with_precision",
                condition=paired("due_on", "due_precision"),
                violation_error_message=_("A due day comes with its precision."),
            ),
            models.CheckConstraint(
                name="milestone_met_with_precision",
                condition=paired("met_on", "met_precision"),
                violation_error_message=_("The day a step was met comes with its precision."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def due(self) -> PartialDate | None:
        return partial(self.due_on, self.due_precision)

    @property
    def met(self) -> PartialDate | None:
        return partial(self.met_on, self.met_precision)


class ReportingCycle(models.Model):
    """A round in which reports are asked for. Opening it expects one report of each running commitment."""

    title = models.CharField(_("title"), max_length=100, unique=True)
    opens_on = models.DateField(_("opens on"))
    due_on = models.DateField(_("due on"))
    closes_on = models.DateField(_("closes on"))
    opened_on = models.DateField(_("opened on"), null=True, blank=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = ReportingCycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting cycle")
        verbose_name_plural = _("reporting cycles")
        ordering = ["-opens_on"]
        constraints = [
            models.CheckConstraint(
                name="cycle_days_in_order",
                condition=Q(due_on__gte=F("opens_on"), closes_on__gte=F("due_on")),
                violation_error_message=_("A cycle opens, is due and closes in this order."),
            ),
            models.CheckConstraint(
                name="cycle_opened_not_early",
                condition=Q(opened_on__isnull=True) | Q(opened_on__gte=F("opens_on")),
                violation_error_message=_("A cycle cannot be opened before its day."),
            ),
            models.CheckConstraint(
                name="cycle_closed_after_opened",
                condition=Q(closed_on__isnull=True) | Q(opened_on__isnull=False, closed_on__gte=F("opened_on")),
                violation_error_message=_("Only an opened cycle can be closed."),
            ),
        ]

    def __str__(self):
        return self.title


class ProgressReport(Reviewed):
    """What the lead says about a period. Asked for by a cycle, or given of its own accord."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="reports"
    )
    cycle = models.ForeignKey(
        ReportingCycle,
        verbose_name=_("reporting cycle"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    on_behalf_of = models.ForeignKey(
        Agency, verbose_name=_("on behalf of"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    number = models.PositiveIntegerField(
        _("number"), null=True, blank=True, editable=False, help_text=_("Within the commitment, by publication.")
    )
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period until"), null=True, blank=True)
    status = models.CharField(_("proposed status"), max_length=30, choices=Status, blank=True)
    status_reason = models.TextField(
        _("reason"), blank=True, help_text=_("Required when the commitment is discontinued.")
    )
    superseded_by = models.ForeignKey(
        Commitment,
        verbose_name=_("superseded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Required when the commitment is superseded."),
    )
    outlook = models.CharField(_("outlook"), max_length=20, choices=Outlook, default=Outlook.NOT_ASSESSED)
    achieved = models.TextField(_("achieved"), blank=True)
    barriers = models.TextField(_("barriers"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version", "updated_at"])

    objects = ProgressReportQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-published_on", "-pk"]
        triggers = [
            triggers.PUBLISHED_REPORT_IS_FIXED,
            triggers.SEARCH_OF_REPORT,
        ]
        constraints = [
            *Reviewed.Meta.constraints,
            models.UniqueConstraint(
                name="report_once_per_cycle",
                fields=["commitment", "cycle"],
                violation_error_message=_("This commitment already has its report in this cycle."),
            ),
            models.UniqueConstraint(
                name="report_number_once",
                fields=["commitment", "number"],
                violation_error_message=_("This commitment already has a report with this number."),
            ),
            models.CheckConstraint(
                name="report_numbered_when_published",
                condition=Q(state="published", number__isnull=False) | ~Q(state="published") & Q(number__isnull=True),
                violation_error_message=_("A report gets its number when it is published."),
            ),
            models.CheckConstraint(
                name="report_never_withdrawn",
                condition=~Q(state="withdrawn"),
                violation_error_message=_("A published report stands: a later one corrects it."),
            ),
            models.CheckConstraint(
                name="report_status_known",
                condition=Q(status__in=STATUSES) | Q(status="", state__in=["draft", "sent_back"]),
                violation_error_message=_("A report that is submitted names a known status."),
            ),
            models.CheckConstraint(
                name="report_outlook_known",
                condition=Q(outlook__in=OUTLOOKS),
                violation_error_message=_("This outlook is not known."),
            ),
            models.CheckConstraint(
                name="report_discontinued_with_reason",
                condition=~Q(status="discontinued") | ~Q(status_reason=""),
                violation_error_message=_("Say why the commitment is discontinued."),
            ),
            models.CheckConstraint(
                name="report_superseded_with_successor",
                condition=~Q(status="superseded")
                | (Q(superseded_by__isnull=False) & ~Q(superseded_by=F("commitment"))),
                violation_error_message=_("Say which other commitment takes the place of this one."),
            ),
            models.CheckConstraint(
                name="report_period_in_order",
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_end__gte=F("period_start")),
                violation_error_message=_("A period cannot end before it starts."),
            ),
        ]

    def __str__(self):
        day = self.published or self.get_state_display()
        return f"{self.commitment.reference} – {day}"

    def get_absolute_url(self):
        return f"{self.commitment.get_absolute_url()}#report-{self.number}"

    @property
    def reference(self) -> str:
        """The public identifier of a published report: 'HLD-0001-2'."""
        return f"{self.commitment.reference}-{self.number}"


class Evidence(models.Model):
    """A link, document or file that backs a report."""

    class Kind(models.TextChoices):
        ANNOUNCEMENT = "announcement", _("Announcement")
        PUBLICATION = "publication", _("Publication")
        OFFICIAL_DOCUMENT = "official_document", _("Official document")
        WEB_PAGE = "web_page", _("Web page")
        DATASET = "dataset", _("Data set")
        EVALUATION = "evaluation", _("Evaluation")
        OTHER = "other", _("Other")

    class LinkCheck(models.TextChoices):
        NOT_CHECKED = "", _("Not checked yet")
        ANSWERS = "answers", _("Answers")
        MOVED = "moved", _("Moved")
        BROKEN = "broken", _("Broken")

    report = models.ForeignKey(
        ProgressReport, verbose_name=_("report"), on_delete=models.CASCADE, related_name="evidence"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.WEB_PAGE)
    title = models.CharField(_("title"), max_length=500)
    url = models.URLField(_("address"), max_length=500, blank=True)
    symbol = models.CharField(_("document symbol"), max_length=200, blank=True)
    file = models.FileField(
        _("file"),
        upload_to=evidence_path,
        validators=[check_file],
        blank=True,
        help_text=_("PDF, DOCX, XLSX, PNG or JPEG, at most 25 MB."),
    )
    is_public = models.BooleanField(
        _("public"), default=True, help_text=_("Evidence that is not public is seen by reviewers alone.")
    )
    issued_on = models.DateField(_("issued"), null=True, blank=True)
    issued_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    seen_on = models.DateField(_("seen on"), null=True, blank=True)
    link_check = models.CharField(_("last link check"), max_length=10, choices=LinkCheck, blank=True, editable=False)
    link_checked_at = models.DateTimeField(_("link checked at"), null=True, blank=True, editable=False)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version"])

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["report", "pk"]
        triggers = [triggers.PUBLISHED_EVIDENCE_IS_FIXED]
        constraints = [
            models.CheckConstraint(
                name="evidence_kind_known",
                condition=Q(
                    kind__in=[
                        "announcement",
                        "publication",
                        "official_document",
                        "web_page",
                        "dataset",
                        "evaluation",
                        "other",
                    ]
                ),
                violation_error_message=_("This kind of evidence is not known."),
            ),
            models.CheckConstraint(
                name="evidence_can_be_found",
                condition=~Q(url="") | ~Q(symbol="") | ~Q(file=""),
                violation_error_message=_("Evidence needs an address, a document symbol or a file."),
            ),
            models.CheckConstraint(
                name="evidence_issued_with_precision",
                condition=paired("issued_on", "issued_precision"),
                violation_error_message=_("The day of issue comes with its precision."),
            ),
            models.CheckConstraint(
                name="evidence_link_check_known",
                condition=Q(link_check="", link_checked_at__isnull=True)
                | Q(link_check__in=["answers", "moved", "broken"], link_checked_at__isnull=False),
                violation_error_message=_("A link check has its outcome and its moment."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def issued(self) -> PartialDate | None:
        return partial(self.issued_on, self.issued_precision)

    @property
    def file_name(self) -> str:
        """The unguessable part of the file's name, by which it is asked for."""
        return PurePath(self.file.name).stem


class StatusChange(models.Model):
    """One row for each published report that sets or changes a status. Append-only: the database refuses the rest."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="status_changes"
    )
    report = models.OneToOneField(
        ProgressReport, verbose_name=_("report"), on_delete=models.PROTECT, related_name="status_change"
    )
    from_status = models.CharField(_("from"), max_length=30, choices=Status, blank=True)
    to_status = models.CharField(_("to"), max_length=30, choices=Status)
    reason = models.TextField(_("reason"), blank=True)
    changed_on = models.DateField(_("on"))
    changed_precision = models.CharField(max_length=5, choices=Precision)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["-changed_on", "-pk"]
        triggers = [triggers.APPEND_ONLY]
        constraints = [
            models.CheckConstraint(
                name="status_change_statuses_known",
                condition=Q(from_status__in=["", *STATUSES], to_status__in=STATUSES),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="status_change_changes_something",
                condition=~Q(from_status=F("to_status")),
                violation_error_message=_("A status change goes from one status to another."),
            ),
            models.CheckConstraint(
                name="status_change_precision_known",
                condition=Q(changed_precision__in=["year", "month", "day"]),
                violation_error_message=_("The precision is year, month or day."),
            ),
        ]

    def __str__(self):
        return f"{self.commitment.reference}: {self.get_to_status_display()}"

    def get_absolute_url(self):
        return f"{self.commitment.get_absolute_url()}#status-history"

    @property
    def changed(self) -> PartialDate:
        return PartialDate(self.changed_on, self.changed_precision)


class Assessment(Reviewed):
    """Someone else's judgement beside the agency's own word, never over it."""

    class AssessorKind(models.TextChoices):
        PEER_AGENCY = "peer_agency", _("Peer agency")
        GROUP_LEAD = "group_lead", _("Working-group lead")
        INDEPENDENT = "independent", _("Independent assessor")

    class Finding(models.TextChoices):
        AGREES = "agrees", _("Agrees with the lead's report")
        AGREES_IN_PART = "agrees_in_part", _("Agrees in part")
        DISAGREES = "disagrees", _("Disagrees")

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
    text = models.TextField(_("judgement"))
    source_title = models.CharField(_("source title"), max_length=500, blank=True)
    source_location = models.CharField(_("source address or symbol"), max_length=500, blank=True)
    version = AutoIncVersionField()
    history = HistoricalRecords(excluded_fields=["version", "updated_at", "assessor_key"])

    objects = AssessmentQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-published_on", "-pk"]
        triggers = [triggers.PUBLISHED_ASSESSMENT_IS_FIXED]
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
                condition=Q(finding__in=["agrees", "agrees_in_part", "disagrees"]),
                violation_error_message=_("The finding is agrees, agrees in part or disagrees."),
            ),
        ]

    def __str__(self):
        return f"{self.assessor} – {self.commitment.reference}"

    @property
    def assessor(self) -> str:
        return str(self.agency or self.workgroup or self.assessor_name)
