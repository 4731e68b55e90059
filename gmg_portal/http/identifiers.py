"""Addresses that write an identifier in another case than it has, and the ones that they lead to."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes

from agencies.models import Agency
from agenda.models import Event, Framework
from commitments.models import Commitment
from recommendations.models import Recommendation
from workgroups.models import WorkGroup

UUID = re.compile(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/)", re.IGNORECASE)
NO_PATH = "unknown"  # the pattern that answers what is no address of the API


@dataclass(frozen=True)
class Identifier:
    """Where in a path an identifier stands, and the public rows that bear it."""

    pattern: re.Pattern
    rows: Callable[[], QuerySet]
    field: str

    def in_its_case(self, path: str) -> str:
        """Return the path with the identifier as its row has it; as it is where no row is meant."""
        match = self.pattern.match(path)
        if match is None or "\0" in match["id"]:
            return path
        row = self.rows().filter(**{f"{self.field}__iexact": match["id"]}).values_list(self.field, flat=True).first()
        return path if row is None else f"{path[: match.start('id')]}{row}{path[match.end('id') :]}"


def _identifier(pattern: str, rows: Callable[[], QuerySet], field: str) -> Identifier:
    return Identifier(re.compile(pattern), rows, field)


IDENTIFIERS = (
    _identifier(
        r"/(?:(?:api/v1/|charts/)?commitments|embed/commitment)/(?P<id>[A-Za-z]+-\d+)(?=[./]|$)",
        lambda: Commitment.objects.public(),
        "reference",
    ),
    _identifier(
        r"/api/v1/(?:reports|status-changes)/(?P<id>[A-Za-z]+-\d+)-\d+/?$",
        lambda: Commitment.objects.public(),
        "reference",
    ),
    _identifier(
        r"/(?:(?:api/v1/|feeds/)?agencies|embed/agency)/(?P<id>[^/.]+)(?=[./]|$)", lambda: Agency.objects.all(), "code"
    ),
    _identifier(r"/(?:api/v1/|feeds/)?workgroups/(?P<id>[^/.]+)(?=[./]|$)", lambda: WorkGroup.objects.all(), "slug"),
    _identifier(
        r"/(?:api/v1/|feeds/)?recommendations/(?P<id>[^/.]+)(?=[./]|$)", lambda: Recommendation.objects.all(), "code"
    ),
    _identifier(r"/api/v1/frameworks/(?P<id>[^/.]+)(?=/|$)", lambda: Framework.objects.all(), "code"),
    _identifier(r"/api/v1/events/(?P<id>[^/.]+)(?=/|$)", lambda: Event.objects.all(), "slug"),
)
LEVEL = re.compile(r"/recommendations/levels/[^/]+")


def canonical_path(path: str) -> str:
    """Return the path with its identifiers in their own case, and with the slash at its end that its page has."""
    path = UUID.sub(lambda match: match[0].lower(), LEVEL.sub(lambda match: match[0].lower(), path))
    for identifier in IDENTIFIERS:
        path = identifier.in_its_case(path)
    return path if _is_answered(path) or not _is_answered(f"{path}/") else f"{path}/"


def _is_answered(path: str) -> bool:
    try:
        return resolve(path).url_name != NO_PATH
    except Resolver404:
        return False


class IdentifierMiddleware:
    """Lead from an identifier in another case to its page or row."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        path = canonical_path(request.path_info)
        if path == request.path_info or path.lower() not in (
            request.path_info.lower(),
            f"{request.path_info.lower()}/",
        ):
            return response
        # A browser would take two slashes at the beginning for the name of another host.
        address, query = escape_leading_slashes(escape_uri_path(path)), request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
