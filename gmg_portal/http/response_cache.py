"""A WSGI layer that answers anonymous GET and HEAD requests from memory, before Django.

Invariants:

1. No answer outlives a commit or midnight. It is kept under the state of the record that was current before its
   content was read (`record_state`, set by `RevisionMiddleware`), and only if that state is still current after it. It
   is served only while that state is current: one SQL for each answer.
2. Only answers that anybody may have are kept: 200 or 304 to a GET, whole in memory, `public`, without cookies and
   nonces, varying by no header that is not part of the key. Requests with a cookie, Authorization, a body, a range or
   other conditions than If-None-Match neither read nor fill the cache (`response_keys`).
3. A kept answer is what Django's middleware made of it, compression included, byte for byte, for the same host, scheme,
   path, query, language, encoding and (under /api/) Accept. Only the headers of one client's rate limit are taken out.
   Hosts that are not allowed have no answers, because Django gives them none.
4. A 304 is served for an ETag that a kept answer has, from a 304 of Django's.
5. Memory is bounded by bytes, keys included. What was not used for longest goes first.
6. The layer opens no connection to the database and reports no error: whatever it cannot answer, Django does.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from django.conf import settings
from django.db import Error, connection
from django.http import HttpResponse
from django.utils.cache import cc_delim_re

from foundation.http.byte_lru import ByteBoundedLRU
from foundation.http.conditional import names_etag
from foundation.http.shared_store import SharedStore
from gmg_portal.http.release import release
from gmg_portal.http.response_keys import Environ, ResponseKey
from gmg_portal.revision.current import RecordState

SHARED_ALIAS = "responses"
SHARED_SECONDS = 60 * 60
# What Python takes for an entry beside its texts, measured with 50 headers.
ENTRY_BYTES = 4096
# What is left of one client's quota says nothing to the next. Answers from memory are not counted.
CLIENT_HEADERS = frozenset({"ratelimit", "ratelimit-policy"})
KEY_HEADERS = frozenset({"accept", "accept-encoding", "accept-language"})

Application = Callable[[Environ, Callable], Iterable[bytes]]


@dataclass(frozen=True)
class StoredResponse:
    """An answer of Django's, as it left the middleware."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str

    @classmethod
    def of(cls, response: HttpResponse) -> Self:
        headers = [(name, value) for name, value in response.items() if name.lower() not in CLIENT_HEADERS]
        return cls(
            f"{response.status_code} {response.reason_phrase}", headers, bytes(response.content), response["ETag"]
        )

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        head, _, body = stored.partition(b"\n")
        status, headers, etag = json.loads(head)
        return cls(status, [(name, value) for name, value in headers], body, etag)

    def to_bytes(self) -> bytes:
        return json.dumps([self.status, self.headers, self.etag]).encode() + b"\n" + self.body

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + ENTRY_BYTES


class ResponseCache:
    """Wrap a WSGI application of Django's; see the module for what is kept and served."""

    def __init__(self, application: Application, max_bytes: int, shared: SharedStore | None = None):
        self.application = application
        self.responses: ByteBoundedLRU[tuple[RecordState, StoredResponse]] = ByteBoundedLRU(max_bytes)
        self.shared = shared

    def __call__(self, environ: Environ, start_response: Callable) -> Iterable[bytes]:
        key = ResponseKey.of(environ)
        if key is None:
            return self.application(environ, start_response)
        stored = self.find(key, environ.get("HTTP_IF_NONE_MATCH"))
        if stored is not None:
            start_response(stored.status, list(stored.headers))
            return [stored.body] if environ["REQUEST_METHOD"] == "GET" else []
        method = environ["REQUEST_METHOD"]
        response = self.application(environ, start_response)
        if method == "GET" and is_shareable(response):
            self.keep(key, response)
        return response

    def find(self, key: ResponseKey, if_none_match: str | None) -> StoredResponse | None:
        """Return the answer to a request if it is kept and the state of the record is still its own."""
        state = None
        for status in (304, 200) if if_none_match else (200,):
            kept = self.responses.get((key, status))
            if kept is None and self.shared is None:
                continue
            state = state or read_state()
            if state is None:
                return None
            stored = kept[1] if kept and kept[0] == state else self.find_shared(key, status, state)
            is_named = bool(if_none_match) and stored is not None and names_etag(if_none_match, stored.etag)
            if stored and (status == 304) == is_named:
                return stored
        return None

    def find_shared(self, key: ResponseKey, status: int, state: RecordState) -> StoredResponse | None:
        """Return an answer that another process kept, and keep it here, too."""
        shared_bytes = self.shared and self.shared.get(shared_key(key, status, state))
        if not shared_bytes:
            return None
        stored = StoredResponse.from_bytes(shared_bytes)
        self.responses.put((key, status), (state, stored), stored.size + key.length)
        return stored

    def keep(self, key: ResponseKey, response: HttpResponse) -> None:
        """Keep an answer if the state of the record is the one that was read before its content."""
        state = read_state()
        if state is None or state != response.record_state:
            return
        stored = StoredResponse.of(response)
        self.responses.put((key, response.status_code), (state, stored), stored.size + key.length)
        if self.shared:
            self.shared.put(shared_key(key, response.status_code, state), stored.to_bytes())


def is_shareable(response: object) -> bool:
    """Return whether an answer is whole, part of the public record and the same for everybody with the same key."""
    if not isinstance(response, HttpResponse) or not hasattr(response, "record_state"):
        return False
    directives = cc_delim_re.split(response.get("Cache-Control", ""))
    varying = {name.lower() for name in cc_delim_re.split(response.get("Vary", "")) if name}
    return (
        response.status_code in (200, 304)
        and "public" in directives
        and not {"private", "no-store"}.intersection(directives)
        and not response.cookies
        and "'nonce-" not in response.get("Content-Security-Policy", "")
        and varying <= KEY_HEADERS
    )


def read_state() -> RecordState | None:
    """Read the record's state by the connection that the thread's last request left; None if there is none or it fails.

    Django opens connections, with their limits: a database that is gone is waited for once, and a restarted one found.
    """
    connection.close_if_unusable_or_obsolete()
    if connection.connection is None:
        return None
    connection.health_check_done = True  # the statement itself shows whether the connection works
    try:
        return RecordState.read()
    except Error:
        connection.close()
        return None


def shared_key(key: ResponseKey, status: int, state: RecordState) -> str:
    """Return the name of an answer in the shared store, where other releases keep theirs, too."""
    return blake2b(repr((release(), state, key, status)).encode(), digest_size=20).hexdigest()


def with_response_cache(application: Application) -> Application:
    """Return the application behind a cache of `RESPONSE_CACHE_MB`; the application itself if that is 0."""
    if not settings.RESPONSE_CACHE_MB:
        return application
    shared = SharedStore(SHARED_ALIAS, SHARED_SECONDS) if SHARED_ALIAS in settings.CACHES else None
    return ResponseCache(application, settings.RESPONSE_CACHE_MB * 1024 * 1024, shared)
