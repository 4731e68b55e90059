"""The rate limit, by client address, of costly requests outside of the API: searches, files, feeds, comparisons."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from foundation.http.throttling import AddressThrottle
from gmg_portal.http.middleware import EDITION_FILE_PATTERN, error_response
from gmg_portal.http.prefixes import NON_RECORD_PREFIXES

COSTLY_PREFIXES = (
    "/calendar/",
    "/charts/",
    "/compare",
    "/data/",
    "/embed/",
    "/feeds/",
    "/gaps/",
    "/oembed/",
    "/timeline/",
)
COSTLY_SUFFIXES = (".atom", ".csv")
# The query parameters of the admin's lists and of its autocomplete.
ADMIN_SEARCH_PARAMS = ("q", "term")


class PageThrottle(AddressThrottle):
    """A separate count, so that page requests do not use up the API's rate limit of the same address."""

    policy = "pages"

    def get_rate(self):
        return settings.PAGE_RATE


class PageRateMiddleware:
    """Refuse costly requests of an address beyond `PAGE_RATE` with 429.

    It runs after `RevisionMiddleware`, so that answers of 304, which cost little, are not counted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.PAGE_RATE is None or not is_costly(request):
            return self.get_response(request)
        throttle = PageThrottle()
        if throttle.take(request):
            return self.get_response(request)
        seconds = throttle.wait()
        params = {"seconds": seconds, "requests": throttle.num_requests, "duration": throttle.duration}
        problem = _(
            "Too many requests from your network: up to %(requests)s in %(duration)s seconds are answered. "
            "Wait %(seconds)s seconds, then try again."
        )
        return error_response(request, problem % params, 429, **{"Retry-After": str(seconds)})


def is_costly(request: HttpRequest) -> bool:
    """Tell whether a request is counted: searches of editors, public pages with a query, files and feeds."""
    path = request.path
    if path.startswith("/admin/"):
        return any(name in request.GET for name in ADMIN_SEARCH_PARAMS)
    # The API has its own rate limit.
    if path.startswith(("/api/", *NON_RECORD_PREFIXES)) or EDITION_FILE_PATTERN.fullmatch(path):
        return False
    if request.method not in ("GET", "HEAD"):
        return False
    return bool(request.META["QUERY_STRING"]) or path.startswith(COSTLY_PREFIXES) or path.endswith(COSTLY_SUFFIXES)
