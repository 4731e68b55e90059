"""Errors of the drafts API as problem details (RFC 9457), which name the field and the values it takes."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views import View
from rest_framework import exceptions
from rest_framework.request import Request

from foundation.rest.problem_details import ProblemResponse, exception_handler, prefix_name
from foundation.text.closest_match import closest_match

# The number of allowed values that a fault lists.
MOST_ALLOWED = 50


@dataclass(frozen=True)
class FieldFault:
    """An invalid field of the body: the values it takes, or at a conflict the stored value beside the sent one."""

    field: str
    detail: str
    allowed: tuple[str, ...] | None = None
    nearest: str | None = None
    theirs: str | None = None
    yours: str | None = None
    code: str = "invalid"

    @property
    def as_dict(self) -> dict:
        required = {"field": self.field, "code": self.code, "detail": self.detail}
        optional = {name: getattr(self, name) for name in ("allowed", "nearest", "theirs", "yours")}
        return required | {
            name: list(value) if name == "allowed" else value for name, value in optional.items() if value
        }


class DraftProblem(exceptions.APIException):
    """A request that is refused with a status, a sentence and faults by field.

    `existing` is the address of the resource that already exists, if that is the reason.
    """

    def __init__(
        self, status: int, detail: str = "", faults: Iterable[FieldFault] = (), existing: str = "", code: str = ""
    ):
        self.faults = tuple(faults)
        sentences = (prefix_name(fault.field, fault.detail) for fault in self.faults)
        super().__init__(detail or " ".join(dict.fromkeys(sentences)))
        self.status_code = status
        self.code = code
        self.members = {"existing": existing} if existing else {}


def unknown_value_fault(
    field: str, value: str, allowed: Iterable[str], detail: str, code: str = "unknown_value"
) -> FieldFault:
    """Return a fault for a value outside `allowed`, with the closest match; a long list is left out."""
    allowed = tuple(allowed)
    offered = allowed if len(allowed) <= MOST_ALLOWED else None
    return FieldFault(field, detail, offered, closest_match(value, allowed), code=code)


def workflow_problem(error: ValidationError) -> DraftProblem:
    """Return the problem for a refusal of the workflow: 422 with faults by field, or 409 because of the state."""
    if not hasattr(error, "error_dict"):
        return DraftProblem(409, " ".join(error.messages))
    messages_by_field = error.message_dict.items()
    return DraftProblem(
        422,
        faults=[
            FieldFault("" if field == NON_FIELD_ERRORS else field, " ".join(sentences))
            for field, sentences in messages_by_field
        ],
    )


def draft_exception_handler(exception: Exception, context: dict) -> HttpResponse | None:
    """Return problem details for an exception; leave others to the API's own handler."""
    request = context["request"]
    match exception:
        case DraftProblem():
            return ProblemResponse(
                request,
                exception.status_code,
                exception.detail,
                code=exception.code,
                errors=exception.faults,
                members=exception.members,
            )
        case ValidationError():
            return draft_exception_handler(workflow_problem(exception), context)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return _unauthorized_response(request, exception)
        case Http404() | exceptions.NotFound():
            return ProblemResponse(request, 404, _("Your agency has nothing at this address."))
        case exceptions.MethodNotAllowed():
            names = {"methods": ", ".join(context["view"].allowed_methods)}
            return ProblemResponse(request, 405, _("Allowed at this address: %(methods)s.") % names)
        case exceptions.UnsupportedMediaType():
            return ProblemResponse(request, 415, _unsupported_media_type_message(context["view"]))
        case exceptions.ParseError():
            return ProblemResponse(request, 400, _("The body cannot be read: send one JSON object, in UTF-8."))
        case RequestDataTooBig():
            return ProblemResponse(request, 413, _("The body is larger than is taken."))
        case exceptions.PermissionDenied():
            return ProblemResponse(request, 403, exception.detail)
        case PermissionDenied():
            return ProblemResponse(request, 403, str(exception) or _("You may not do this here."))
    return exception_handler(exception, context)


def _unauthorized_response(request: Request, exception: exceptions.APIException) -> HttpResponse:
    failed = isinstance(exception, exceptions.AuthenticationFailed)
    detail = exception.detail if failed else _("Send a token of your agency: ‘Authorization: Bearer …’.")
    response = ProblemResponse(request, 401, detail)
    response["WWW-Authenticate"] = exception.auth_header + (', error="invalid_token"' if failed else "")
    return response


def _unsupported_media_type_message(view: View) -> str:
    types = ", ".join(parser.media_type for parser in view.parser_classes)
    return _("The body is of a type that is not taken here. Allowed: %(types)s.") % {"types": types}
