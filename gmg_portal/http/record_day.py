"""The day of the record, `as_of`, at every public address: the refusal of invalid days, and the names of that day."""

from collections.abc import Callable
from datetime import date

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.http import HttpRequest, HttpResponse

from agencies.names_of_day import names_on
from foundation.filters.as_of import read_day, require_params
from foundation.http.public_pages import StrictQuery
from gmg_portal.http.middleware import error_response
from gmg_portal.http.prefixes import NON_RECORD_PREFIXES

# These either have no `as_of` or parse it themselves.
AS_OF_EXEMPT_PREFIXES = ("/api/", "/data/", *NON_RECORD_PREFIXES)


class AsOfMiddleware:
    """Refuse an invalid `as_of` at every public address, and show the names that agencies had on that day.

    The API and the data files refuse invalid values themselves. The views read the day from their own query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:  # PostgreSQL text cannot contain NUL, so no code, slug or reference has it
            raise SuspiciousOperation("NUL in the path")
        if not request.path.startswith(AS_OF_EXEMPT_PREFIXES):
            try:
                read_day(request.GET)
            except ValidationError as error:
                return error_response(request, error.message)
        with names_on(_day_of_names(request)):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, _args: object, _kwargs: object) -> HttpResponse | None:
        """Refuse unknown and repeated query parameters and invalid days, for classes that derive from `StrictQuery`."""
        view_class = getattr(view, "view_class", None)
        if view_class is None or not issubclass(view_class, StrictQuery):
            return None
        try:
            if view_class.accepted_params is not None:
                require_params(request.GET, view_class.accepted_params)
            read_day(request.GET)
        except ValidationError as error:
            return error_response(request, error.message)
        return None


def record_day(request: HttpRequest) -> dict[str, date | None]:
    """Return the template variable `as_of` of pages without a `PageQuery`, such as errors: their links keep the day."""
    return {"as_of": None if request.path.startswith(AS_OF_EXEMPT_PREFIXES) else _valid_day(request)}


def _day_of_names(request: HttpRequest) -> date | None:
    if request.method not in ("GET", "HEAD") or request.path.startswith(NON_RECORD_PREFIXES):
        return None
    return _valid_day(request)


def _valid_day(request: HttpRequest) -> date | None:
    try:
        return read_day(request.GET)
    except ValidationError:
        return None  # the answer is a refusal
