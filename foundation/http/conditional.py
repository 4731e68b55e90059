"""Conditional requests (RFC 9110, section 13)."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags

from foundation.rest.problem_details import precondition_failed


def conditional_response(
    request: HttpRequest, etag: str, last_modified: int | None, response: HttpResponse
) -> HttpResponse:
    """Return 304 if the client already has this response, or the response.

    If-Match and If-Unmodified-Since are meant for changes: under /api/ a failed one gets a 412 problem; elsewhere they
    are ignored.
    """
    conditional = get_conditional_response(request, etag, last_modified, response)
    if conditional is not None and conditional.status_code == 412:
        return precondition_failed(request) if request.path.startswith("/api/") else response
    return conditional or response


def names_etag(if_none_match: str, etag: str) -> bool:
    """Return whether If-None-Match names this ETag, compared weakly because some proxies make weak tags strong."""
    return etag.removeprefix("W/") in (named.removeprefix("W/") for named in parse_etags(if_none_match))
