"""The request or command that a database write comes from, passed to the database together with the write.

The values go into the statement that writes, as a setting local to its transaction (`portal.request`), which the
triggers of the audit log read. Connections are reused and may be pooled: a setting that ends with its transaction
cannot be taken for that of the next request.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest

from foundation.http.client_ip import throttle_key

REQUEST_ID_PATTERN = re.compile(r"[A-Za-z0-9._-]{8,64}")
WRITE_STATEMENTS = ("INSERT", "UPDATE", "DELETE")
VIA_MAX_LENGTH = 300


@dataclass(frozen=True)
class AuditFields:
    """The fields that the triggers copy into each audit entry; `person` is the key of the account that is signed in."""

    request_id: str
    via: str = ""
    origin: str = ""
    person: int | None = None

    def as_sql_literal(self) -> str:
        """Return JSON that is safe inside quotes of SQL, with or without parameters."""
        return json.dumps(asdict(self)).replace("'", "\\u0027").replace("%", "\\u0025")


class RequestContext:
    """The source of database writes: a request, or with `via` a command.

    The account and the page of a request are read at each write, because middleware sets them after the start.
    """

    def __init__(self, request: HttpRequest | None = None, via: str = ""):
        self.request = request
        self.via = via
        self.request_id = request_id_of(request)

    def as_audit_fields(self) -> AuditFields:
        if self.request is None:
            return AuditFields(self.request_id, self.via)
        person = getattr(getattr(self.request, "_cached_user", None), "pk", None)
        return AuditFields(self.request_id, via_of(self.request), origin_of(self.request), person)


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


@contextmanager
def use_request_context(context: RequestContext) -> Iterator[RequestContext]:
    """Tag the writes made inside the `with` block with this context."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def current_request_context() -> RequestContext | None:
    """Return the context of this thread or task; None outside of requests that write and of commands."""
    return _current.get()


def set_command_context(arguments: list[str] = sys.argv) -> None:
    """Tag all writes of this process outside of requests with the name of its command, without its arguments."""
    via = f"manage.py {arguments[1]}"[:VIA_MAX_LENGTH] if arguments[1:] else "manage.py"
    _current.set(RequestContext(via=via))


def tag_writes(execute: Callable, sql: str, params: object, many: bool, context: dict) -> Any:
    """Prefix each statement that writes with the audit fields; a Django execute wrapper."""
    request_context = _current.get()
    if request_context is not None and not many and isinstance(sql, str) and sql.startswith(WRITE_STATEMENTS):
        literal = request_context.as_audit_fields().as_sql_literal()
        sql = f"SELECT set_config('portal.request', '{literal}', true); {sql}"
    return execute(sql, params, many, context)


def install_execute_wrapper(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    """Add `tag_writes` to a connection; receives the signal `connection_created`."""
    if tag_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(tag_writes)


def request_id_of(request: HttpRequest | None) -> str:
    """Return the request ID that the portal's own proxy set, or a new one; other senders' IDs are ignored."""
    header = request.headers.get("X-Request-ID", "") if request is not None and settings.BEHIND_PROXY else ""
    return header if REQUEST_ID_PATTERN.fullmatch(header) else uuid4().hex


def via_of(request: HttpRequest) -> str:
    """Return the method and path without the query, and the prefix of the access token that was used.

    Outside of the admin the URL pattern replaces the path, because paths there may carry secrets (invitations, new
    passwords).
    """
    path = request.path
    if not path.startswith("/admin/"):
        match = getattr(request, "resolver_match", None)
        path = f"/{match.route}" if match else "/…"
    token = getattr(request, "access_token", None)
    via = f"{request.method} {path}" + (f" ({token.shown_prefix})" if token else "")
    return "".join(letter for letter in via if letter.isprintable())[:VIA_MAX_LENGTH]


def origin_of(request: HttpRequest) -> str:
    """Return a keyed digest of the client's network address: 12 hexadecimal digits, or "" without an address.

    The key changes each month: within a month equal digests mean the same network, and without the key no address can
    be derived from them.
    """
    client = throttle_key(request)
    if not client:
        return ""
    key = blake2b(settings.SECRET_KEY.encode(), person=b"audit-origin", digest_size=32).digest()
    return blake2b(f"{datetime.now(UTC):%Y-%m} {client}".encode(), key=key, digest_size=6).hexdigest()
