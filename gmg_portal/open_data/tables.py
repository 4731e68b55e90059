"""The four tables that can be downloaded. Names, codes and meanings are those of the API."""

from collections.abc import Callable
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Model, OuterRef, QuerySet, TextChoices, Value
from django.db.models.fields.related_descriptors import ManyToManyDescriptor
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, FormerName
from agenda.models import AgendaPoint
from commitments.models import Commitment, Freshness, Outlook, Partner, Status, Verification
from foundation.dates.partial import PartialDate, Precision
from gmg_portal.open_data.columns import Column, Table
from recommendations.models import Recommendation
from register.filters import CommitmentFilter, ReportFilter
from register.querysets import register_commitments
from reporting.models import Contribution, Evidence, ProgressReport
from workgroups.models import WorkGroup

PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
REFERENCE = r"HLD-\d{4,}"


def commitment_rows(day: date | None) -> QuerySet[Commitment]:
    """Return the commitments of the register: published and not withdrawn."""
    rows = register_commitments().published(day).with_standing(day).with_state(day).with_moved_at(day)
    return _with_related_values(rows, day).order_by("pk")


def filtered_commitments(filterset: CommitmentFilter) -> QuerySet[Commitment]:
    """Return the commitments that match a search of the register, in the order that it asks for."""
    return _with_related_values(filterset.qs, filterset.day)


def _with_related_values(rows: QuerySet[Commitment], day: date | None) -> QuerySet[Commitment]:
    """Annotate commitments with the values of their related rows, in the same statement."""
    return (
        rows.with_latest_report(day)
        .annotate(
            partner_codes=_array_of(Partner, "agency__code", "agency__position", "agency__acronym"),
            stakeholder_names=_array_of_related(Commitment.stakeholders, "stakeholder__name", "stakeholder__name"),
            point_numbers=_array_of_related(Commitment.agenda_points, "agendapoint__number", "agendapoint__number"),
            recommendation_codes=_array_of_related(
                Commitment.recommendations, "recommendation__code", "recommendation__position", "recommendation__code"
            ),
        )
        .select_related("lead_agency", "workgroup", "work_plan")
        .defer("search")
    )


def report_rows(day: date | None) -> QuerySet[ProgressReport]:
    """Return the published reports on commitments of the register."""
    rows = ProgressReport.objects.in_register(day).with_moved_at(day)
    return _with_report_values(rows, day).order_by("commitment", "number")


def filtered_reports(filterset: ReportFilter) -> QuerySet[ProgressReport]:
    """Return the reports that match the parameters of the API's list, in the order that they ask for."""
    rows = _with_report_values(filterset.qs, filterset.day)
    ordering = rows.query.order_by if filterset.form.cleaned_data["ordering"] else ("commitment", "number")
    return rows.order_by(*ordering, "pk")


def _with_report_values(rows: QuerySet[ProgressReport], day: date | None) -> QuerySet[ProgressReport]:
    """Annotate reports with contributions, public evidence and the state of their commitment.

    On a past day the state is always 'published': reports on commitments withdrawn by then are not in the record.
    """
    parts = Contribution.objects.filter(report=OuterRef("pk")).order_by("agency__position", "agency__acronym")
    evidence = Evidence.objects.public().filter(report=OuterRef("pk")).order_by("pk")
    evidence_fields = JSONObject(title="title", url="url", symbol="symbol", file="file")
    return (
        rows.annotate(
            parts=ArraySubquery(parts.values(part=JSONObject(agency="agency__code", text="text"))),
            public_evidence=ArraySubquery(evidence.values(piece=evidence_fields)),
            commitment_state=F("commitment__state") if day is None else Value("published"),
        )
        .select_related("commitment", "cycle", "on_behalf_of", "superseded_by")
        .defer("commitment__search")
    )


