"""The key of a request in the response cache: everything of it on which a public answer may depend."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import parse_etags
from django.utils.translation import get_language_from_request

from foundation.http.compression import PUBLIC_ENCODINGS, choose_encoding, refuses_identity
from foundation.http.tracking_params import API_PREFIX, strip_tracking_params
from gmg_portal.http.prefixes import NON_RECORD_PREFIXES

# Requests with one of these are answered by Django: people, parts of files, and conditions other than If-None-Match.
PASSED_HEADERS = frozenset(
    {
        "HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_IF_MATCH", "HTTP_IF_RANGE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE",
        "HTTP_TRANSFER_ENCODING",
    }
)  # fmt: skip
MAX_KEY_LENGTH = 8192  # characters; the longest address has fewer
MAX_NEGOTIATED_LENGTH = 256  # characters of Accept-Encoding and Accept-Language, whose results are remembered

Environ = dict[str, Any]


class ResponseKey(NamedTuple):
    """Requests with the same key get the same answer as long as the state of the record is the same."""

    scheme: str
    host: str
    path: str
    query: str
    language: str
    encoding: tuple[str | None, bool]
    accept: str

    @classmethod
    def of(cls, environ: Environ) -> "ResponseKey | None":
        """Return the key of an anonymous GET or HEAD; None for a request that passes by the cache."""
        accept_encoding = environ.get("HTTP_ACCEPT_ENCODING", "")
        accept_language = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or not PASSED_HEADERS.isdisjoint(environ)
            or environ.get("CONTENT_LENGTH") not in (None, "", "0")
            or not has_plain_conditions(environ)
            or len(accept_encoding) > MAX_NEGOTIATED_LENGTH
            or len(accept_language) > MAX_NEGOTIATED_LENGTH
        ):
            return None
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        if path.startswith(NON_RECORD_PREFIXES):
            return None
        query = environ.get("QUERY_STRING", "")
        is_api = path.startswith(API_PREFIX)
        key = cls(
            _scheme(environ),
            environ.get("HTTP_HOST", ""),
            path,
            query if is_api or not query else strip_tracking_params(query),
            negotiate_language(accept_language),
            negotiate_encoding(accept_encoding),
            environ.get("HTTP_ACCEPT", "") if is_api else "",
        )
        return key if key.host and key.length <= MAX_KEY_LENGTH else None

    @property
    def length(self) -> int:
        return len(self.host) + len(self.path) + len(self.query) + len(self.accept)


def has_plain_conditions(environ: Environ) -> bool:
    """Return whether a request has no condition, or an If-None-Match with ETags, which makes dates void."""
    if "HTTP_IF_NONE_MATCH" in environ:
        return parse_etags(environ["HTTP_IF_NONE_MATCH"]) not in ([], ["*"])
    return "HTTP_IF_MODIFIED_SINCE" not in environ


@lru_cache(maxsize=256)
def negotiate_encoding(accept: str) -> tuple[str | None, bool]:
    """Return the encoding of public answers, and whether short ones are compressed, too."""
    return choose_encoding(accept, PUBLIC_ENCODINGS), refuses_identity(accept)


@lru_cache(maxsize=256)
def negotiate_language(accept: str) -> str:
    """Return the language that Django's middleware chooses for a request without cookies."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accept
    return get_language_from_request(request)


def _scheme(environ: Environ) -> str:
    header = settings.SECURE_PROXY_SSL_HEADER
    return environ["wsgi.url_scheme"] + (f" {environ.get(header[0], '')}" if header else "")
