"""Errors for the API's description; each example is the real answer of the error handlers."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed, NotAcceptable, Throttled

from foundation.rest.problem_codes import ERROR_CHOICES
from foundation.rest.problem_details import (
    MEDIA_TYPE,
    OUTAGE,
    Fault,
    InvalidParameter,
    exception_handler,
    query_too_long,
    server_error,
)
from foundation.rest.problem_serializers import FAULT_CODE, FAULT_DETAIL, BaseProblemSerializer
from gmg_portal.api.renderers import CsvRenderer, JsonRenderer, NdjsonRenderer


class FaultSerializer(serializers.Serializer):
    """Problem of one parameter of the address."""

    parameter = serializers.CharField(help_text=_("The parameter that is refused."))
    code = serializers.ChoiceField(ERROR_CHOICES, help_text=FAULT_CODE)
    detail = serializers.CharField(help_text=FAULT_DETAIL)
    allowed = serializers.ListField(
        child=serializers.JSONField(), required=False, help_text=_("What is allowed in its place, if it can be listed.")
    )
    nearest = serializers.CharField(required=False, help_text=_("What of this is spelt most like it, if anything is."))


class ProblemSerializer(BaseProblemSerializer):
    """An error, as RFC 9457 describes it."""

    errors = FaultSerializer(many=True, required=False, help_text=_("Each word that is refused."))


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


def problem_responses(serializer: type, problems: dict[int, DocumentedProblem]) -> dict:
    """Return the description of errors, by status and media type, as drf-spectacular takes responses."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(serializer, problem.description, [problem.example(status)])
        for status, problem in problems.items()
    }


def respond_with(make_exception: Callable[[], Exception]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a function that answers a request with the response to an exception."""
    return lambda request: exception_handler(make_exception(), {"request": request})


def page_size_too_large() -> InvalidParameter:
    """Return the error of a page over 200 rows, as the pagination raises it."""
    detail = _("page_size is a whole number from 1 to %(most)s.") % {"most": 200}
    return InvalidParameter(Fault("page_size", detail, code="out_of_range"))


PROBLEMS = {
    400: DocumentedProblem(
        _("A word or value of the address is not known: ‘errors’ names each, and what is allowed."),
        respond_with(page_size_too_large),
        query="page_size=500",
    ),
    404: DocumentedProblem(
        _("Nothing public is found at this address, or no such page."),
        respond_with(Http404),
        path="/api/v1/commitments/HLD-9999/",
    ),
    405: DocumentedProblem(
        _("The address was asked with another method than those that Allow names."),
        respond_with(lambda: MethodNotAllowed("DELETE")),
    ),
    406: DocumentedProblem(
        _("None of the types that Accept names is answered here."),
        respond_with(lambda: NotAcceptable(available_renderers=[JsonRenderer, CsvRenderer, NdjsonRenderer])),
    ),
    414: DocumentedProblem(_("The question has more than 8,000 characters or 300 words."), query_too_long),
    429: DocumentedProblem(_("Too many requests from one address."), respond_with(lambda: Throttled(wait=30))),
    500: DocumentedProblem(_("Something went wrong here; it has been noted."), server_error),
    503: DocumentedProblem(_("The record cannot be reached at the moment."), OUTAGE.problem),
}
