"""Errors for the API's description; each example is the real answer of the error handlers."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample
from rest_framework.exceptions import MethodNotAllowed, NotAcceptable, Throttled

from foundation.rest.problem_details import (
    DISK_FULL_RETRY_AFTER,
    OUTAGE_RETRY_AFTER,
    Fault,
    InvalidParameter,
    ProblemResponse,
    disk_full_message,
    exception_handler,
    query_too_long,
    server_error,
)
from gmg_portal.api.renderers import CsvRenderer, JsonRenderer, NdjsonRenderer


@dataclass(frozen=True)
class DocumentedProblem:
    """An HTTP status: when it occurs, and the function that answers it for the example's address."""

    description: str
    respond: Callable[[HttpRequest], HttpResponse]
    path: str = "/api/v1/commitments/"
    query: str = ""

    def example(self, status: int) -> OpenApiExample:
        request = HttpRequest()
        request.path = self.path
        request.META["QUERY_STRING"] = self.query
        body = json.loads(self.respond(request).content)
        return OpenApiExample(f"problem_{status}", body, summary=body["title"])


def respond_with(make_exception: Callable[[], Exception]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a function that answers a request with the response to an exception."""
    return lambda request: exception_handler(make_exception(), {"request": request})


def page_size_too_large() -> InvalidParameter:
    """Return the error of a page over 200 rows, as the pagination raises it."""
    detail = _("page_size is a whole number from 1 to %(most)s.") % {"most": 200}
    return InvalidParameter(Fault("page_size", detail, code="out_of_range"))


def outage_response(request: HttpRequest) -> HttpResponse:
    """Return the answer of the outage handler without its line in the log."""
    detail = _("The record cannot be reached at the moment; please try again shortly.")
    return ProblemResponse(request, 503, detail, retry_after=OUTAGE_RETRY_AFTER)


def disk_full_response(request: HttpRequest) -> HttpResponse:
    """Return the answer of `disk_full` without its line in the log."""
    return ProblemResponse(request, 507, disk_full_message(), retry_after=DISK_FULL_RETRY_AFTER)


PROBLEMS = {
    400: DocumentedProblem(
        gettext_lazy("A word or value of the address is not known: ‘errors’ names each, and what is allowed."),
        respond_with(page_size_too_large),
        query="page_size=500",
    ),
    404: DocumentedProblem(
        gettext_lazy("Nothing public is found at this address, or no such page."),
        respond_with(Http404),
        path="/api/v1/commitments/HLD-9999/",
    ),
    405: DocumentedProblem(
        gettext_lazy("The address was asked with another method than those that Allow names."),
        respond_with(lambda: MethodNotAllowed("DELETE")),
    ),
    406: DocumentedProblem(
        gettext_lazy("None of the types that Accept names is answered here."),
        respond_with(lambda: NotAcceptable(available_renderers=[JsonRenderer, CsvRenderer, NdjsonRenderer])),
    ),
    414: DocumentedProblem(gettext_lazy("The question has more than 8,000 characters or 300 words."), query_too_long),
    429: DocumentedProblem(
        gettext_lazy("Too many requests from one address."),
        respond_with(lambda: Throttled(wait=30)),
    ),
    500: DocumentedProblem(gettext_lazy("Something went wrong here; it has been noted."), server_error),
    503: DocumentedProblem(gettext_lazy("The record cannot be reached at the moment."), outage_response),
}
# Only for requests with a file.
STORAGE_FULL = DocumentedProblem(
    gettext_lazy("The disk is full: nothing of the request was saved."), disk_full_response
)
