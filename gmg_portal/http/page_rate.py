"""How often one caller may ask for what costs most outside of the API: searches, files, feeds, charts, comparisons."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from foundation.http.throttling import AddressThrottle
from gmg_portal.http.middleware import FROZEN, PRIVATE, refusal

PREFIXES = ("/calendar/", "/charts/", "/compare", "/data/", "/embed/", "/feeds/", "/gaps/", "/oembed/", "/timeline/")
SUFFIXES = (".atom", ".csv")
EDITORS_SEARCHES = ("q", "term")


class PageThrottle(AddressThrottle):
    """A count of its own, so that a reader's pages take nothing from their programs."""

    policy = "pages"

    def get_rate(self):
        return settings.PAGE_RATE


class PageRateMiddleware:
    """Count the requests that cost most, and refuse those of a caller who asks too often.

    It stands below the middleware that answers 304, which costs little and is not counted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        if settings.PAGE_RATE is None or not is_costly(request):
            return self.get_response(request)
        throttle = PageThrottle()
        if throttle.take(request):
            return self.get_response(request)
        seconds = throttle.seconds_to_wait()
        words = {"seconds": seconds, "requests": throttle.num_requests, "duration": throttle.duration}
        problem = _(
            "Too many requests from your network: up to %(requests)s in %(duration)s seconds are answered. "
            "Wait %(seconds)s seconds, then try again."
        )
        return refusal(request, problem % words, 429, **{"Retry-After": str(seconds)})


def is_costly(request: HttpRequest) -> bool:
    path = request.path
    if path.startswith("/admin/"):
        return any(name in request.GET for name in EDITORS_SEARCHES)
    # The API counts by itself.
    if path.startswith(("/api/", *PRIVATE)) or FROZEN.fullmatch(path) or request.method not in ("GET", "HEAD"):
        return False
    return bool(request.META["QUERY_STRING"]) or path.startswith(PREFIXES) or path.endswith(SUFFIXES)
