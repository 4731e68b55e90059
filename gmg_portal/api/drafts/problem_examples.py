"""Errors of the drafts API for its description; each example is the real answer of the exception handler."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from foundation.rest.problem_details import DISK_FULL, Fault, InvalidParameter
from foundation.text.unknown_words import unknown_parameter
from gmg_portal.api.drafts.problems import DraftProblem, FieldFault, draft_exception_handler
from gmg_portal.api.openapi import problems
from gmg_portal.api.openapi.problems import DocumentedProblem

ADDRESS = "/api/v1/drafts/0c2f9e8a-6f3d-4a57-9d0e-2b1c7a5e4f10/"
VIEW = SimpleNamespace(allowed_methods=["GET", "PATCH", "HEAD", "OPTIONS"], parser_classes=[JSONParser])


def draft_problem(description, make_exception: Callable[[], Exception]) -> DocumentedProblem:
    def respond(request: HttpRequest):
        return draft_exception_handler(make_exception(), {"request": request, "view": VIEW})

    return DocumentedProblem(description, respond, ADDRESS)


def unknown_parameter_error() -> InvalidParameter:
    detail = unknown_parameter("code", ["format"])
    return InvalidParameter(Fault("code", detail, code="unknown_parameter"))


def unauthenticated() -> Exception:
    """Return the exception of a request without a token, with the header that the view would set."""
    exception = exceptions.NotAuthenticated()
    exception.auth_header = 'Bearer realm="drafts"'
    return exception


PROBLEMS = {
    **{status: problems.PROBLEMS[status] for status in (406, 414, 429)},
    400: draft_problem(
        _("A header or a parameter of the address is not what it has to be, or the body cannot be read."),
        unknown_parameter_error,
    ),
    401: draft_problem(_("No token was sent, or it is unknown, expired or revoked."), unauthenticated),
    403: draft_problem(
        _("The token is for less than this."), lambda: exceptions.PermissionDenied(_("You may not do this here."))
    ),
    404: draft_problem(
        _("The agency has nothing at this address; drafts of others are not told apart from none."), Http404
    ),
    405: draft_problem(problems.PROBLEMS[405].description, lambda: exceptions.MethodNotAllowed("PUT")),
    409: draft_problem(
        _("The report is in a state that does not allow this, or was begun already: ‘existing’ is its address then."),
        lambda: DraftProblem(
            409, _("This is in the state ‘%(state)s’, and takes no changes.") % {"state": _("Submitted")}
        ),
    ),
    412: draft_problem(
        _("Somebody changed the report since it was read: who, when and what is told, and nothing was overwritten."),
        lambda: DraftProblem(412, _("Somebody changed this since you read it: look at it again before you submit it.")),
    ),
    413: draft_problem(_("The body or the file is larger than is taken."), RequestDataTooBig),
    415: draft_problem(
        _("The body is of a type that is not taken here."), lambda: exceptions.UnsupportedMediaType("text/plain")
    ),
    422: draft_problem(
        _("A field is refused, with what it takes; or the Idempotency-Key was sent with another request."),
        lambda: DraftProblem(
            422, faults=[FieldFault("cycle", _("This is the title of a cycle, or null."), code="invalid_type")]
        ),
    ),
    428: draft_problem(
        _("The version that is changed was not told (If-Match)."),
        lambda: DraftProblem(
            428,
            _("Send the report’s ETag in the header ‘If-Match’, so that other people’s changes are not overwritten."),
        ),
    ),
    500: replace(problems.PROBLEMS[500], description=_("Something went wrong here; nothing was done.")),
    503: replace(
        problems.PROBLEMS[503], description=_("The record cannot be reached at the moment; nothing was done.")
    ),
    507: DocumentedProblem(
        _("The disk is full: nothing of the request was saved. Send it again later."), DISK_FULL.problem
    ),
}
