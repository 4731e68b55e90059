"""Examples of the drafts API's errors for its description; each is the real answer of the exception handler."""

import json
from types import SimpleNamespace

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from foundation.rest.problem_details import Fault, InvalidParameter
from foundation.text.unknown_words import unknown_parameter
from gmg_portal.api.drafts.problems import FieldFault, Problem, draft_exception_handler
from gmg_portal.api.openapi.problems import PROBLEMS, STORAGE_FULL

ADDRESS = "/api/v1/drafts/0c2f9e8a-6f3d-4a57-9d0e-2b1c7a5e4f10/"
VIEW = SimpleNamespace(allowed_methods=["GET", "PATCH", "HEAD", "OPTIONS"], parser_classes=[JSONParser])


def unauthenticated() -> Exception:
    """Return the exception of a request without a token, with the header that the view would set."""
    exception = exceptions.NotAuthenticated()
    exception.auth_header = 'Bearer realm="drafts"'
    return exception


EXCEPTIONS = {
    400: lambda: InvalidParameter(
        Fault(
            "code",
            unknown_parameter("code", ["format"]),
            code="unknown_parameter",
        ),
    ),
    401: unauthenticated,
    403: lambda: exceptions.PermissionDenied(_("You may not do this here.")),
    404: Http404,
    405: lambda: exceptions.MethodNotAllowed("PUT"),
    409: lambda: Problem(409, _("This is in the state ‘%(state)s’, and takes no changes.") % {"state": _("Submitted")}),
    412: lambda: Problem(412, _("Somebody changed this since you read it: look at it again before you submit it.")),
    413: RequestDataTooBig,
    415: lambda: exceptions.UnsupportedMediaType("text/plain"),
    422: lambda: Problem(
        422, faults=[FieldFault("cycle", _("This is the title of a cycle, or null."), code="invalid_type")]
    ),
    428: lambda: Problem(
        428, _("Send the report’s ETag in the header ‘If-Match’, so that other people’s changes are not overwritten.")
    ),
}


def problem_example(status: int) -> OpenApiExample:
    """Return the example of an error for the description."""
    if status not in EXCEPTIONS:
        return (PROBLEMS | {507: STORAGE_FULL})[status].example(status)
    request = HttpRequest()
    request.path = ADDRESS
    body = json.loads(draft_exception_handler(EXCEPTIONS[status](), {"request": request, "view": VIEW}).content)
    return OpenApiExample(f"problem_{status}", body, summary=body["title"])
