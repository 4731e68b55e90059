"""Serve commitments, reports, status changes and summaries read-only under `/api/v1/`."""

from datetime import date

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment
from foundation.rest.views import QueryResponse, QueryView, RecordViewSet
from recommendations.models import Recommendation
from register import statistics
from register.filtering.commitment_filters import CommitmentFilter, CommitmentRecordFilter
from register.filtering.record_filters import RecordFilter, RecordWithMovedAtFilter
from register.filtering.related_filters import ReportFilter, StatusChangeFilter
from register.querysets import register_commitments
from register.serializers import (
    CommitmentRowSerializer,
    CommitmentSerializer,
    FreshnessSummarySerializer,
    GapsSerializer,
    MatrixSerializer,
    ReportSerializer,
    StatusChangeSerializer,
)
from reporting.models import Assessment, Evidence, ProgressReport, StatusChange

REPORT_CODE = "[A-Z]+-[0-9]+-[0-9]+"


# What the fields of a commitment are built from, where one query more reads it for all rows.
RELATED_ROWS: dict[str, Prefetch | str] = {
    "partners": Prefetch("partner_agencies", Agency.objects.order_by("position", "acronym")),
    "agenda_points": Prefetch("agenda_points", AgendaPoint.objects.order_by("number")),
    "recommendations": Prefetch("recommendations", Recommendation.objects.order_by("position", "code")),
    "stakeholders": "stakeholders",
}


def whole_record(day: date | None) -> dict[str, list[Prefetch | str]]:
    """Return the prefetches for the fields of a single commitment, by field, as of the day."""
    reports = (
        ProgressReport.objects.published(day)
        .newest_first()
        .select_related("cycle", "on_behalf_of", "superseded_by", "reviewing_agency")
    )
    changes = StatusChange.objects.published(day).newest_first()
    assessments = Assessment.objects.published(day).order_by("-published_on", "-pk")
    return {
        **{name: [related] for name, related in RELATED_ROWS.items()},
        "partners": ["partners__agency"],
        "milestones": ["milestones"],
        "withdrawals": ["withdrawals"],
        "supersedes": [Prefetch("supersedes", Commitment.objects.published(day).order_by("pk"))],
        "reports": [
            Prefetch("reports", reports, to_attr="public_reports"),
            "public_reports__contributions__agency",
            Prefetch("public_reports__evidence", Evidence.objects.public().order_by("pk"), to_attr="public_evidence"),
        ],
        "status_changes": [Prefetch("status_changes", changes.select_related("report"), to_attr="public_changes")],
        "assessments": [
            Prefetch(
                "assessments",
                assessments.select_related("agency", "workgroup", "report", "reviewing_agency").with_answers(day),
                to_attr="public_assessments",
            )
        ],
    }


class CommitmentViewSet(RecordViewSet):
    """The register: what agencies and work groups undertook, what became of it, and who says so."""

    queryset = register_commitments().select_related("lead_agency", "workgroup", "work_plan")
    filterset_class = CommitmentFilter
    detail_filterset_class = CommitmentRecordFilter
    lookup_field = "reference"
    lookup_value_regex = "[A-Z]+-[0-9]+"

    def get_serializer_class(self):
        return CommitmentSerializer if self.detail else CommitmentRowSerializer

    def rows(self, query):
        rows = super().rows(query)
        if query.needs("status_reason", "superseded_by"):
            rows = rows.with_latest_report(query.day)
        if not self.detail:
            return rows.prefetch_related(*[related for name, related in RELATED_ROWS.items() if query.needs(name)])
        parts = [part for name, related in whole_record(query.day).items() if query.needs(name) for part in related]
        return rows.select_related("reviewing_agency").prefetch_related(*parts)


class ReportViewSet(RecordViewSet):
    """Published progress reports, newest first."""

    queryset = (
        ProgressReport.objects.select_related(
            "commitment", "cycle", "on_behalf_of", "superseded_by", "reviewing_agency"
        )
        .prefetch_related(
            Prefetch("evidence", Evidence.objects.public().order_by("pk"), to_attr="public_evidence"),
            "contributions__agency",
        )
        .newest_first()
    )
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    detail_filterset_class = RecordWithMovedAtFilter
    lookup_field = "code"
    lookup_value_regex = REPORT_CODE

    def get_row(self, rows):
        reference, number = self.kwargs["code"].rsplit("-", 1)
        return get_object_or_404(rows, commitment__reference=reference, number=number)


class StatusChangeViewSet(RecordViewSet):
    """The history of every status, newest first; a change bears the code of the report that made it."""

    queryset = StatusChange.objects.select_related("commitment", "report__commitment").newest_first()
    serializer_class = StatusChangeSerializer
    filterset_class = StatusChangeFilter
    detail_filterset_class = RecordWithMovedAtFilter
    lookup_field = "code"
    lookup_value_regex = REPORT_CODE

    def get_row(self, rows):
        reference, number = self.kwargs["code"].rsplit("-", 1)
        return get_object_or_404(rows, commitment__reference=reference, report__number=number)


class SummaryView(QueryView):
    """One summary of the register, as it stands or stood at the end of a day."""

    queryset = register_commitments().none()
    filterset_class = RecordFilter
    pagination_class = None
    summary = None

    def get(self, request, **kwargs):
        query = self.parse_query()
        return QueryResponse(self.serialize(self.summary(query.day), query), query)


class MatrixView(SummaryView):
    """Number of commitments of each lead on each agenda point."""

    serializer_class = MatrixSerializer
    summary = staticmethod(statistics.matrix)


class GapsView(SummaryView):
    """Recommendations and points without commitments, and commitments without a deadline or a report."""

    serializer_class = GapsSerializer
    summary = staticmethod(statistics.gaps)


class FreshnessView(SummaryView):
    """Freshness of the leads' reports."""

    serializer_class = FreshnessSummarySerializer
    summary = staticmethod(statistics.freshness)