def agency_rows(_day: None) -> QuerySet[Agency]:
    """Return all agencies with former names, latest first. The table has no day: names carry their own dates."""
    names = FormerName.objects.filter(agency=OuterRef("pk")).order_by("-until")
    name_fields = JSONObject(acronym="acronym", name="name", until="until")
    return Agency.objects.select_related("parent").annotate(
        former_name_fields=ArraySubquery(names.values(parts=name_fields))
    )


def recommendation_rows(_day: None) -> QuerySet[Recommendation]:
    """Return all recommendations with the numbers of their points. No day changes them: they stand since 2014."""
    points = Recommendation.agenda_points.through.objects.filter(recommendation=OuterRef("pk"))
    numbers = points.order_by("agendapoint__number").values("agendapoint__number")
    return Recommendation.objects.select_related("parent").annotate(point_numbers=ArraySubquery(numbers))


def _array_of(model: type[Model], value: str, *order: str) -> ArraySubquery:
    return ArraySubquery(model.objects.filter(commitment=OuterRef("pk")).order_by(*order).values(value))


def _array_of_related(relation: ManyToManyDescriptor, value: str, *order: str) -> ArraySubquery:
    return _array_of(relation.through, value, *order)


def _iso(day: PartialDate | None) -> str | None:
    return day.iso if day else None


def _evidence_locations(report: ProgressReport) -> list[str]:
    """Return where each piece of evidence is: its address, that of its file, or its document symbol."""
    return [piece["url"] or _file_address(report, piece["file"]) or piece["symbol"] for piece in report.public_evidence]


def _file_address(report: ProgressReport, file: str) -> str:
    if not file:
        return ""
    return reverse("commitments:evidence", args=[report.commitment.reference, Evidence(file=file).file_name])


def _former_names(agency: Agency) -> list[str]:
    return ["{acronym}, {name}, until {until}".format(**name) for name in agency.former_name_fields]


def _labels(choices: type[TextChoices]) -> Callable[[], dict[str, str]]:
    """Return a function that returns the label of each value."""
    return lambda: {value: str(label) for value, label in choices.choices}


def _agency_names() -> dict[str, str]:
    """Return the agencies' names of today or of the `as_of` day: a loaded agency has the name of that day."""
    return {agency.code: agency.name for agency in Agency.objects.all()}


def _lead_names() -> dict[str, str]:
    return dict(WorkGroup.objects.values_list("slug", "title")) | _agency_names()


def _point_titles() -> dict[int, str]:
    return dict(AgendaPoint.objects.values_list("number", "title"))


def _recommendation_texts() -> dict[str, str]:
    return dict(Recommendation.objects.values_list("code", "text"))


def _precision_column(name: str, day: str) -> Column:
    """Return the column with the precision of the date in the column before."""
    return Column(
        name,
        _("How precisely the day before is known: year, month or day; empty where no day is known."),
        lambda row: getattr(row, day) and getattr(row, day).precision,
        choices=tuple(Precision.values),
    )


def _page_url(description: str) -> Column:
    return Column("url", description, lambda row: row.get_absolute_url(), format="uri", required=True)


