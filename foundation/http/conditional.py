"""Answers to those who hold an earlier one (RFC 9110, section 13)."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from foundation.rest.problem_details import precondition_failed


def conditional_response(
    request: HttpRequest, etag: str, last_modified: int | None, response: HttpResponse
) -> HttpResponse:
    """Return 304 in place of an answer that the asker holds.

    If-Match and If-Unmodified-Since are for changes: under /api/ one that does not hold is a problem, and elsewhere
    none is heeded.
    """
    answer = get_conditional_response(request, etag, last_modified, response)
    if answer is not None and answer.status_code == 412:
        return precondition_failed(request) if request.path.startswith("/api/") else response
    return answer or response
