"""The portal's URLs, and `/hello/`: the smallest Django view, with which others are compared."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def hello(_request: HttpRequest) -> HttpResponse:
    """Answer one word: what this takes is the server's and the middleware's own work."""
    return HttpResponse("hello")


urlpatterns = [path("hello/", hello), path("healthz/hello/", hello), path("", include("gmg_portal.urls"))]
