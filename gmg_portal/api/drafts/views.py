"""Drafts of reports, written by an agency's own systems with a token, under the rules of the editor area."""

import re

from django.db import transaction
from django.db.models import F, Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from commitments.models import Commitment
from foundation.text.choice_lookup import find_code
from gmg_portal.api.drafts.base import SUBMIT, DraftAPIView, LimitedDepthJSONParser
from gmg_portal.api.drafts.forms import check_form, evidence_form, report_form
from gmg_portal.api.drafts.idempotency import idempotent
from gmg_portal.api.drafts.problems import DraftProblem, FieldFault, unknown_value_fault
from gmg_portal.api.drafts.schema import describe_operations
from gmg_portal.api.drafts.serializers import EXPECTED, DraftListSerializer, draft_state, evidence_code
from reporting import actions
from reporting.evidence.uploads import MAX_BYTES
from reporting.models import Evidence, ProgressReport

# A version as an entity tag: as sent, weak, or with a suffix for its compression, which proxies add.
VERSION_TAG = re.compile(r'(?:W/)?"?v(\d{1,9})\.(\d{1,18})(?:[-;](?:br|deflate|gzip|zstd))?"?')
ANY_VERSION = "*"
OPEN_DRAFT_STATES = ("draft", "sent_back", "submitted")


@describe_operations(get="list_drafts", post="create_draft")
class DraftsView(DraftAPIView):
    """The open reports of the token's agency; POST begins one."""

    def get(self, request, **kwargs):
        rows = (
            self.agency_reports(request)
            .filter(state__in=OPEN_DRAFT_STATES)
            .order_by(F("cycle__due_on").asc(nulls_last=True), "pk")
        )
        page = {"count": len(rows), "results": rows}
        return Response(DraftListSerializer(page, context={"request": request}).data)

    @idempotent
    def post(self, request, **kwargs):
        body = self.body(request)
        cycle = {name: body.pop(name) for name in ["cycle"] if name in body}
        expected = self.expected_report(request, body.get("commitment"), cycle)
        report, seen_version = expected or ProgressReport(), None
        if expected:
            body.pop("commitment")
            seen_version = (expected.version, 0)
        report.on_behalf_of = report.on_behalf_of or request.auth.agency
        form = report_form(report, body, request.user, seen_version)
        check_form(form)
        actions.write_draft(form.instance, by=request.user, reason=actions.BY_TOKEN)
        return self.draft_response(request, report.draft_code, 200 if expected else 201)

    def expected_report(self, request, reference, cycle: dict) -> ProgressReport | None:
        """Return the report that a cycle expects, to be filled in; None if a new one is to be created.

        `cycle` holds the cycle's title as it was sent, or is empty. Only one report per commitment and cycle, and one
        without a cycle, may be open: a second is refused with the address of the first.
        """
        title = cycle.get("cycle")
        if title is not None and not isinstance(title, str):
            raise DraftProblem(
                422, faults=[FieldFault("cycle", _("This is the title of a cycle, or null."), code="invalid_type")]
            )
        reports = ProgressReport.objects.owned_by(request.user).filter(
            commitment__reference__iexact=searchable_text(reference)
        )
        if title is not None:
            return self.expected_in_cycle(request, title, reports.in_open_cycle())
        if cycle:
            self.refuse_duplicate(request, reference, reports.filter(cycle=None))
            return None
        candidates = [
            row
            for row in self.lock_rows(reports.in_open_cycle().editable_by(request.user))
            if draft_state(row) == EXPECTED
        ]
        if len(candidates) > 1:
            titles = [row.cycle.title for row in candidates]
            message = _("More than one cycle expects a report on this commitment: name one of them.")
            raise DraftProblem(422, faults=[FieldFault("cycle", message, tuple(titles), code="required")])
        if not candidates:
            self.refuse_duplicate(
                request, reference, reports.filter(Q(cycle=None) | Q(pk__in=reports.in_open_cycle().values("pk")))
            )
        return candidates[0] if candidates else None

    def expected_in_cycle(self, request, title: str, reports) -> ProgressReport:
        titles = list(reports.values_list("cycle__title", flat=True))
        known_title = find_code(title, zip(titles, titles, strict=True))
        report = next(iter(self.lock_rows(reports.filter(cycle__title=known_title))), None) if known_title else None
        if report is None:
            message = _("No report on this commitment is asked for by an open cycle ‘%(title)s’.") % {"title": title}
            raise DraftProblem(422, faults=[unknown_value_fault("cycle", title, titles, message)])
        if draft_state(report) != EXPECTED:
            raise self.duplicate_problem(request, report)
        return report

    def refuse_duplicate(self, request, reference, reports) -> None:
        """Refuse to begin a report beside an open one; the commitment is locked, so of two requests at once one wins.

        Locks are taken in the order of the workflow: reports first, then their commitment.
        """
        list(
            Commitment.objects.filter(reference__iexact=searchable_text(reference))
            .select_for_update(no_key=True)
            .values("pk")
        )
        if first := reports.filter(state__in=OPEN_DRAFT_STATES).order_by("pk").last():
            raise self.duplicate_problem(request, first)

    def duplicate_problem(self, request, first: ProgressReport) -> DraftProblem:
        address = request.build_absolute_uri(reverse("api:draft", args=[first.draft_code]))
        message = _("This report is begun already: change it at %(address)s.") % {"address": address}
        return DraftProblem(409, message, existing=address, code="draft_exists")

    def lock_rows(self, rows):
        return list(rows.select_for_update(of=("self",)).order_by("pk"))


