"""Errors under /api/ as problem details (RFC 9457)."""

import errno
import logging
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote_plus

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, NotFound, Throttled
from rest_framework.request import Request

from foundation.postgresql.session_limits import is_unavailable, was_cancelled
from foundation.rest.problem_codes import CODE_BY_STATUS

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs/"  # not reversed: examples of problems are built while the URLs are loaded
# Errors of a full disk and of a full quota.
DISK_FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT}
MAX_QUERY_LENGTH = 8000  # characters
MAX_QUERY_PARAMS = 300
MAX_INSTANCE_LENGTH = 2000
# Titles of RFC 9110, which differ between releases of Python.
TITLES = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """An error of one query parameter: a sentence, the allowed values and the closest of them."""

    parameter: str
    detail: str
    allowed: tuple[str | int, ...] | None = None
    nearest: str | None = None
    code: str = "invalid"

    @property
    def as_dict(self) -> dict:
        item = {"parameter": self.parameter, "code": self.code, "detail": self.detail}
        allowed = {} if self.allowed is None else {"allowed": list(self.allowed)}
        return item | allowed | ({"nearest": self.nearest} if self.nearest else {})


def prefix_name(name: str, sentence: str) -> str:
    """Return a sentence that begins with the name of its parameter or field, for clients that show only `detail`."""
    return sentence if not name or sentence.startswith((name, f"‘{name}’")) else f"{name}: {sentence}"


class InvalidParameter(APIException):
    """A request with unknown or invalid query parameters: 400, with a fault for each."""

    status_code = 400

    def __init__(self, *faults: Fault, status_code: int = 400):
        super().__init__(" ".join(prefix_name(fault.parameter, fault.detail) for fault in faults))
        self.faults = faults
        self.status_code = status_code


class ResourceNotFound(NotFound):
    """A 404 under /api/, with the closest existing name, if one is similar."""

    def __init__(self, nearest: str | None):
        message = _("Nothing public is found at this address.")
        super().__init__(f"{message} {_('Did you mean ‘%(word)s’?') % {'word': nearest}}" if nearest else message)


class ProblemResponse(JsonResponse):
    """A response with one problem. `code` identifies it; `type` links to its meaning in the API's documentation."""

    def __init__(
        self,
        request: HttpRequest | Request,
        status: int,
        detail: str,
        *,
        code: str = "",
        errors: Iterable[Fault] = (),
        members: Mapping[str, str] | None = None,
        retry_after=None,
    ):
        code = code or CODE_BY_STATUS.get(status) or ("internal_error" if status >= 500 else "invalid_request")
        body = {
            "type": f"{DOCS}#problem-{code}",
            "title": TITLES.get(status) or HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": str(detail),
            # Without the query, which may hold a token by mistake.
            "instance": escape_uri_path(request.path)[:MAX_INSTANCE_LENGTH],
            **(members or {}),
        }
        if errors:
            body["errors"] = [fault.as_dict for fault in errors]
        super().__init__(
            body,
            status=status,
            content_type=MEDIA_TYPE,
            json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
        )
        if retry_after is not None:
            self["Retry-After"] = str(math.ceil(retry_after))


def exception_handler(exception: Exception, context: dict) -> HttpResponse | None:
    """Return the response to an exception of an API view; None leaves it to Django, and so to `server_error`."""
    request = context["request"]
    match exception:
        case InvalidParameter():
            code = "not_found" if exception.status_code == 404 else "invalid_parameter"
            return ProblemResponse(request, exception.status_code, exception.detail, code=code, errors=exception.faults)
        case ResourceNotFound():
            return ProblemResponse(request, 404, exception.detail)
        case Http404() | NotFound():
            return ProblemResponse(request, 404, ResourceNotFound(None).detail)
        case MethodNotAllowed():
            return ProblemResponse(request, 405, _("The API is read-only: only GET, HEAD and OPTIONS are allowed."))
        case NotAcceptable():
            types = dict.fromkeys(renderer.media_type for renderer in exception.available_renderers or ())
            message = _("This address answers none of the types that Accept names. It answers: %(types)s.")
            return ProblemResponse(request, 406, message % {"types": ", ".join(types)})
        case Throttled():
            return ProblemResponse(
                request,
                429,
                _("Too many requests from your IP address. Wait, then send it again."),
                retry_after=exception.wait or 1,
            )
        case PermissionDenied():
            return ProblemResponse(request, 403, _("This is not open to you."))
        case SuspiciousOperation():
            return ProblemResponse(request, 400, _("The request cannot be read."))
        case APIException():
            return ProblemResponse(request, exception.status_code, exception.detail)
    return outage_response(request, exception) if is_unavailable(exception) else None