COMMITMENTS = Table(
    name="commitments",
    title=_("Commitments"),
    description=_("Every commitment that stands in the register, with what became of it. Withdrawn ones are left out."),
    rows=commitment_rows,
    supports_as_of=True,
    filterset=CommitmentFilter,
    filtered_rows=filtered_commitments,
    columns=(
        Column(
            "reference",
            _("The permanent identifier of the commitment; it is never reused."),
            lambda row: row.reference,
            required=True,
            pattern=REFERENCE,
        ),
        _page_url(_("The permanent address of the commitment’s page.")),
        Column("title", _("The title of the commitment."), lambda row: row.title, required=True),
        Column(
            "state",
            _("Whether it stands or was withdrawn; only `updated_since` finds withdrawn ones."),
            lambda row: row.standing_state,
            required=True,
            choices=("published", "withdrawn"),
        ),
        Column("withdrawn_on", _("When it was withdrawn."), lambda row: row.standing_withdrawn_on, type="date"),
        Column("withdrawn_reason", _("Why it was withdrawn."), lambda row: row.standing_withdrawn_reason),
        Column("summary", _("What is undertaken, in a few lines."), lambda row: row.summary),
        Column("original_text", _("The undertaking word for word, if there is one."), lambda row: row.original_text),
        Column(
            "kind",
            _("What sort of undertaking it is."),
            lambda row: row.kind,
            choices=tuple(Commitment.Kind.values),
            labels=_labels(Commitment.Kind),
        ),
        Column(
            "lead",
            _("The code of the agency or work group that leads."),
            lambda row: row.lead_code,
            required=True,
            relations=(("agencies", "code", ("lead_kind", "agency")),),
            labels=_lead_names,
        ),
        Column(
            "lead_kind",
            _("Whether the lead is an agency or a work group."),
            lambda row: "agency" if row.lead_agency else "workgroup",
            required=True,
            choices=("agency", "workgroup"),
        ),
        Column(
            "partners",
            _("The codes of the agencies that take part."),
            lambda row: row.partner_codes,
            many=True,
            relations=(("agencies", "code"),),
            labels=_agency_names,
        ),
        Column(
            "stakeholders",
            _("The names of the bodies beyond the group that take part."),
            lambda row: row.stakeholder_names,
            many=True,
        ),
        Column(
            "agenda_points",
            _("The numbers of the points of the eight-point agenda which it serves."),
            lambda row: row.point_numbers,
            many=True,
            labels=_point_titles,
        ),
        Column(
            "recommendations",
            _("The codes of the recommendations which it answers."),
            lambda row: row.recommendation_codes,
            many=True,
            relations=(("recommendations", "code"),),
            labels=_recommendation_texts,
        ),
        Column(
            "work_plan",
            _("The work plan it is part of."),
            lambda row: row.work_plan and row.work_plan.slug,
            label_in_row=lambda row: row.work_plan and row.work_plan.title,
        ),
        Column(
            "scope",
            _("How far it reaches."),
            lambda row: row.scope,
            choices=tuple(Commitment.Scope.values),
            labels=_labels(Commitment.Scope),
        ),
        Column("places", _("Countries or regions, as the source names them."), lambda row: row.places, many=True),
        Column(
            "start_on",
            _("When it starts: a year, a month or a day, as far as the source knows."),
            lambda row: _iso(row.start),
            pattern=PARTIAL_DATE,
        ),
        _precision_column("start_precision", "start"),
        Column(
            "due_on",
            _("When it is due: a year, a month or a day, as far as the source knows."),
            lambda row: _iso(row.due),
            pattern=PARTIAL_DATE,
        ),
        _precision_column("due_precision", "due"),
        Column(
            "status",
            _("What the last published report says; empty if nothing was ever reported."),
            lambda row: row.standing_status,
            choices=tuple(Status.values),
            labels=_labels(Status),
        ),
        Column("status_reason", _("Why it has this status, where a reason is asked."), lambda row: row.standing_reason),
        Column(
            "superseded_by",
            _("The reference of the commitment that took its place."),
            lambda row: row.successor or None,
        ),
        Column(
            "outlook",
            _("How the lead sees the way ahead, from the last published report."),
            lambda row: row.standing_outlook,
            required=True,
            choices=tuple(Outlook.values),
            labels=_labels(Outlook),
        ),
        Column(
            "freshness",
            _("Whether the lead has reported since it was last asked; computed on the day of the file."),
            lambda row: row.standing_freshness,
            required=True,
            choices=tuple(Freshness.values),
            labels=_labels(Freshness),
        ),
        Column(
            "verification",
            _("Whether anybody but the lead has judged, and how."),
            lambda row: row.standing_verification,
            required=True,
            choices=tuple(Verification.values),
            labels=_labels(Verification),
        ),
        Column(
            "last_heard_on",
            _("When the last report was published; empty if nothing was ever reported."),
            lambda row: _iso(row.last_heard),
            pattern=PARTIAL_DATE,
        ),
        _precision_column("last_heard_precision", "last_heard"),
        Column(
            "published_on",
            _("Since when the commitment is public, as far as it is known."),
            lambda row: _iso(row.published),
            required=True,
            pattern=PARTIAL_DATE,
        ),
        _precision_column("published_precision", "published"),
        Column(
            "updated_at",
            _("When anything that the row says last changed in public (UTC); empty in a file of a past day."),
            lambda row: row.moved_at,
            type="datetime",
        ),
        Column("source_title", _("The title of the source."), lambda row: row.source_title, required=True),
        Column(
            "source_location",
            _("The address or document symbol of the source."),
            lambda row: row.source_location,
            required=True,
        ),
        Column(
            "confidence",
            _("Whether the source was read (confirmed), or the entry is general knowledge not yet confirmed (known)."),
            lambda row: row.confidence,
            required=True,
            choices=tuple(Commitment.Confidence.values),
            labels=_labels(Commitment.Confidence),
        ),
    ),
)

