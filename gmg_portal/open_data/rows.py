"""The rows of the tables that can be downloaded, each with the values of its related rows in the same statement."""

from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Model, OuterRef, QuerySet, Value
from django.db.models.fields.related_descriptors import ManyToManyDescriptor
from django.db.models.functions import JSONObject

from agencies.models import Agency, FormerName
from commitments.models import Commitment, Partner
from recommendations.models import Recommendation
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.record_filters import RecordQuery
from register.filtering.related_filters import ReportFilter
from register.querysets import register_commitments
from reporting.models import Contribution, Evidence, ProgressReport


def commitment_rows(day: date | None) -> QuerySet[Commitment]:
    """Return the commitments of the register: published and not withdrawn."""
    rows = register_commitments().published(day).with_standing(day).with_state(day).with_moved_at(day)
    return _with_related_values(rows, day).order_by("pk")


def filtered_commitments(query: RecordQuery) -> QuerySet[Commitment]:
    """Return the commitments that match a search of the register, in its order."""
    return _with_related_values(CommitmentFilter.select(register_commitments(), query), query.day)


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


def filtered_reports(query: RecordQuery) -> QuerySet[ProgressReport]:
    """Return the reports that match the parameters of the API's list, in their order."""
    rows = _with_report_values(ReportFilter.select(ProgressReport.objects.all(), query), query.day)
    ordering = rows.query.order_by if query.ordering else ("commitment", "number")
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
    """Return all recommendations with the numbers of their points. They have not changed since 2014."""
    points = Recommendation.agenda_points.through.objects.filter(recommendation=OuterRef("pk"))
    numbers = points.order_by("agendapoint__number").values("agendapoint__number")
    return Recommendation.objects.select_related("parent").annotate(point_numbers=ArraySubquery(numbers))


def _array_of(model: type[Model], value: str, *order: str) -> ArraySubquery:
    return ArraySubquery(model.objects.filter(commitment=OuterRef("pk")).order_by(*order).values(value))


def _array_of_related(relation: ManyToManyDescriptor, value: str, *order: str) -> ArraySubquery:
    return _array_of(relation.through, value, *order)
