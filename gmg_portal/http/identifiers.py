"""Canonical addresses: identifiers in their own case, and the slash at the end."""

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
UNKNOWN_PATH_NAME = "unknown"  # the URL pattern that catches unknown addresses of the API


@dataclass(frozen=True)
class Identifier:
    """A kind of identifier in paths: the pattern that finds it, the public rows that have one, and their field."""

    pattern: re.Pattern
    rows: Callable[[], QuerySet]
    field: str

    def correct_case(self, path: str) -> str:
        """Return the path with the identifier in the case that its row has; unchanged if no row has the identifier."""
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
    """Return the path with identifiers in their own case, and with a final slash if only then a page exists."""
    path = UUID.sub(lambda match: match[0].lower(), LEVEL.sub(lambda match: match[0].lower(), path))
    for identifier in IDENTIFIERS:
        path = identifier.correct_case(path)
    return path if _resolves(path) or not _resolves(f"{path}/") else f"{path}/"


def _resolves(path: str) -> bool:
    try:
        return resolve(path).url_name != UNKNOWN_PATH_NAME
    except Resolver404:
        return False


class IdentifierMiddleware:
    """Redirect (301) an unknown address to its canonical form, where that differs only by case or the final slash."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        path = canonical_path(request.path_info)
        if path == request.path_info or path.lower() not in (
            request.path_info.lower(),
            f"{request.path_info.lower()}/",
        ):
            return response
        # A browser would read two slashes at the beginning as the name of another host.
        address, query = escape_leading_slashes(escape_uri_path(path)), request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
