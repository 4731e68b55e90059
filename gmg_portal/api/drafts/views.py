"""Drafts of reports, written by an agency's own systems with a token, under the rules of the editors' side."""

import json
import re
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.db.models import F, Max, OuterRef, Prefetch, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.models import AccessToken
from commitments import actions
from commitments.evidence.uploads import MAX_BYTES
from commitments.models import Commitment, Evidence, ProgressReport
from commitments.permissions import OPEN_STATES
from foundation.text.choice_words import find_code
from gmg_portal.api.base import FORMAT, refuse_all_but
from gmg_portal.api.drafts.authentication import MayByToken, TokenAuthentication
from gmg_portal.api.drafts.forms import accept, evidence_form, report_form
from gmg_portal.api.drafts.keeping import once
from gmg_portal.api.drafts.problems import FieldFault, Problem, handle, not_among
from gmg_portal.api.drafts.schema import described
from gmg_portal.api.drafts.serializers import (
    EXPECTED,
    DraftListSerializer,
    DraftSerializer,
    code_of,
    state_of,
    version_of,
)
from gmg_portal.api.renderers import Renderer

MOST_OF_TEXT = 1024 * 1024  # bytes of a body without a file
MOST_LEVELS = 10  # of arrays and objects within each other
# A version as an entity tag: as it was given out, weak or with the name of a packer, as servers on the way make it.
VERSION = re.compile(r'(?:W/)?"?v(\d{1,9})\.(\d{1,18})(?:[-;](?:br|deflate|gzip|zstd))?"?')
ANY = "*"
READ, DRAFT, SUBMIT = AccessToken.Scope.READ, AccessToken.Scope.DRAFT, AccessToken.Scope.SUBMIT
WAITING = ("draft", "sent_back", "submitted")


class FlatJSONParser(JSONParser):
    """Reads JSON that is nested no deeper than anything that is sent here."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError from None
        if is_nested(data, MOST_LEVELS):
            raise ParseError
        return data


def is_nested(data, levels: int) -> bool:
    """Whether arrays and objects stand within each other on more levels than these."""
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else None
    return parts is not None and (levels == 0 or any(is_nested(part, levels - 1) for part in parts))


class SubmissionView(APIView):
    """What all of them share: a token, a brake for whoever has none, and answers that nobody keeps."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [MayByToken]
    renderer_classes = [Renderer]
    parser_classes = [FlatJSONParser]
    scopes = {"POST": DRAFT, "PATCH": DRAFT, "DELETE": DRAFT}

    def perform_authentication(self, request):
        """Only once the address was counted: whoever tries tokens is braked like anybody who asks too often."""
        super().check_throttles(Request(request._request))
        if request.method != "OPTIONS":
            super().perform_authentication(request)

    def check_permissions(self, request):
        """A browser asks for the methods before it sends a token: they are told to everybody."""
        if request.method != "OPTIONS":
            super().check_permissions(request)

    def check_throttles(self, request):
        """Done, before anything was asked about the token."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_all_but({FORMAT}, request.query_params)
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.most_bytes(request):
            raise RequestDataTooBig

    def most_bytes(self, request) -> int:
        with_file = MultiPartParser in self.parser_classes and request.content_type.startswith("multipart/")
        return MOST_OF_TEXT + (MAX_BYTES if with_file else 0)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization"])
        return response

    def get_exception_handler(self):
        return handle

    def body(self, request) -> dict:
        """The fields that were sent: one object, whose texts can be written down."""
        data = request.data
        fields = {name: data[name] for name in data if name not in request.FILES} if isinstance(data, dict) else None
        try:
            json.dumps(fields, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            fields = None
        if fields is None:
            raise ParseError
        return fields

    # Rows

    def reports(self, request):
        """The reports of the token's agency, and of the groups that it leads."""
        lines = ProgressReport.history.filter(id=OuterRef("pk")).order_by().values("id").annotate(newest=Max("pk"))
        own = Evidence.objects.visible_to(request.user).select_related("report").order_by("pk")
        return (
            ProgressReport.objects.owned_by(request.user)
            .visible_to(request.user)
            .select_related("commitment", "cycle", "on_behalf_of", "superseded_by")
            .prefetch_related(Prefetch("evidence", own, to_attr="own_evidence"))
            .annotate(newest_line=Subquery(lines.values("newest")))
        )

    def report(self, request, code: UUID) -> ProgressReport:
        return get_object_or_404(self.reports(request), draft_code=code)

    def locked(self, request, code: UUID) -> ProgressReport:
        """The report, held until the deed is done, if it can still be written."""
        rows = ProgressReport.objects.owned_by(request.user).filter(draft_code=code)
        report = rows.select_for_update(of=("self",)).first()
        if report is None:
            raise Http404
        if report.state not in OPEN_STATES:
            words = {"state": report.get_state_display()}
            raise Problem(409, _("This is in the state ‘%(state)s’, and takes no changes.") % words)
        return report

    def answer(self, request, code: UUID, status: int = 200) -> Response:
        report = self.report(request, code)
        told = DraftSerializer(report, context={"request": request}).data
        headers = {"ETag": f'"{version_of(report)}"'}
        if status == 201:
            headers["Location"] = told["url"]
        return Response(told, status=status, headers=headers)


