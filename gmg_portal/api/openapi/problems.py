"""The errors of the API as its description shows them: each example is what the portal itself answers."""

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
from gmg_portal.api.renderers import CsvRenderer, NdjsonRenderer, Renderer


@dataclass(frozen=True)
class Described:
    """One status: when it is answered, and how, to the address of the example."""

    told: str
    answer: Callable[[HttpRequest], HttpResponse]
    path: str = "/api/v1/commitments/"
    query: str = ""

    def example(self, status: int) -> OpenApiExample:
        request = HttpRequest()
        request.path = self.path
        request.META["QUERY_STRING"] = self.query
        body = json.loads(self.answer(request).content)
        return OpenApiExample(f"problem_{status}", body, summary=body["title"])


def raising(exception: Callable[[], Exception]) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: exception_handler(exception(), {"request": request})


def too_large() -> InvalidParameter:
    detail = _("page_size is a whole number from 1 to %(most)s.") % {"most": 200}
    return InvalidParameter(Fault("page_size", detail, code="out_of_range"))


def outage(request: HttpRequest) -> HttpResponse:
    """Here, for the handler of the true one writes it into the log."""
    detail = _("The record cannot be reached at the moment; please try again shortly.")
    return ProblemResponse(request, 503, detail, retry_after=OUTAGE_RETRY_AFTER)


def no_room(request: HttpRequest) -> HttpResponse:
    """Make the answer of `disk_full` without its line in the log."""
    return ProblemResponse(request, 507, disk_full_message(), retry_after=DISK_FULL_RETRY_AFTER)


PROBLEMS = {
    400: Described(
        gettext_lazy("A word or value of the address is not known: ‘errors’ names each, and what is allowed."),
        raising(too_large),
        query="page_size=500",
    ),
    404: Described(
        gettext_lazy("Nothing public is found at this address, or no such page."),
        raising(Http404),
        path="/api/v1/commitments/HLD-9999/",
    ),
    405: Described(
        gettext_lazy("The address was asked with another method than those that Allow names."),
        raising(lambda: MethodNotAllowed("DELETE")),
    ),
    406: Described(
        gettext_lazy("None of the types that Accept names is answered here."),
        raising(lambda: NotAcceptable(available_renderers=[Renderer, CsvRenderer, NdjsonRenderer])),
    ),
    414: Described(gettext_lazy("The question has more than 8,000 characters or 300 words."), query_too_long),
    429: Described(
        gettext_lazy("Too many requests from one address."),
        raising(lambda: Throttled(wait=30)),
    ),
    500: Described(gettext_lazy("Something went wrong here; it has been noted."), server_error),
    503: Described(gettext_lazy("The record cannot be reached at the moment."), outage),
}
# Of requests that bring a file, and of no others.
STORAGE_FULL = Described(gettext_lazy("The disk is full: nothing of the request was saved."), no_room)
