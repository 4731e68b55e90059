"""What may be done at an open address, other than reading it: by which methods, and from which other sites."""

from collections.abc import Callable

from corsheaders.conf import conf
from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from rest_framework.metadata import BaseMetadata

API = "/api/"
READ_ONLY = ("/data/", "/feeds/", "/calendar/", "/embed/", "/oembed/", "/charts/")
FILES = (".atom", ".csv")
PERSONAL = ("/admin/", "/accounts/")
ALLOWED = ["GET", "HEAD", "OPTIONS"]


class MethodsMiddleware:
    """What is read-only says so to every other method, before forms and cookies come into play."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, _view, _args, _kwargs):
        if request.method in ("GET", "HEAD") or not is_read_only(request.path):
            return None
        return allowing(", ".join(ALLOWED)) if request.method == "OPTIONS" else HttpResponseNotAllowed(ALLOWED)

    def process_template_response(self, request, response):
        """Of an endpoint the methods are all that is told, whatever its renderers would make of nothing."""
        if request.method == "OPTIONS" and request.path.startswith(API):
            bare = allowing(response["Allow"])
            bare.render = lambda: bare
            return bare
        return response


def is_read_only(path: str) -> bool:
    return path.startswith(READ_ONLY) or path.endswith(FILES) and not path.startswith(PERSONAL)


def allowing(methods: str) -> HttpResponse:
    response = HttpResponse(headers={"Allow": methods})
    del response["Content-Type"]
    return response


class NoMetadata(BaseMetadata):
    """OPTIONS tells the methods and nothing of how a view is made: that is what the description is for."""

    def determine_metadata(self, request, view):
        return None


class CrossOriginMiddleware(CorsMiddleware):
    """Every site may read what is open to all, and never in a visitor's name.

    The library says so only to those who name their site, and then has caches keep an answer for each of them.
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