def query_too_long(request) -> ProblemResponse:
    """Return 414 for a query string over the limits of length or number of parameters."""
    return ProblemResponse(request, 414, query_too_long_message())


def query_too_long_message() -> str:
    """Return the sentence with both limits; pages outside of the API show it, too."""
    message = _("The question has over %(characters)s characters or %(words)s words: ask for less at a time.")
    return message % {"characters": f"{MAX_QUERY_LENGTH:,}", "words": MAX_QUERY_PARAMS}


def precondition_failed(request) -> ProblemResponse:
    """Return 412 for conditions that protect changes, sent with a request that only reads."""
    return ProblemResponse(
        request,
        412,
        _(
            "If-Match and If-Unmodified-Since guard changes, and this request only reads. Leave them out; to ask"
            " whether an answer still holds, send If-None-Match."
        ),
    )


def invalid_encoding(request, pairs: Iterable[str]) -> ProblemResponse:
    """Return the problem of query parameters that are not percent-encoded UTF-8; `pairs` are as in the query."""
    message = _("‘%(word)s’ is not text in UTF-8, percent-encoded; a percent sign itself is written %%25.")
    names = dict.fromkeys(unquote_plus(pair.partition("=")[0]) for pair in pairs)
    faults = [Fault(name, message % {"word": name}) for name in names]
    detail = " ".join(fault.detail for fault in faults)
    return ProblemResponse(request, 400, detail, code="invalid_parameter", errors=faults)


def bad_request(request, exception):
    """Handle 400 for Django: requests that a middleware refuses before a view is called."""
    if request.path.startswith("/api/"):
        return ProblemResponse(request, 400, _("The request cannot be read."))
    return defaults.bad_request(request, exception, template_name="errors/bad_request.html")


def server_error(request):
    """Handle 500 for Django. Under /api/ return a problem, without traceback."""
    error = sys.exception()
    if isinstance(error, OSError) and error.errno in DISK_FULL_ERRORS:
        return DISK_FULL.respond(request, error)
    if is_unavailable(error):
        return outage_response(request, error)
    if not request.path.startswith("/api/"):
        return defaults.server_error(request, template_name="errors/500.html")
    return ProblemResponse(request, 500, _("Something went wrong here. It has been noted; please try again later."))


def outage_response(request, error: Exception | None = None) -> HttpResponse:
    """Return 503 if the database is unreachable or cancelled a statement."""
    return (TIMEOUT if was_cancelled(error) else OUTAGE).respond(request, error)


@dataclass(frozen=True)
class Failure:
    """A failure of the server after which the client can send the request again: under /api/ a problem, else a page."""

    status: int
    log_message: str
    detail: str
    template: str
    retry_after: int  # seconds

    def problem(self, request) -> ProblemResponse:
        return ProblemResponse(request, self.status, self.detail, retry_after=self.retry_after)

    def respond(self, request, error: Exception | None) -> HttpResponse:
        logger.error(self.log_message, exc_info=error, extra={"request": request})
        if request.path.startswith("/api/"):
            return self.problem(request)
        page = loader.get_template(self.template).render()
        return HttpResponse(page, status=self.status, headers={"Retry-After": str(self.retry_after)})


OUTAGE = Failure(
    503,
    "The database cannot be reached.",
    gettext_lazy("The record cannot be reached at the moment; please try again shortly."),
    "errors/500.html",
    retry_after=30,
)
TIMEOUT = Failure(
    503,
    "The database ended a statement.",
    gettext_lazy("The answer took too long and was stopped. Ask for less at a time, or try again shortly."),
    "errors/503.html",
    retry_after=10,
)
DISK_FULL = Failure(
    507,
    "There is no room left on the disk.",
    gettext_lazy("The disk is full: nothing of this request was saved. Send it again later."),
    "errors/507.html",
    retry_after=600,
)
