"""The OpenSearch 1.1 description, by which a browser offers to search the register from its address bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """Serve the description document, with the search addresses of this portal."""
    return render(
        request, "syndication/opensearch.xml", content_type="application/opensearchdescription+xml; charset=utf-8"
    )
