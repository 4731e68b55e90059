"""Remove tracking parameters, which mail programs, advertisers and social networks add to links."""

from collections.abc import Callable
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse

TRACKING_PREFIXES = ("utm_", "mc_", "mtm_", "pk_", "hsa_", "vero_", "oly_")
TRACKING_NAMES = frozenset(
    {
        "_branch_match_id", "_ga", "_gl", "_hsenc", "_hsmi", "_ke", "_openstat", "dclid", "epik", "fbclid",
        "gad_campaignid", "gad_source", "gbraid", "gclid", "gclsrc", "hsctatracking", "igsh", "igshid", "irclickid",
        "li_fat_id", "mkt_tok", "msclkid", "rdt_cid", "s_cid", "sc_cid", "sccid", "srsltid", "ttclid", "twclid",
        "wbraid", "wickedid", "yclid", "ysclid",
    }
)  # fmt: skip
# Programs write their own addresses, so the API refuses every unknown parameter.
API_PREFIX = "/api/"


class TrackingParamsMiddleware:
    """Remove tracking parameters from the query of a request, before views, links, cache keys and logs see it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API_PREFIX):
            request.META["QUERY_STRING"] = strip_tracking_params(request.META.get("QUERY_STRING", ""))
        return self.get_response(request)


def strip_tracking_params(query: str) -> str:
    """Return a query string without its tracking parameters, otherwise unchanged."""
    return "&".join(pair for pair in query.split("&") if not is_tracking_param(unquote_plus(pair.partition("=")[0])))


def is_tracking_param(parameter: str) -> bool:
    """Return whether a parameter is for tracking. Names with two underscores are lookups of lists, such as pk__in."""
    name = parameter.lower()
    return name in TRACKING_NAMES or (name.startswith(TRACKING_PREFIXES) and "__" not in name)
