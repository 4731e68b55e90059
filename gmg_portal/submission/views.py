"""Drafts of reports, written by an agency's own systems with a token, under the rules of the editors' side."""

import json
import re
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.db.models import F, Max, OuterRef, Prefetch, Subquery
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
from commitments.models import Evidence, ProgressReport
from commitments.permissions import OPEN_STATES
from gmg_portal.api import FORMAT, refuse_all_but
from gmg_portal.renderers import Renderer
from gmg_portal.submission.authentication import MayByToken, TokenAuthentication
from gmg_portal.submission.forms import accept, evidence_form, report_form
from gmg_portal.submission.keeping import once
from gmg_portal.submission.problems import FieldFault, Problem, handle, not_among
from gmg_portal.submission.schema import described
from gmg_portal.submission.serializers import DraftListSerializer, DraftSerializer, code_of, state_of, version_of

MOST_OF_TEXT = 1024 * 1024  # bytes of a body without a file
VERSION = re.compile(r'"?v(\d{1,9})\.(\d{1,18})"?')
READ, DRAFT, SUBMIT = AccessToken.Scope.READ, AccessToken.Scope.DRAFT, AccessToken.Scope.SUBMIT
WAITING = ("draft", "sent_back", "submitted")


class SubmissionView(APIView):
    """What all of them share: a token, a brake for whoever has none, and answers that nobody keeps."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [MayByToken]
    renderer_classes = [Renderer]
    parser_classes = [JSONParser]
    scopes = {"POST": DRAFT, "PATCH": DRAFT, "DELETE": DRAFT}

    def perform_authentication(self, request):
        """Only once the address was counted: whoever tries tokens is braked like anybody who asks too often."""
        super().check_throttles(Request(request._request))
        super().perform_authentication(request)

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
        asked = {name: body.pop(name) for name in ["cycle"] if name in body}
        waiting = self.waiting(request, body.get("commitment"), asked)
        report, seen = waiting or ProgressReport(), None
        if waiting:
            body.pop("commitment")
            seen = (waiting.version, 0)
        report.on_behalf_of = report.on_behalf_of or request.auth.agency
        form = report_form(report, body, request.user, seen)
        accept(form)
        actions.write_draft(form.instance, by=request.user, reason=actions.BY_TOKEN)
        return self.answer(request, report.draft_code, 200 if waiting else 201)

    def waiting(self, request, reference, asked: dict) -> ProgressReport | None:
        """The report that a cycle expects, to be filled in; None for one that is given of its own accord."""
        title = asked.get("cycle")
        if asked and title is None:
            return None
        if title is not None and not isinstance(title, str):
            raise Problem(422, faults=[FieldFault("cycle", _("This is the title of a cycle, or null."))])
        rows = ProgressReport.objects.owned_by(request.user).asked().filter(commitment__reference=text(reference))
        if title is None:
            blank = [row for row in self.held(rows.editable_by(request.user)) if state_of(row) == "expected"]
            return blank[0] if len(blank) == 1 else None
        found = next(iter(self.held(rows.filter(cycle__title=text(title)))), None)
        if found is None:
            titles = rows.values_list("cycle__title", flat=True)
            told = _("No report on this commitment is asked for by an open cycle ‘%(title)s’.") % {"title": title}
            raise Problem(422, faults=[not_among("cycle", title, titles, told)])
        if state_of(found) != "expected":
            address = request.build_absolute_uri(reverse("api:draft", args=[found.draft_code]))
            told = _("This report is begun already: change it at %(address)s.") % {"address": address}
            raise Problem(409, told)
        return found

    def held(self, rows):
        return list(rows.select_for_update(of=("self",)).order_by("pk"))


@described(get="get_draft", patch="update_draft")
class DraftView(SubmissionView):
    """One report of the token's agency."""

    def get(self, request, code, **kwargs):
        return self.answer(request, code)

    @transaction.atomic
    def patch(self, request, code, **kwargs):
        seen = seen_by(request)
        if seen is None:
            told = _("Send the version that you change as a header ‘If-Match’: nobody's work is to be overwritten.")
            raise Problem(428, told)
        report = self.locked(request, code)
        form = report_form(report, self.body(request), request.user, seen)
        accept(form)
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
        report, seen = self.locked(request, code), seen_by(request)
        if seen and seen[0] != report.version:
            raise Problem(412, _("Somebody changed this since you read it: look at it again before you submit it."))
        actions.submit(report, by=request.user)
        return self.answer(request, code)


@described(post="add_evidence")
class DraftEvidenceView(SubmissionView):
    """Where evidence is added to a draft."""

    parser_classes = [JSONParser, MultiPartParser]

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


def seen_by(request) -> tuple[int, int] | None:
    """The version upon which a change is made, and the line of the history; None where none is told."""
    told = request.headers.get("If-Match")
    if told is None:
        return None
    found = VERSION.fullmatch(told.strip())
    if not found:
        raise Problem(400, _('If-Match is the version of a draft as it was read, in quotes: "v3.1217".'))
    return int(found[1]), int(found[2])


def text(value) -> str:
    """What can be looked for; nothing else is found."""
    return value if isinstance(value, str) and "\0" not in value else ""
