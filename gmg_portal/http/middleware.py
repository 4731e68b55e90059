import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from typing import Self
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import cc_delim_re, patch_cache_control, patch_vary_headers
from django.utils.http import http_date, parse_etags
from django.utils.translation import get_language

from agencies.names import names_on
from commitments.filters import PastDayField, given_twice, unknown_parameter
from foundation.clock import today
from foundation.http.conditional import conditional_response
from foundation.postgresql.session_limits import is_outage
from foundation.rest.problem_details import LONGEST_QUESTION, MOST_WORDS, no_text, outage, too_long, too_long_sentence
from gmg_portal.audit.recording import What, note
from gmg_portal.audit.request_context import Trace, traced
from gmg_portal.http.release import release
from gmg_portal.http.revision import Standing
from gmg_portal.syndication.embeds import refused_in_frame

# Pages that differ by person, or that speak of the process and not of the record.
PERSONAL = ("/admin/", "/accounts/", "/api/v1/drafts/")
PRIVATE = (*PERSONAL, "/healthz", "/readyz", "/static/")
# A page for readers with a form on it carries a token of its reader's own.
WITH_FORM = ("/mistake/",)
# The files of editions, which never change: their validators are their own.
FROZEN = re.compile(r"/data/editions/[^/]+/(?!cite\.)[^/]+")
ANSWERS_FOR_ITSELF = ("/api/", "/data/", *PRIVATE)

BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")

# The moment of the record that an answer was made from, as exactly as `updated_since` takes it.
RECORD_MOMENT = "Record-Moment"
# For so long a cache shared by many may answer by itself; nginx stores nothing of which it may not answer at all.
SHARED_SECONDS = 1
SAFE = ("GET", "HEAD", "OPTIONS")


class TraceMiddleware:
    """Let what a request writes be known as written by it, and keep in mind what was refused to people signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        trace = Trace(request)
        request.request_id = trace.request_id  # for the log
        if request.method in SAFE:
            response = self.get_response(request)
        else:
            with traced(trace):
                response = self.get_response(request)
        if request.method not in SAFE or response.status_code >= 400:
            response["X-Request-ID"] = trace.request_id
        refusal = getattr(request, "refusal", "")
        refused = response.status_code == 403 or refusal
        if refused and request.path.startswith("/admin/") and request.user.is_authenticated:
            note(What.REFUSED, request=request, person=request.user, reason=refusal)
        return response


class QuestionMiddleware:
    """Refuse a query that is longer than anybody asks, and under /api/ one that is no text, before it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        is_api = request.path.startswith("/api/")
        question = request.META["QUERY_STRING"]
        pairs = question.split("&")
        is_bounded = is_api or not request.path.startswith(PERSONAL)
        if is_bounded and (len(question) > LONGEST_QUESTION or len(pairs) > MOST_WORDS):
            return too_long(request) if is_api else refusal(request, too_long_sentence(), 414)
        if is_api and (unreadable := [pair for pair in pairs if not is_text(pair)]):
            return no_text(request, unreadable)
        return self.get_response(request)


def is_text(encoded: str) -> bool:
    """Whether a part of an address, as the server hands it on, is percent-encoded UTF-8."""
    if BROKEN_ESCAPE.search(encoded):
        return False
    try:
        unquote_to_bytes(encoded.encode("latin-1")).decode()
    except UnicodeError:
        return False
    return True


class AsOfMiddleware:
    """Read `as_of` for every page: `request.as_of` is a day in the past, or None for the record of today.

    Agencies bear the names of that day in every public answer: also in those of the API and in files, which read (and
    refuse) `as_of` for themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        request.as_of = None
        if "\0" in request.path_info:  # which no column of text can hold, and so no code, slug or reference
            raise SuspiciousOperation("NUL in the path")
        if not request.path.startswith(ANSWERS_FOR_ITSELF):
            try:
                request.as_of = PastDayField(required=False).clean(request.GET.get("as_of"))
            except ValidationError as error:
                return refusal(request, f"as_of: {error.message}")
        with names_on(_day_of_names(request)):
            return self.get_response(request)

    def process_view(self, request, view, _args, _kwargs):
        """Refuse a word that a page does not know, where its view names the `words` that it takes."""
        known = getattr(getattr(view, "view_class", None), "words", None)
        for word, values in request.GET.lists() if known is not None else ():
            if word not in known:
                return refusal(request, unknown_parameter(word, known))
            if len(values) > 1:
                return refusal(request, given_twice(word))
        return None


def _day_of_names(request: HttpRequest) -> date | None:
    if request.method not in ("GET", "HEAD") or request.path.startswith(PRIVATE):
        return None
    try:
        return PastDayField(required=False).clean(request.GET.get("as_of"))
    except ValidationError:
        return None  # which the view refuses


def refusal(request: HttpRequest, problem: str, status: int = 400, **headers: str) -> HttpResponse:
    """A page in place of a page, in a frame within it, and a line of text in place of a file or feed."""
    if request.path.startswith("/embed/"):
        response = refused_in_frame(request, problem)
        response.status_code = status
    elif request.path.endswith("/") and not request.path.startswith("/oembed/"):
        response = render(
            request, "errors/429.html" if status == 429 else "400.html", {"problem": problem}, status=status
        )
    else:
        response = HttpResponse(f"{problem}\n", status=status, content_type="text/plain; charset=utf-8")
    for name, value in headers.items():
        response[name] = value
    return response


class RevisionMiddleware:
    """Give every public answer a validator built on the revision and the day (UTC), and answer 304 by it alone.

    Freshness and due states turn at midnight, so a stored answer can outlive neither a change nor the day by more than
    the second for which a shared cache may answer by itself. Whoever
    holds the tag was given the answer. A date, or '*', may come from anybody: only the answer itself shows that there
    is one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        if not _is_for_everybody(request):
            return self.get_response(request)
        try:
            validators = Validators.of(request, Standing.read())
        except DatabaseError as error:
            if is_outage(error) and request.path.startswith("/api/"):
                return outage(request, error)
            return self.get_response(request)
        if validators.are_held(request):
            return validators.on(request, HttpResponse(), unchanged=True)
        response = self.get_response(request)
        if response.status_code != 200 or response.cookies or _keeps_to_itself(response):
            return response
        return validators.on(request, response)