@described(get="list_drafts", post="create_draft")
class DraftsView(SubmissionView):
    """The open reports of the token's agency; and where one is begun."""

    def get(self, request, **kwargs):
        rows = self.reports(request).filter(state__in=WAITING).order_by(F("cycle__due_on").asc(nulls_last=True), "pk")
        told = {"count": len(rows), "results": rows}
        return Response(DraftListSerializer(told, context={"request": request}).data)

    @once
    def post(self, request, **kwargs):
        body = self.body(request)
        cycle = {name: body.pop(name) for name in ["cycle"] if name in body}
        expected = self.expected(request, body.get("commitment"), cycle)
        report, seen = expected or ProgressReport(), None
        if expected:
            body.pop("commitment")
            seen = (expected.version, 0)
        report.on_behalf_of = report.on_behalf_of or request.auth.agency
        form = report_form(report, body, request.user, seen)
        accept(form)
        actions.write_draft(form.instance, by=request.user, reason=actions.BY_TOKEN)
        return self.answer(request, report.draft_code, 200 if expected else 201)

    def expected(self, request, reference, cycle: dict) -> ProgressReport | None:
        """Return the report that a cycle expects, to be filled in; None where another is to be begun.

        `cycle` holds the cycle's title as it was sent, or nothing. Of a commitment and a cycle one report is open at a
        time, and so is one that no cycle asked for: a second is refused, naming the first.
        """
        title = cycle.get("cycle")
        if title is not None and not isinstance(title, str):
            raise Problem(
                422, faults=[FieldFault("cycle", _("This is the title of a cycle, or null."), code="invalid_type")]
            )
        reports = ProgressReport.objects.owned_by(request.user).filter(commitment__reference__iexact=text(reference))
        if title is not None:
            return self.expected_by(request, title, reports.in_open_cycle())
        if cycle:
            self.refuse_second(request, reference, reports.filter(cycle=None))
            return None
        expected = [
            row for row in self.held(reports.in_open_cycle().editable_by(request.user)) if state_of(row) == EXPECTED
        ]
        if len(expected) > 1:
            titles = [row.cycle.title for row in expected]
            message = _("More than one cycle expects a report on this commitment: name one of them.")
            raise Problem(422, faults=[FieldFault("cycle", message, tuple(titles), code="required")])
        if not expected:
            self.refuse_second(
                request, reference, reports.filter(Q(cycle=None) | Q(pk__in=reports.in_open_cycle().values("pk")))
            )
        return expected[0] if expected else None

    def expected_by(self, request, title: str, reports) -> ProgressReport:
        titles = list(reports.values_list("cycle__title", flat=True))
        known_title = find_code(title, zip(titles, titles, strict=True))
        report = next(iter(self.held(reports.filter(cycle__title=known_title))), None) if known_title else None
        if report is None:
            message = _("No report on this commitment is asked for by an open cycle ‘%(title)s’.") % {"title": title}
            raise Problem(422, faults=[not_among("cycle", title, titles, message)])
        if state_of(report) != EXPECTED:
            raise self.second(request, report)
        return report

    def refuse_second(self, request, reference, reports) -> None:
        """Refuse to begin a report beside one that is open. The commitment is locked, so of two at once one is begun.

        Locks are taken in the order of the workflow's own: reports first, then their commitment.
        """
        list(Commitment.objects.filter(reference__iexact=text(reference)).select_for_update(no_key=True).values("pk"))
        if first := reports.filter(state__in=WAITING).order_by("pk").last():
            raise self.second(request, first)

    def second(self, request, first: ProgressReport) -> Problem:
        address = request.build_absolute_uri(reverse("api:draft", args=[first.draft_code]))
        message = _("This report is begun already: change it at %(address)s.") % {"address": address}
        return Problem(409, message, existing=address, code="draft_exists")

    def held(self, rows):
        return list(rows.select_for_update(of=("self",)).order_by("pk"))


