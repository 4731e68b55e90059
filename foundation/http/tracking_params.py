"""Parameters that mail programs, advertisers and social networks add to addresses, and that mean nothing here."""

from collections.abc import Callable
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse

PREFIXES = ("utm_", "mc_", "mtm_", "pk_", "hsa_", "vero_", "oly_")
NAMES = frozenset(
    {
        "_branch_match_id", "_ga", "_gl", "_hsenc", "_hsmi", "_ke", "_openstat", "dclid", "epik", "fbclid",
        "gad_campaignid", "gad_source", "gbraid", "gclid", "gclsrc", "hsctatracking", "igsh", "igshid", "irclickid",
        "li_fat_id", "mkt_tok", "msclkid", "rdt_cid", "s_cid", "sc_cid", "sccid", "srsltid", "ttclid", "twclid",
        "wbraid", "wickedid", "yclid", "ysclid",
    }
)  # fmt: skip
# Programs write their addresses themselves: there every unknown parameter is a mistake, and refused.
STRICT = "/api/"


class TrackingMiddleware:
    """Take tracking parameters out of the query of a request, so that no view, link, cache key or log meets them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path.startswith(STRICT):
            request.META["QUERY_STRING"] = without_tracking(request.META.get("QUERY_STRING", ""))
        return self.get_response(request)


def without_tracking(query: str) -> str:
    """Return a query without its tracking parameters, and otherwise as it is written."""
    return "&".join(pair for pair in query.split("&") if not is_tracking(unquote_plus(pair.partition("=")[0])))


def is_tracking(parameter: str) -> bool:
    """Tell whether a parameter only follows readers; a lookup of a list, such as pk__in, has two underscores."""
    name = parameter.lower()
    return name in NAMES or (name.startswith(PREFIXES) and "__" not in name)
