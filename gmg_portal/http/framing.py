"""Framing: which answers another site may show in a frame."""

from collections.abc import Callable

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt


def allow_framing(view: Callable) -> Callable:
    """Allow any site to show the answers of a view in a frame."""
    return csp_replace({"frame-ancestors": ["*"]})(xframe_options_exempt(view))


@allow_framing
def bad_request_in_frame(request: HttpRequest, problem: str) -> HttpResponse:
    """Return the error page for an embed's address: the ordinary one may not be framed."""
    return render(request, "syndication/embed/invalid_query.html", {"problem": problem}, status=400)