@described(get="get_draft", patch="update_draft")
class DraftView(SubmissionView):
    """One report of the token's agency."""

    def get(self, request, code, **kwargs):
        return self.answer(request, code)

    @transaction.atomic
    def patch(self, request, code, **kwargs):
        if "If-Match" not in request.headers:
            told = _("Send the version that you change as a header ‘If-Match’: nobody's work is to be overwritten.")
            raise Problem(428, told)
        versions = versions_of(request)
        report = self.locked(request, code)
        form = report_form(report, self.body(request), request.user, seen_among(versions, report))
        accept(form)
        if form.changed_data:
            actions.write_draft(form.instance, by=request.user, reason=actions.BY_TOKEN)
        return self.answer(request, code)


@described(post="submit_draft")
class SubmitView(SubmissionView):
    """Sends a report to the reviewers."""

    scopes = {"POST": SUBMIT}

    @once
    def post(self, request, code, **kwargs):
        if self.body(request):
            raise Problem(422, _("Submitting takes no fields: send an empty object."))
        versions = versions_of(request)
        report = self.locked(request, code)
        if versions and seen_among(versions, report)[0] != report.version:
            raise Problem(412, _("Somebody changed this since you read it: look at it again before you submit it."))
        actions.submit(report, by=request.user)
        return self.answer(request, code)


@described(post="add_evidence")
class DraftEvidenceView(SubmissionView):
    """Where evidence is added to a draft."""

    parser_classes = [FlatJSONParser, MultiPartParser]

    @once
    def post(self, request, code, **kwargs):
        body = self.body(request)
        report = self.locked(request, code)
        if any(file.size > MAX_BYTES for file in request.FILES.values()):
            raise Problem(413, _("This file is larger than 25 MB."))
        form = evidence_form(Evidence(report=report), body, request.FILES)
        accept(form)
        actions.add_evidence(report, form.instance, by=request.user)
        return self.answer(request, code, 201)


@described(delete="remove_evidence")
class DraftPieceView(SubmissionView):
    """One piece of evidence of a draft."""

    @transaction.atomic
    def delete(self, request, code, piece, **kwargs):
        report = self.locked(request, code)
        found = next((one for one in report.evidence.all() if code_of(one) == piece), None)
        if found is None:
            raise Http404
        actions.remove_evidence(found, by=request.user)
        return Response(status=204)


def versions_of(request) -> list[tuple[int, int] | None]:
    """Return the versions and lines of the history that If-Match names, None for any version; [] without If-Match."""
    header = request.headers.get("If-Match")
    if header is None:
        return []
    tags = [tag.strip() for tag in header.split(",")]
    matches = [None if tag == ANY else VERSION.fullmatch(tag) for tag in tags]
    if any(match is None and tag != ANY for match, tag in zip(matches, tags, strict=True)):
        raise Problem(400, _('If-Match is the version of a draft as it was read, in quotes: "v3.1217"; or * for any.'))
    return [match and (int(match[1]), int(match[2])) for match in matches]


def seen_among(versions: list[tuple[int, int] | None], report: ProgressReport) -> tuple[int, int]:
    """Return the version that a change is made upon: the present one where it is named, or else the first named."""
    present = (report.version, 0)
    return next((seen or present for seen in versions if seen is None or seen[0] == report.version), versions[0])


def text(value) -> str:
    """What can be looked for; nothing else is found."""
    return value if isinstance(value, str) and "\0" not in value else ""
