"""HTTP methods of public addresses, and their cross-origin headers (CORS)."""

from collections.abc import Callable, Mapping, Sequence

from corsheaders.conf import conf
from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from rest_framework.metadata import BaseMetadata

API_PREFIX = "/api/"
READ_ONLY_PREFIXES = ("/data/", "/feeds/", "/calendar/", "/embed/", "/oembed/", "/charts/")
READ_ONLY_SUFFIXES = (".atom", ".csv")
PERSONAL_PREFIXES = ("/admin/", "/accounts/")
ALLOWED_METHODS = ["GET", "HEAD", "OPTIONS"]


class ReadOnlyMethodsMiddleware:
    """Refuse writing methods at read-only addresses, before forms and cookies are handled."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable, _args: Sequence, _kwargs: Mapping
    ) -> HttpResponse | None:
        if request.method in ("GET", "HEAD") or not is_read_only(request.path):
            return None
        return (
            allow_response(", ".join(ALLOWED_METHODS))
            if request.method == "OPTIONS"
            else HttpResponseNotAllowed(ALLOWED_METHODS)
        )

    def process_template_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Answer OPTIONS of the API with the allowed methods only and no body."""
        if request.method == "OPTIONS" and request.path.startswith(API_PREFIX):
            allowed = allow_response(response["Allow"])
            allowed.render = lambda: allowed
            return allowed
        return response


def is_read_only(path: str) -> bool:
    """Return whether an address allows no writing methods: files, feeds, charts and embeds, by prefix or suffix."""
    return (
        path.startswith(READ_ONLY_PREFIXES)
        or path.endswith(READ_ONLY_SUFFIXES)
        and not path.startswith(PERSONAL_PREFIXES)
    )


def allow_response(methods: str) -> HttpResponse:
    """Return the answer to OPTIONS: no body, and the methods (comma-separated) in Allow."""
    response = HttpResponse(headers={"Allow": methods})
    del response["Content-Type"]
    return response


class NoMetadata(BaseMetadata):
    """Leave metadata of views out of OPTIONS; the OpenAPI description has it."""

    def determine_metadata(self, request, view):
        return None


class CrossOriginMiddleware(CorsMiddleware):
    """Allow every site to read public responses, without credentials.

    The library sends these headers only to requests with Origin, which makes caches store one response for each site.
    """

    def add_response_headers(self, request, response):
        if self.is_enabled(request):
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = ", ".join(conf.CORS_EXPOSE_HEADERS)
            if request.method == "OPTIONS":
                response["Access-Control-Allow-Methods"] = ", ".join(conf.CORS_ALLOW_METHODS)
                response["Access-Control-Allow-Headers"] = ", ".join(conf.CORS_ALLOW_HEADERS)
                response["Access-Control-Max-Age"] = str(conf.CORS_PREFLIGHT_MAX_AGE)
        return response
