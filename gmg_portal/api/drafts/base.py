"""The base view of drafts: authentication by token, limits of the body, and the rows that a token may write."""

import json
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db.models import Max, OuterRef, Prefetch, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import AccessToken
from commitments.permissions import OPEN_STATES
from foundation.rest.api_query import FORMAT
from foundation.rest.query_faults import refuse_other_params
from gmg_portal.api.drafts.authentication import TokenAuthentication, TokenScopePermission
from gmg_portal.api.drafts.problems import DraftProblem, draft_exception_handler
from gmg_portal.api.drafts.serializers import DraftSerializer, version_tag
from gmg_portal.api.renderers import JsonRenderer
from reporting.evidence.uploads import MAX_BYTES
from reporting.models import Evidence, ProgressReport

MAX_TEXT_BYTES = 1024 * 1024  # bytes of a body without a file
MAX_DEPTH = 10  # of arrays and objects within each other
DRAFT, SUBMIT = AccessToken.Scope.DRAFT, AccessToken.Scope.SUBMIT


class LimitedDepthJSONParser(JSONParser):
    """A JSON parser that refuses nesting deeper than MAX_DEPTH."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError from None
        if is_deeper_than(data, MAX_DEPTH):
            raise ParseError
        return data


def is_deeper_than(data: object, depth: int) -> bool:
    """Return whether arrays and objects are nested on more than `depth` levels."""
    children = data.values() if isinstance(data, dict) else data if isinstance(data, list) else None
    return children is not None and (depth == 0 or any(is_deeper_than(child, depth - 1) for child in children))


class DraftAPIView(APIView):
    """Base view: authentication by token, throttling before authentication, and answers that no cache stores."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [TokenScopePermission]
    renderer_classes = [JsonRenderer]
    parser_classes = [LimitedDepthJSONParser]
    scopes = {"POST": DRAFT, "PATCH": DRAFT, "DELETE": DRAFT}

    def perform_authentication(self, request):
        """Count the request against the address before the token is read, so that guessing tokens is throttled too."""
        super().check_throttles(Request(request._request))
        if request.method != "OPTIONS":
            super().perform_authentication(request)

    def check_permissions(self, request):
        """Allow OPTIONS without a token: browsers send it before they send the token."""
        if request.method != "OPTIONS":
            super().check_permissions(request)

    def check_throttles(self, request):
        """Do nothing: `perform_authentication` has already counted the request."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_other_params({FORMAT}, request.query_params)
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.max_bytes(request):
            raise RequestDataTooBig

    def max_bytes(self, request) -> int:
        with_file = MultiPartParser in self.parser_classes and request.content_type.startswith("multipart/")
        return MAX_TEXT_BYTES + (MAX_BYTES if with_file else 0)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization"])
        return response

    def get_exception_handler(self):
        return draft_exception_handler

    def body(self, request) -> dict:
        """Return the fields of the body: one JSON object whose texts are valid Unicode."""
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

    def agency_reports(self, request):
        """Return the reports of the token's agency and of the groups that it leads."""
        history_rows = (
            ProgressReport.history.filter(id=OuterRef("pk")).order_by().values("id").annotate(newest=Max("pk"))
        )
        evidence = Evidence.objects.visible_to(request.user).select_related("report").order_by("pk")
        return (
            ProgressReport.objects.owned_by(request.user)
            .visible_to(request.user)
            .select_related("commitment", "cycle", "on_behalf_of", "superseded_by")
            .prefetch_related(Prefetch("evidence", evidence, to_attr="own_evidence"))
            .annotate(newest_line=Subquery(history_rows.values("newest")))
        )

    def report(self, request, code: UUID) -> ProgressReport:
        return get_object_or_404(self.agency_reports(request), draft_code=code)

    def locked_report(self, request, code: UUID) -> ProgressReport:
        """Return the report, locked until the transaction ends; refuse one that can no longer be changed."""
        rows = ProgressReport.objects.owned_by(request.user).filter(draft_code=code)
        report = rows.select_for_update(of=("self",)).first()
        if report is None:
            raise Http404
        if report.state not in OPEN_STATES:
            names = {"state": report.get_state_display()}
            raise DraftProblem(409, _("This is in the state ‘%(state)s’, and takes no changes.") % names)
        return report

    def draft_response(self, request, code: UUID, status: int = 200) -> Response:
        report = self.report(request, code)
        data = DraftSerializer(report, context={"request": request}).data
        headers = {"ETag": f'"{version_tag(report)}"'}
        if status == 201:
            headers["Location"] = data["url"]
        return Response(data, status=status, headers=headers)
