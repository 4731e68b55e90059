"""Middleware: request context, limits of the query string, validators for conditional requests, caching."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import cc_delim_re, patch_cache_control, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language

from foundation.http.conditional import conditional_response, names_etag
from foundation.postgresql.session_limits import is_unavailable
from foundation.rest.problem_details import (
    MAX_QUERY_LENGTH,
    MAX_QUERY_PARAMS,
    invalid_encoding,
    outage_response,
    query_too_long,
    query_too_long_message,
)
from gmg_portal.audit.recording import What, add_audit_entry
from gmg_portal.audit.request_context import RequestContext, use_request_context
from gmg_portal.http.framing import bad_request_in_frame
from gmg_portal.http.prefixes import NON_RECORD_PREFIXES, PERSONAL_PREFIXES
from gmg_portal.http.release import release
from gmg_portal.revision.current import RecordState

# Public pages with a form carry the CSRF token of one reader.
FORM_PAGE_SUFFIXES = ("/mistake/",)
# The files of editions never change and set their own validators.
EDITION_FILE_PATTERN = re.compile(r"/data/editions/[^/]+/(?!cite\.)[^/]+")

BROKEN_ESCAPE_PATTERN = re.compile("%(?![0-9A-Fa-f]{2})")

# The header with the time of the revision that an answer was made from, as precise as `updated_since` accepts it.
RECORD_MOMENT_HEADER = "Record-Moment"
# Seconds for which a shared cache may answer without asking. Not 0, because nginx would then store nothing.
SHARED_MAX_AGE = 1
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class RequestContextMiddleware:
    """Tag database writes with the current request, for the audit log, and log refusals in the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = RequestContext(request)
        request.request_id = context.request_id  # for the server log
        if request.method in SAFE_METHODS:
            response = self.get_response(request)
        else:
            with use_request_context(context):
                response = self.get_response(request)
        if request.method not in SAFE_METHODS or response.status_code >= 400:
            response["X-Request-ID"] = context.request_id
        reason = getattr(request, "refusal", "")
        is_refused = response.status_code == 403 or reason
        if is_refused and request.path.startswith("/admin/") and request.user.is_authenticated:
            add_audit_entry(What.REFUSED, request=request, person=request.user, reason=reason)
        return response


class QueryStringMiddleware:
    """Refuse a query string that is too long (414) and, under /api/, one that is not valid UTF-8, before parsing it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith("/api/")
        query_string = request.META["QUERY_STRING"]
        pairs = query_string.split("&")
        is_limited = is_api or not request.path.startswith(PERSONAL_PREFIXES)
        if is_limited and (len(query_string) > MAX_QUERY_LENGTH or len(pairs) > MAX_QUERY_PARAMS):
            return query_too_long(request) if is_api else error_response(request, query_too_long_message(), 414)
        if is_api and (undecodable := [pair for pair in pairs if not is_percent_encoded_utf8(pair)]):
            return invalid_encoding(request, undecodable)
        return self.get_response(request)


def is_percent_encoded_utf8(encoded: str) -> bool:
    """Return whether a part of the query string, decoded by the server as latin-1, is percent-encoded UTF-8."""
    if BROKEN_ESCAPE_PATTERN.search(encoded):
        return False
    try:
        unquote_to_bytes(encoded.encode("latin-1")).decode()
    except UnicodeError:
        return False
    return True


def error_response(request: HttpRequest, problem: str, status: int = 400, **headers: str) -> HttpResponse:
    """Return an error in the form of the address: an HTML page, a page in a frame, or a line of text."""
    if request.path.startswith("/embed/"):
        response = bad_request_in_frame(request, problem)
        response.status_code = status
    elif request.path.endswith("/") and not request.path.startswith("/oembed/"):
        response = render(
            request,
            "errors/429.html" if status == 429 else "errors/invalid_query.html",
            {"problem": problem},
            status=status,
        )
    else:
        response = HttpResponse(f"{problem}\n", status=status, content_type="text/plain; charset=utf-8")
    for name, value in headers.items():
        response[name] = value
    return response


class RevisionMiddleware:
    """Add an ETag built from the revision and the day (UTC) to every public answer, and answer 304 without the view.

    Freshness and due states change at midnight. A stored answer therefore outlives a change or the day by at most
    `SHARED_MAX_AGE`. Only a matching ETag is answered without the view, because it proves that the client received the
    answer before. A date or '*' proves nothing: the view must first show that the page exists.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _has_public_answer(request):
            return self.get_response(request)
        try:
            validators = Validators.of(request, RecordState.read())
        except DatabaseError as error:
            if is_unavailable(error) and request.path.startswith("/api/"):
                return outage_response(request, error)
            return self.get_response(request)
        if validators.match(request):
            return validators.apply(request, HttpResponse(), is_unchanged=True)
        response = self.get_response(request)
        if response.status_code != 200 or response.cookies or _is_private(response):
            return response
        return validators.apply(request, response)


