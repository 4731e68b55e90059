"""The page of a commitment, and the files that belong to it."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.generic import DetailView, View

from commitments.models import Commitment, Status
from foundation.clock import today
from foundation.http.public_pages import RecordPage, StrictQuery
from register.changes.history import commitment_history
from register.changes.report_comparison import compare_assessments, diff_reports
from register.details.citations import Citation
from register.details.facts import commitment_facts
from register.details.related import predecessors_of, related_commitments, with_other_commitments_count
from register.querysets import register_commitments
from reporting.evidence.serving import evidence_download_response
from reporting.models import Evidence, ProgressReport


class CommitmentView(RecordPage, DetailView):
    """The page of a commitment with its history; withdrawn ones keep their page. The roof names its template."""

    api_route = "commitments-detail"
    slug_field = slug_url_kwarg = "reference"
    context_object_name = "commitment"

    def get_queryset(self):
        day = self.query.day
        return (
            register_commitments()
            .public(day)
            .with_standing(day)
            .select_related("lead_agency", "workgroup", "work_plan", "reviewing_agency")
            .prefetch_related(
                "partners__agency",
                "stakeholders",
                "agenda_points",
                Prefetch("recommendations", with_other_commitments_count(self.kwargs["reference"], day)),
                "milestones",
                "withdrawals",
            )
            .defer("search")
        )

    def get_context_data(self, **kwargs):
        day, commitment = self.query.day, self.object
        reports = self._reports()
        successor = reports[0].superseded_by if reports and reports[0].status == Status.SUPERSEDED else None
        predecessors = predecessors_of(commitment, day)
        citation = Citation.of(commitment, self.request.build_absolute_uri(commitment.get_absolute_url()), day)
        status_changes = commitment.status_changes.published(day).newest_first().select_related("report")
        return super().get_context_data(
            report_diffs=diff_reports(reports),
            compared_assessments=compare_assessments(self._assessments(), reports),
            history=commitment_history(commitment, status_changes, day),
            successor=successor,
            successor_withdrawal=successor.withdrawal_on(day) if successor else None,
            predecessors=predecessors,
            related=related_commitments(commitment, successor, predecessors, day),
            citation=citation,
            facts=commitment_facts(commitment),
            withdrawal=commitment.withdrawal_on(day),
            today=day or today(),
            **kwargs,
        )

    def _reports(self) -> list[ProgressReport]:
        evidence = Prefetch("evidence", Evidence.objects.public(), to_attr="public_evidence")
        reports = self.object.reports.published(self.query.day).newest_first()
        return list(
            reports.select_related("commitment", "on_behalf_of", "cycle", "superseded_by", "reviewing_agency")
            .defer("commitment__search", "superseded_by__search")
            .prefetch_related(evidence, "contributions__agency")
        )

    def _assessments(self):
        day = self.query.day
        rows = self.object.assessments.published(day).select_related("agency", "workgroup", "reviewing_agency")
        return rows.with_answers(day)


class CitationView(StrictQuery, View):
    """The citation as a file for reference managers."""

    def get(self, request, reference, form):
        rows = Commitment.objects.public(self.query.day).select_related("lead_agency", "workgroup").defer("search")
        commitment = get_object_or_404(rows, reference=reference)
        address = request.build_absolute_uri(commitment.get_absolute_url())
        citation = Citation.of(commitment, address, self.query.day)
        text, media_type = {
            "bib": (citation.bibtex, "application/x-bibtex"),
            "ris": (citation.ris, "application/x-research-info-systems"),
        }[form]
        response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
        response["Content-Disposition"] = content_disposition_header(True, f"{commitment.reference}.{form}")
        return response


class EvidenceFileView(StrictQuery, View):
    """The download of a public evidence file of a published report."""

    def get(self, request, reference, name):
        reports = Commitment.objects.public().filter(reference=reference).values("reports")
        evidence = get_object_or_404(
            Evidence.objects.public()
            .filter(report__state="published", report__in=reports)
            .select_related("report__commitment"),
            file__startswith=f"evidence/{name}",
        )
        return evidence_download_response(request, evidence)