@describe_operations(get="get_draft", patch="update_draft")
class DraftView(DraftAPIView):
    """A report of the token's agency: read it and change it."""

    def get(self, request, code, **kwargs):
        return self.draft_response(request, code)

    @transaction.atomic
    def patch(self, request, code, **kwargs):
        if "If-Match" not in request.headers:
            detail = _("Send the version that you change as a header ‘If-Match’: nobody's work is to be overwritten.")
            raise DraftProblem(428, detail)
        versions = if_match_versions(request)
        report = self.locked_report(request, code)
        form = report_form(report, self.body(request), request.user, base_version(versions, report))
        check_form(form)
        if form.changed_data:
            actions.write_draft(form.instance, by=request.user, reason=actions.BY_TOKEN)
        return self.draft_response(request, code)


@describe_operations(post="submit_draft")
class SubmitView(DraftAPIView):
    """Sends a report to the reviewers."""

    scopes = {"POST": SUBMIT}

    @idempotent
    def post(self, request, code, **kwargs):
        if self.body(request):
            raise DraftProblem(422, _("Submitting takes no fields: send an empty object."))
        versions = if_match_versions(request)
        report = self.locked_report(request, code)
        if versions and base_version(versions, report)[0] != report.version:
            raise DraftProblem(
                412, _("Somebody changed this since you read it: look at it again before you submit it.")
            )
        actions.submit(report, by=request.user)
        return self.draft_response(request, code)


@describe_operations(post="add_evidence")
class DraftEvidenceView(DraftAPIView):
    """The evidence of a draft: POST adds a piece."""

    parser_classes = [LimitedDepthJSONParser, MultiPartParser]

    @idempotent
    def post(self, request, code, **kwargs):
        body = self.body(request)
        report = self.locked_report(request, code)
        if any(file.size > MAX_BYTES for file in request.FILES.values()):
            raise DraftProblem(413, _("This file is larger than 25 MB."))
        form = evidence_form(Evidence(report=report), body, request.FILES)
        check_form(form)
        actions.add_evidence(report, form.instance, by=request.user)
        return self.draft_response(request, code, 201)


@describe_operations(delete="remove_evidence")
class DraftEvidenceItemView(DraftAPIView):
    """A piece of evidence of a draft: DELETE removes it."""

    @transaction.atomic
    def delete(self, request, code, piece, **kwargs):
        report = self.locked_report(request, code)
        evidence = next((item for item in report.evidence.all() if evidence_code(item) == piece), None)
        if evidence is None:
            raise Http404
        actions.remove_evidence(evidence, by=request.user)
        return Response(status=204)


def if_match_versions(request: Request) -> list[tuple[int, int] | None]:
    """Return the versions and history ids that If-Match names, None for any version; [] without If-Match."""
    header = request.headers.get("If-Match")
    if header is None:
        return []
    tags = [tag.strip() for tag in header.split(",")]
    matches = [None if tag == ANY_VERSION else VERSION_TAG.fullmatch(tag) for tag in tags]
    if any(match is None and tag != ANY_VERSION for match, tag in zip(matches, tags, strict=True)):
        raise DraftProblem(
            400, _('If-Match is the version of a draft as it was read, in quotes: "v3.1217"; or * for any.')
        )
    return [match and (int(match[1]), int(match[2])) for match in matches]


def base_version(named_versions: list[tuple[int, int] | None], report: ProgressReport) -> tuple[int, int]:
    """Return the version on which a change is based: the current one if If-Match names it, else the first named."""
    current = (report.version, 0)
    return next(
        (version or current for version in named_versions if version is None or version[0] == report.version),
        named_versions[0],
    )


def searchable_text(value: object) -> str:
    """Return a text that PostgreSQL can look up; an empty one for any other value, which matches nothing."""
    return value if isinstance(value, str) and "\0" not in value else ""