REPORTS = Table(
    name="reports",
    title=_("Progress reports"),
    description=_(
        "Every published report on a commitment of the register, with what partners added and its public evidence."
    ),
    rows=report_rows,
    supports_as_of=True,
    filterset=ReportFilter,
    filtered_rows=filtered_reports,
    columns=(
        Column(
            "code",
            _("The permanent identifier of the report: that of the commitment, and its number."),
            lambda row: row.reference,
            required=True,
            pattern=rf"{REFERENCE}-\d+",
        ),
        _page_url(_("The permanent address of the report on the commitment’s page.")),
        Column(
            "commitment",
            _("The reference of the commitment that it reports on."),
            lambda row: row.commitment.reference,
            required=True,
            foreign_key=("commitments", "reference"),
            label_in_row=lambda row: row.commitment.title,
        ),
        Column(
            "commitment_state",
            _("Whether the commitment stands or was withdrawn; only `updated_since` finds reports on withdrawn ones."),
            lambda row: row.commitment_state,
            required=True,
            choices=("published", "withdrawn"),
        ),
        Column(
            "number",
            _("Its number among the reports on this commitment, by publication."),
            lambda row: row.number,
            type="integer",
            required=True,
        ),
        Column(
            "updated_at",
            _("When anything that the row says last changed in public (UTC); empty in a file of a past day."),
            lambda row: row.moved_at,
            type="datetime",
        ),
        Column(
            "published_on",
            _("When it was published: a year, a month or a day, as far as the source knows."),
            lambda row: _iso(row.published),
            required=True,
            pattern=PARTIAL_DATE,
        ),
        _precision_column("published_precision", "published"),
        Column(
            "origin",
            _("Whether the lead wrote it in this portal (lead), or it is taken from a public source (public_source)."),
            lambda row: "lead" if row.author_id else "public_source",
            required=True,
            choices=("lead", "public_source"),
        ),
        Column(
            "cycle",
            _("The reporting cycle that asked for it; empty if it was given unasked."),
            lambda row: row.cycle and row.cycle.title,
        ),
        Column(
            "on_behalf_of",
            _("The code of the agency for which it was written, where it is named."),
            lambda row: row.on_behalf_of and row.on_behalf_of.code,
            foreign_key=("agencies", "code"),
            labels=_agency_names,
        ),
        Column("period_start", _("The first day of the period."), lambda row: row.period_start, type="date"),
        Column("period_end", _("The last day of the period."), lambda row: row.period_end, type="date"),
        Column(
            "status",
            _("The status that it reports."),
            lambda row: row.status,
            required=True,
            choices=tuple(Status.values),
            labels=_labels(Status),
        ),
        Column("status_reason", _("Why the commitment has this status, where given."), lambda row: row.status_reason),
        Column(
            "superseded_by",
            _("The reference of the commitment that took the place of this one."),
            lambda row: row.superseded_by and row.superseded_by.reference,
        ),
        Column(
            "outlook",
            _("How the lead sees the way ahead."),
            lambda row: row.outlook,
            required=True,
            choices=tuple(Outlook.values),
            labels=_labels(Outlook),
        ),
        Column("achieved", _("What was achieved."), lambda row: row.achieved),
        Column("barriers", _("What stood in the way."), lambda row: row.barriers),
        Column("next_steps", _("What comes next."), lambda row: row.next_steps),
        Column(
            "contribution_agencies",
            _("The codes of the partners that added their own part."),
            lambda row: [part["agency"] for part in row.parts],
            many=True,
            relations=(("agencies", "code"),),
            labels=_agency_names,
        ),
        Column(
            "contribution_texts",
            _("What each of these partners says, in the order of the codes."),
            lambda row: [part["text"] for part in row.parts],
            many=True,
        ),
        Column(
            "evidence_titles",
            _("The titles of the public evidence."),
            lambda row: [piece["title"] for piece in row.public_evidence],
            many=True,
        ),
        Column(
            "evidence_locations",
            _("The address or document symbol of each piece of evidence, in the order of the titles."),
            _evidence_locations,
            format="uri",
            many=True,
        ),
    ),
)