@dataclass(frozen=True)
class Validators:
    """The validators of an answer: its ETag, and the state of the record, which gives Last-Modified.

    Until the second of the last change is over, If-Modified-Since is not accepted.
    """

    etag: str
    state: RecordState

    @classmethod
    def of(cls, request: HttpRequest, state: RecordState) -> Self:
        return cls(_etag(request, state), state)

    def match(self, request: HttpRequest) -> bool:
        """Return whether If-None-Match names the ETag."""
        return names_etag(request.headers.get("If-None-Match", ""), self.etag)

    def apply(self, request: HttpRequest, response: HttpResponse, *, is_unchanged: bool = False) -> HttpResponse:
        """Return the response with its validators, or a 304 if the request's conditions show that the client has it.

        `record_state` of the response is the state that was read before its content: the response cache keeps no other.
        """
        response["ETag"] = self.etag
        response["Last-Modified"] = http_date(self.state.last_modified)
        patch_cache_control(response, public=True, max_age=0, s_maxage=SHARED_MAX_AGE, must_revalidate=True)
        if request.path.startswith("/api/"):
            patch_vary_headers(response, ["Accept"])
        if is_unchanged:
            response.status_code = 304
            del response["Content-Type"]
        else:
            last_modified = self.state.last_modified if self.state.is_settled else None
            response = conditional_response(request, self.etag, last_modified, response)
        if request.path.startswith("/api/"):
            response[RECORD_MOMENT_HEADER] = self.state.moment.isoformat().replace("+00:00", "Z")
        response.record_state = self.state
        return response


class CacheControlMiddleware:
    """Set Cache-Control where no view did: `private, no-store` for personal answers, else `no-store`, also for errors.

    With one language, Accept-Language is removed from Vary, so that caches store one answer for all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_personal = (
            request.path.startswith(PERSONAL_PREFIXES) or "Authorization" in request.headers or response.cookies
        )
        if is_personal and not _is_private(response):
            response["Cache-Control"] = "private, no-store"
        elif not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        if len(settings.LANGUAGES) == 1:
            _remove_vary_on_language(response)
        return response


def _has_public_answer(request: HttpRequest) -> bool:
    path = request.path
    if (
        path.startswith(NON_RECORD_PREFIXES)
        or path.endswith(FORM_PAGE_SUFFIXES)
        or EDITION_FILE_PATTERN.fullmatch(path)
    ):
        return False
    if "Authorization" in request.headers:
        return False
    return request.method in ("GET", "HEAD")


def _is_private(response: HttpResponse) -> bool:
    directives = response.get("Cache-Control", "")
    return "no-store" in directives or "private" in directives


def _remove_vary_on_language(response: HttpResponse) -> None:
    if response.has_header("Vary"):
        names = [name for name in cc_delim_re.split(response["Vary"]) if name.lower() != "accept-language"]
        response["Vary"] = ", ".join(names)
        if not names:
            del response["Vary"]


def _etag(request: HttpRequest, state: RecordState) -> str:
    """Return a weak ETag: answers of one state have equal content, but compression may make their bytes differ."""
    parts = (
        str(state.revision.number),
        state.day.isoformat(),
        release(),
        get_language() or "",
        # Outside of the API an address has one format, regardless of Accept.
        request.headers.get("Accept", "") if request.path.startswith("/api/") else "",
        request.build_absolute_uri(),
    )
    digest = blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
    return f'W/"{digest}"'
