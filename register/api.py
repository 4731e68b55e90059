from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.models import Commitment
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


def whole_record(day) -> list[Prefetch | str]:
    """Return the prefetches for the related rows on the page of a commitment, as of the day."""
    reports = (
        ProgressReport.objects.published(day)
        .newest_first()
        .select_related("cycle", "on_behalf_of", "superseded_by", "reviewing_agency")
    )
    changes = StatusChange.objects.published(day).newest_first()
    assessments = Assessment.objects.published(day).order_by("-published_on", "-pk")
    return [
        "partners__agency",
        "milestones",
        "withdrawals",
        Prefetch("supersedes", Commitment.objects.published(day).order_by("pk")),
        Prefetch("reports", reports, to_attr="public_reports"),
        "public_reports__contributions__agency",
        Prefetch("public_reports__evidence", Evidence.objects.public().order_by("pk"), to_attr="public_evidence"),
        Prefetch("status_changes", changes.select_related("report"), to_attr="public_changes"),
        Prefetch(
            "assessments",
            assessments.select_related("agency", "workgroup", "report", "reviewing_agency").with_answers(day),
            to_attr="public_assessments",
        ),
    ]


class CommitmentViewSet(ReadOnlyModelViewSet):
    """The register: what agencies and work groups undertook, what became of it, and who says so."""

    queryset = (
        register_commitments()
        .select_related("lead_agency", "workgroup", "work_plan")
        .prefetch_related(
            Prefetch("partner_agencies", Agency.objects.order_by("position", "acronym")),
            Prefetch("agenda_points", AgendaPoint.objects.order_by("number")),
            Prefetch("recommendations", Recommendation.objects.order_by("position", "code")),
            "stakeholders",
        )
    )
    filterset_class = CommitmentFilter
    detail_filterset_class = CommitmentRecordFilter
    lookup_field = "reference"
    lookup_value_regex = "[A-Z]+-[0-9]+"

    def get_serializer_class(self):
        return CommitmentSerializer if self.detail else CommitmentRowSerializer

    def filter_queryset(self, queryset):
        rows = super().filter_queryset(queryset).with_latest_report(self.filterset.day)
        if not self.detail:
            return rows
        return rows.select_related("reviewing_agency").prefetch_related(*whole_record(self.filterset.day))


class ReportViewSet(ReadOnlyModelViewSet):
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

    def get_object(self):
        reference, number = self.kwargs["code"].rsplit("-", 1)
        reports = self.filter_queryset(self.get_queryset())
        return get_object_or_404(reports, commitment__reference=reference, number=number)


class StatusChangeViewSet(ReadOnlyModelViewSet):
    """The history of every status, newest first; a change bears the code of the report that made it."""

    queryset = StatusChange.objects.select_related("commitment", "report__commitment").newest_first()
    serializer_class = StatusChangeSerializer
    filterset_class = StatusChangeFilter
    detail_filterset_class = RecordWithMovedAtFilter
    lookup_field = "code"
    lookup_value_regex = REPORT_CODE

    def get_object(self):
        reference, number = self.kwargs["code"].rsplit("-", 1)
        changes = self.filter_queryset(self.get_queryset())
        return get_object_or_404(changes, commitment__reference=reference, report__number=number)


class SummaryView(GenericAPIView):
    """One summary of the register, as it stands or stood at the end of a day."""

    queryset = register_commitments().none()
    filterset_class = RecordFilter
    pagination_class = None
    summary = None

    def get(self, request, **kwargs):
        self.filter_queryset(self.get_queryset())
        return Response(self.get_serializer(self.summary(self.filterset.day)).data)


class MatrixView(SummaryView):
    """How many commitments each lead undertook on each agenda point."""

    serializer_class = MatrixSerializer
    summary = staticmethod(statistics.matrix)


class GapsView(SummaryView):
    """What nobody has taken up, what has no day, and what nobody has reported on."""

    serializer_class = GapsSerializer
    summary = staticmethod(statistics.gaps)


class FreshnessView(SummaryView):
    """How recently the leads were heard."""

    serializer_class = FreshnessSummarySerializer
    summary = staticmethod(statistics.freshness)