@dataclass(frozen=True)
class Validators:
    """What tells one state of an answer from the next: a tag, the moment of the record, and that in whole seconds.

    A second change may still fall into the second that runs. Until it is over the answer says the one before, and no
    date is taken for proof.
    """

    etag: str
    moment: datetime
    asked_at: datetime

    @classmethod
    def of(cls, request: HttpRequest, standing: Standing) -> Self:
        midnight = datetime.combine(today(), time(), UTC)
        return cls(_etag(request, standing), max(midnight, standing.moved_at or midnight), timezone.now())

    @property
    def is_settled(self) -> bool:
        return int(self.moment.timestamp()) < int(self.asked_at.timestamp())

    @property
    def modified(self) -> int:
        return min(int(self.moment.timestamp()), int(self.asked_at.timestamp()) - 1)

    def are_held(self, request: HttpRequest) -> bool:
        """Whether the asker names the tag, as it is or as some proxy made it strong."""
        given = parse_etags(request.headers.get("If-None-Match", ""))
        return self.etag.removeprefix("W/") in (tag.removeprefix("W/") for tag in given)

    def on(self, request: HttpRequest, response: HttpResponse, *, unchanged: bool = False) -> HttpResponse:
        """The answer with its validators; 304 in its place where the asker holds it already."""
        response["ETag"] = self.etag
        response["Last-Modified"] = http_date(self.modified)
        patch_cache_control(response, public=True, max_age=0, s_maxage=SHARED_SECONDS, must_revalidate=True)
        if request.path.startswith("/api/"):
            patch_vary_headers(response, ["Accept"])
        if unchanged:
            response.status_code = 304
            del response["Content-Type"]
            return self._told(request, response)
        settled = self.modified if self.is_settled else None
        return self._told(request, conditional_response(request, self.etag, settled, response))

    def _told(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith("/api/"):
            response[RECORD_MOMENT] = self.moment.isoformat().replace("+00:00", "Z")
        return response


class StorageMiddleware:
    """Let nobody keep what is not said to be everybody's; and let caches keep one answer where there is only one.

    Errors are over when they are over: none is kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        personal = request.path.startswith(PERSONAL) or "Authorization" in request.headers or response.cookies
        if personal and not _keeps_to_itself(response):
            response["Cache-Control"] = "private, no-store"
        elif not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        if len(settings.LANGUAGES) == 1:
            _drop_language(response)
        return response


def _is_for_everybody(request: HttpRequest) -> bool:
    if request.path.startswith(PRIVATE) or request.path.endswith(WITH_FORM) or FROZEN.fullmatch(request.path):
        return False
    if "Authorization" in request.headers:
        return False
    return request.method in ("GET", "HEAD")


def _keeps_to_itself(response: HttpResponse) -> bool:
    directives = response.get("Cache-Control", "")
    return "no-store" in directives or "private" in directives


def _drop_language(response: HttpResponse) -> None:
    """Where there is one language, no answer differs by those that are asked for."""
    if response.has_header("Vary"):
        names = [name for name in cc_delim_re.split(response["Vary"]) if name.lower() != "accept-language"]
        response["Vary"] = ", ".join(names)
        if not names:
            del response["Vary"]


def _etag(request: HttpRequest, standing: Standing) -> str:
    """Weak: two answers of one state say the same, and need not be the same bytes once they are packed."""
    parts = (
        str(standing.number),
        today().isoformat(),
        release(),
        get_language() or "",
        # Elsewhere an address has one form, whatever it was asked for.
        request.headers.get("Accept", "") if request.path.startswith("/api/") else "",
        request.build_absolute_uri(),
    )
    digest = blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
    return f'W/"{digest}"'