AGENCIES = Table(
    name="agencies",
    title=_("Agencies"),
    description=_("The members of the group, and the constituents under one membership."),
    rows=agency_rows,
    columns=(
        Column("code", _("The permanent identifier of the agency."), lambda row: row.code, required=True),
        _page_url(_("The permanent address of the agency’s page.")),
        Column("acronym", _("What the agency is called in short."), lambda row: row.acronym, required=True),
        Column("name", _("The full name."), lambda row: row.name, required=True),
        Column(
            "former_names",
            _("The names that it bore before, the last one first: acronym, name, and the last day of each."),
            _former_names,
            many=True,
        ),
        Column(
            "parent",
            _("The code of the member whose constituent it is; empty for the members themselves."),
            lambda row: row.parent and row.parent.code,
            foreign_key=("agencies", "code"),
            label_in_row=lambda row: row.parent and row.parent.name,
        ),
        Column("mandate", _("What the agency is there for."), lambda row: row.mandate),
        Column("headquarters", _("Where it has its seat."), lambda row: row.headquarters),
        Column("website", _("Its own web site."), lambda row: row.website, format="uri"),
        Column("joined", _("When it joined the group."), lambda row: row.joined, type="date"),
        Column("left", _("When it left the group."), lambda row: row.left, type="date"),
    ),
)

RECOMMENDATIONS = Table(
    name="recommendations",
    title=_("Recommendations"),
    description=_("What the group recommended in February 2014, at four levels, in its official wording."),
    rows=recommendation_rows,
    columns=(
        Column("code", _("The permanent identifier of the recommendation."), lambda row: row.code, required=True),
        _page_url(_("The permanent address of the recommendation’s page.")),
        Column(
            "level",
            _("The level at which it is to be carried out."),
            lambda row: row.level,
            required=True,
            choices=tuple(Recommendation.Level.values),
            labels=_labels(Recommendation.Level),
        ),
        Column("text", _("The official wording."), lambda row: row.text, required=True),
        Column(
            "parent",
            _("The code of the recommendation of which it is a part."),
            lambda row: row.parent and row.parent.code,
            foreign_key=("recommendations", "code"),
        ),
        Column(
            "agenda_points",
            _("The numbers of the related points of the agenda: an editorial reading."),
            lambda row: row.point_numbers,
            many=True,
            labels=_point_titles,
        ),
    ),
)

TABLES = {table.name: table for table in (COMMITMENTS, REPORTS, AGENCIES, RECOMMENDATIONS)}
