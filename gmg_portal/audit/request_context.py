"""From which request or command a write comes: told to the database together with the write.

The words go into the very statement that writes, as a setting local to its transaction (`portal.request`), which the
triggers of the audit read. Connections are reused and may be pooled: a setting that ends with its transaction can
never be taken for that of the next request.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest

from foundation.http.client_ip import throttle_key

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
WRITES = ("INSERT", "UPDATE", "DELETE")
LONGEST = 300


@dataclass(frozen=True)
class Told:
    """What the database is told of a write; `person` is the key of the account that is signed in."""

    request_id: str
    via: str = ""
    origin: str = ""
    person: int | None = None

    def literal(self) -> str:
        """JSON that is safe inside quotes of SQL, with or without parameters."""
        return json.dumps(asdict(self)).replace("'", "\\u0027").replace("%", "\\u0025")


class Trace:
    """Where writes come from while it lasts; of a request, who is signed in and which page answers is asked late."""

    def __init__(self, request: HttpRequest | None = None, via: str = ""):
        self.request = request
        self.via = via
        self.request_id = request_id_of(request)

    def told(self) -> Told:
        if self.request is None:
            return Told(self.request_id, self.via)
        person = getattr(getattr(self.request, "_cached_user", None), "pk", None)
        return Told(self.request_id, via_of(self.request), origin_of(self.request), person)


_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextmanager
def traced(trace: Trace) -> Iterator[Trace]:
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)


def current() -> Trace | None:
    return _trace.get()


def trace_command(arguments: list[str] = sys.argv) -> None:
    """Let all that this process writes, other than for a request, be known as a command's: its name, nothing else."""
    _trace.set(Trace(via=f"manage.py {arguments[1]}"[:LONGEST] if arguments[1:] else "manage.py"))


def tell(execute, sql, params, many, context):
    """Wraps the execution of SQL: what writes says where it comes from."""
    trace = _trace.get()
    if trace is not None and not many and isinstance(sql, str) and sql.startswith(WRITES):
        sql = f"SELECT set_config('portal.request', '{trace.told().literal()}', true); {sql}"
    return execute(sql, params, many, context)


def tell_through(connection, **_kwargs) -> None:
    """Receives each new connection."""
    if tell not in connection.execute_wrappers:
        connection.execute_wrappers.append(tell)


def request_id_of(request: HttpRequest | None) -> str:
    """One's own proxy's name for the request, or a new one; nobody else's word is taken."""
    given = request.headers.get("X-Request-ID", "") if request is not None and settings.BEHIND_PROXY else ""
    return given if WELL_FORMED.fullmatch(given) else uuid4().hex


def via_of(request: HttpRequest) -> str:
    """Method and path, without the query, and the token by which it was asked. Outside of the editors' side the page's
    pattern stands for the path, since addresses there may carry secrets (invitations, new passwords)."""
    path = request.path
    if not path.startswith("/admin/"):
        match = getattr(request, "resolver_match", None)
        path = f"/{match.route}" if match else "/…"
    token = getattr(request, "access_token", None)
    told = f"{request.method} {path}" + (f" ({token.shown_prefix})" if token else "")
    return "".join(letter for letter in told if letter.isprintable())[:LONGEST]


def origin_of(request: HttpRequest) -> str:
    """A keyed digest of the network address, another one each month: it tells the same place from others within the
    month, and nobody from whom the key is kept can tell which place it is."""
    place = throttle_key(request)
    if not place:
        return ""
    key = blake2b(settings.SECRET_KEY.encode(), person=b"audit-origin", digest_size=32).digest()
    return blake2b(f"{datetime.now(UTC):%Y-%m} {place}".encode(), key=key, digest_size=6).hexdigest()
