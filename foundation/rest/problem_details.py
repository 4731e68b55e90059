"""Errors of the API as problem details (RFC 9457), wherever under /api/ they arise."""

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
from django.views import defaults
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, NotFound, Throttled
from rest_framework.request import Request

from foundation.postgresql.session_limits import is_outage, was_stopped
from foundation.rest.problem_codes import BY_STATUS
from foundation.text.closest_match import closest_match

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs/"  # not reversed: examples of problems are made while the addresses are loaded
SECONDS_OF_AN_OUTAGE = 30
SECONDS_OF_A_FULL_DISK = 600
# What an operating system says of a full disk and of a full share of it.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
SECONDS_AFTER_A_STOP = 10
LONGEST_QUESTION = 8000  # characters of the words of an address
MOST_WORDS = 300
LONGEST_INSTANCE = 2000
# As RFC 9110 has them, whatever a release of Python calls them.
TITLES = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one word of the address, in a sentence, and what is allowed: all of it, and the nearest."""

    parameter: str
    detail: str
    allowed: tuple[str | int, ...] | None = None
    nearest: str | None = None
    code: str = "invalid"

    @property
    def as_dict(self) -> dict:
        told = {"parameter": self.parameter, "code": self.code, "detail": self.detail}
        allowed = {} if self.allowed is None else {"allowed": list(self.allowed)}
        return told | allowed | ({"nearest": self.nearest} if self.nearest else {})


def with_name(name: str, sentence: str) -> str:
    """Return a sentence about a parameter or field that names it first, for readers of `detail` alone."""
    return sentence if not name or sentence.startswith((name, f"‘{name}’")) else f"{name}: {sentence}"


class Refused(APIException):
    """A request with words or values that are not known: 400, naming each."""

    status_code = 400

    def __init__(self, *faults: Fault, status_code: int = 400):
        super().__init__(" ".join(with_name(fault.parameter, fault.detail) for fault in faults))
        self.faults = faults
        self.status_code = status_code


class NotHere(NotFound):
    """An address under /api/ that answers nothing, and what is known and spelt most like it, if anything is."""

    def __init__(self, nearest: str | None):
        told = _("Nothing public is found at this address.")
        super().__init__(f"{told} {_('Did you mean ‘%(word)s’?') % {'word': nearest}}" if nearest else told)


class ProblemResponse(JsonResponse):
    """One problem. `code` says which it is, and `type` leads to its meaning on the page of the API's description."""

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
        code = code or BY_STATUS.get(status) or ("internal_error" if status >= 500 else "invalid_request")
        body = {
            "type": f"{DOCS}#problem-{code}",
            "title": TITLES.get(status) or HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": str(detail),
            # Without the query: it may hold a token that was sent in the wrong place.
            "instance": escape_uri_path(request.path)[:LONGEST_INSTANCE],
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
    """Answer what a view of the API raised; None leaves it to Django, and so to `server_error`."""
    request = context["request"]
    match exception:
        case Refused():
            code = "not_found" if exception.status_code == 404 else "invalid_parameter"
            return ProblemResponse(request, exception.status_code, exception.detail, code=code, errors=exception.faults)
        case NotHere():
            return ProblemResponse(request, 404, exception.detail)
        case Http404() | NotFound():
            return ProblemResponse(request, 404, NotHere(nearest_row(context.get("view"))).detail)
        case MethodNotAllowed():
            return ProblemResponse(request, 405, _("The API is read-only: only GET, HEAD and OPTIONS are allowed."))
        case NotAcceptable():
            types = dict.fromkeys(renderer.media_type for renderer in exception.available_renderers or ())
            told = _("This address answers none of the types that Accept names. It answers: %(types)s.")
            return ProblemResponse(request, 406, told % {"types": ", ".join(types)})
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
    return outage(request, exception) if is_outage(exception) else None


def nearest_row(view) -> str | None:
    """Where rows bear names (`is_named`), the name that is spelt most like the one that no row bears."""
    if not (getattr(view, "is_named", False) and view.detail):
        return None
    names = view.filter_queryset(view.get_queryset()).order_by().values_list(view.lookup_field, flat=True)
    return closest_match(view.kwargs[view.lookup_field], names)


def too_long(request) -> ProblemResponse:
    return ProblemResponse(request, 414, too_long_sentence())


def too_long_sentence() -> str:
    told = _("The question has over %(characters)s characters or %(words)s words: ask for less at a time.")
    return told % {"characters": f"{LONGEST_QUESTION:,}", "words": MOST_WORDS}


def precondition_failed(request) -> ProblemResponse:
    return ProblemResponse(
        request,
        412,
        _(
            "If-Match and If-Unmodified-Since guard changes, and this request only reads. Leave them out; to ask"
            " whether an answer still holds, send If-None-Match."
        ),
    )


def no_text(request, pairs: Iterable[str]) -> ProblemResponse:
    """Of words and values of an address, as they stand in it, that no text can be read from."""
    told = _("‘%(word)s’ is not text in UTF-8, percent-encoded; a percent sign itself is written %%25.")
    names = dict.fromkeys(unquote_plus(pair.partition("=")[0]) for pair in pairs)
    faults = [Fault(name, told % {"word": name}) for name in names]
    detail = " ".join(fault.detail for fault in faults)
    return ProblemResponse(request, 400, detail, code="invalid_parameter", errors=faults)


def bad_request(request, exception):
    """Django's handler of 400, for whatever a middleware refuses before a view is reached."""
    if request.path.startswith("/api/"):
        return ProblemResponse(request, 400, _("The request cannot be read."))
    return defaults.bad_request(request, exception, template_name="errors/bad_request.html")


def server_error(request):
    """Django's handler of 500; an error under /api/ is told as a problem, and never with its traceback."""
    error = sys.exception()
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return disk_full(request, error)
    if is_outage(error):
        return outage(request, error)
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return ProblemResponse(request, 500, _("Something went wrong here. It has been noted; please try again later."))


def disk_full(request, error: OSError) -> HttpResponse:
    """Answer what could not be written: nothing of it was kept, and who sent it can send it again."""
    logger.error("There is no room left on the disk.", exc_info=error)
    if request.path.startswith("/api/"):
        return ProblemResponse(request, 507, disk_full_sentence(), retry_after=SECONDS_OF_A_FULL_DISK)
    response = defaults.server_error(request, template_name="errors/507.html")
    response.status_code = 507
    response["Retry-After"] = str(SECONDS_OF_A_FULL_DISK)
    return response


def disk_full_sentence() -> str:
    return _("The disk is full: nothing of this request was saved. Send it again later.")


def outage(request, error: Exception | None = None) -> HttpResponse:
    """Answer 503 where the database cannot be reached, or ended a statement that took too long."""
    if was_stopped(error):
        message, template, retry_after = "The database ended a statement.", "errors/503.html", SECONDS_AFTER_A_STOP
        detail = _("The answer took too long and was stopped. Ask for less at a time, or try again shortly.")
    else:
        message, template, retry_after = "The database cannot be reached.", "500.html", SECONDS_OF_AN_OUTAGE
        detail = _("The record cannot be reached at the moment; please try again shortly.")
    logger.error(message, exc_info=error, extra={"request": request})
    if request.path.startswith("/api/"):
        return ProblemResponse(request, 503, detail, retry_after=retry_after)
    template = loader.get_template(template)
    return HttpResponse(template.render(), status=503, headers={"Retry-After": str(retry_after)})
