"""The four tables that can be downloaded. Names, codes and meanings are those of the API."""

from collections.abc import Callable

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.public_fields import AGENCY
from agenda.models import AgendaPoint
from commitments.models import Freshness, Verification
from commitments.public_fields import COMMITMENT
from gmg_portal.open_data.public_columns import BY_CODE, BY_NAME, BY_NUMBER, BY_REFERENCE, public_columns
from gmg_portal.open_data.rows import (
    agency_rows,
    commitment_rows,
    filtered_commitments,
    filtered_reports,
    recommendation_rows,
    report_rows,
)
from gmg_portal.open_data.table_classes import Table
from recommendations.models import Recommendation
from recommendations.public_fields import RECOMMENDATION
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.related_filters import ReportFilter
from reporting.models import Evidence, ProgressReport
from reporting.public_fields import REPORT
from workgroups.models import WorkGroup

REFERENCE = r"HLD-\d{4,}"


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


PAGE = {"value": lambda row: row.get_absolute_url(), "format": "uri", "required": True}
STATES = {"required": True, "choices": ("published", "withdrawn"), "labels": None}


COMMITMENTS = Table(
    name="commitments",
    title=_("Commitments"),
    description=_("Every commitment that stands in the register, with what became of it. Withdrawn ones are left out."),
    rows=commitment_rows,
    supports_as_of=True,
    filterset=CommitmentFilter,
    filtered_rows=filtered_commitments,
    columns=public_columns(
        COMMITMENT,
        {
            "reference": {"pattern": REFERENCE},
            "url": PAGE,
            "state": {"value": lambda row: row.standing_state, **STATES},
            "withdrawn_on": {"value": lambda row: row.standing_withdrawn_on},
            "withdrawn_reason": {"value": lambda row: row.standing_withdrawn_reason},
            "lead": {
                "stated_by": BY_CODE,
                "value": lambda row: row.lead_code,
                "required": True,
                "relations": (("agencies", "code", ("lead_kind", "agency")),),
                "labels": _lead_names,
            },
            "lead_kind": {
                "value": lambda row: "agency" if row.lead_agency else "workgroup",
                "required": True,
                "choices": ("agency", "workgroup"),
            },
            "partners": {
                "stated_by": BY_CODE,
                "value": lambda row: row.partner_codes,
                "many": True,
                "required": False,
                "relations": (("agencies", "code"),),
                "labels": _agency_names,
            },
            "stakeholders": {"stated_by": BY_NAME, "value": lambda row: row.stakeholder_names, "many": True},
            "agenda_points": {
                "stated_by": BY_NUMBER,
                "value": lambda row: row.point_numbers,
                "many": True,
                "labels": _point_titles,
            },
            "recommendations": {
                "stated_by": BY_CODE,
                "value": lambda row: row.recommendation_codes,
                "many": True,
                "relations": (("recommendations", "code"),),
                "labels": _recommendation_texts,
            },
            "work_plan": {
                "stated_by": BY_CODE,
                "value": lambda row: row.work_plan and row.work_plan.slug,
                "label_in_row": lambda row: row.work_plan and row.work_plan.title,
            },
            "status": {"value": lambda row: row.standing_status},
            "status_reason": {"value": lambda row: row.standing_reason},
            "superseded_by": {"stated_by": BY_REFERENCE, "value": lambda row: row.successor or None},
            "outlook": {"value": lambda row: row.standing_outlook},
            "freshness": {
                "value": lambda row: row.standing_freshness,
                "required": True,
                "choices": tuple(Freshness.values),
                "labels": _labels(Freshness),
            },
            "verification": {
                "value": lambda row: row.standing_verification,
                "required": True,
                "choices": tuple(Verification.values),
                "labels": _labels(Verification),
            },
            "published_on": {"required": True},
            "updated_at": {"value": lambda row: row.moved_at, "type": "datetime"},
        },
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
    columns=public_columns(
        REPORT,
        {
            "code": {"value": lambda row: row.reference, "required": True, "pattern": rf"{REFERENCE}-\d+"},
            "url": PAGE,
            "commitment": {
                "stated_by": BY_REFERENCE,
                "value": lambda row: row.commitment.reference,
                "foreign_key": ("commitments", "reference"),
                "label_in_row": lambda row: row.commitment.title,
            },
            "commitment_state": STATES,
            "number": {"required": True},
            "updated_at": {"value": lambda row: row.moved_at, "type": "datetime"},
            "published_on": {"required": True},
            "origin": {
                "value": lambda row: "lead" if row.author_id else "public_source",
                "required": True,
                "choices": ("lead", "public_source"),
            },
            "cycle": {"stated_by": BY_NAME, "value": lambda row: row.cycle and row.cycle.title},
            "on_behalf_of": {
                "stated_by": BY_CODE,
                "value": lambda row: row.on_behalf_of and row.on_behalf_of.code,
                "foreign_key": ("agencies", "code"),
                "labels": _agency_names,
            },
            "status": {"required": True},
            "superseded_by": {
                "stated_by": BY_REFERENCE,
                "value": lambda row: row.superseded_by and row.superseded_by.reference,
            },
            "contribution_agencies": {
                "value": lambda row: [part["agency"] for part in row.parts],
                "many": True,
                "relations": (("agencies", "code"),),
                "labels": _agency_names,
            },
            "contribution_texts": {"value": lambda row: [part["text"] for part in row.parts], "many": True},
            "evidence_titles": {"value": lambda row: [piece["title"] for piece in row.public_evidence], "many": True},
            "evidence_locations": {"value": _evidence_locations, "format": "uri", "many": True},
        },
    ),
)

AGENCIES = Table(
    name="agencies",
    title=_("Agencies"),
    description=_("The members of the group, and the constituents under one membership."),
    rows=agency_rows,
    columns=public_columns(
        AGENCY,
        {
            "url": PAGE,
            "former_names": {"value": _former_names, "many": True},
            "parent": {
                "stated_by": BY_CODE,
                "value": lambda row: row.parent and row.parent.code,
                "foreign_key": ("agencies", "code"),
                "label_in_row": lambda row: row.parent and row.parent.name,
            },
            "website": {"format": "uri"},
        },
    ),
)

RECOMMENDATIONS = Table(
    name="recommendations",
    title=_("Recommendations"),
    description=_("What the group recommended in February 2014, at four levels, in its official wording."),
    rows=recommendation_rows,
    columns=public_columns(
        RECOMMENDATION,
        {
            "url": PAGE,
            "parent": {
                "stated_by": BY_CODE,
                "value": lambda row: row.parent and row.parent.code,
                "foreign_key": ("recommendations", "code"),
            },
            "agenda_points": {
                "stated_by": BY_NUMBER,
                "value": lambda row: row.point_numbers,
                "many": True,
                "labels": _point_titles,
            },
        },
    ),
)

TABLES = {table.name: table for table in (COMMITMENTS, REPORTS, AGENCIES, RECOMMENDATIONS)}
