"""Throttle requests by client, with one count in the database for all web processes and machines.

The table stores one time for each client: when its whole quota is free again ("generic cell rate algorithm"). Each
request moves this time forward by its share of the window, and is refused if the time would then be further ahead than
the window is long. So a client can use its quota at once, and gets it back evenly.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from rest_framework.throttling import SimpleRateThrottle

from foundation.http.client_ip import throttle_key

SALT = "foundation.http.throttling"
CLEANUP_INTERVAL = 60  # seconds, by each process

# Uses the database's clock, since the clocks of machines can differ. `refused` is a column because RETURNING sees only
# the updated row.
COUNT_REQUEST = """
INSERT INTO api_caller AS it (caller, free_at, refused)
VALUES (%(caller)s, statement_timestamp() + %(share)s * interval '1 second', false)
ON CONFLICT (caller) DO UPDATE SET (free_at, refused) = (
    SELECT CASE WHEN further THEN it.free_at ELSE wanted END, further
    FROM (SELECT greatest(it.free_at, statement_timestamp()) + %(share)s * interval '1 second' AS wanted) AS a,
    LATERAL (SELECT wanted > statement_timestamp() + %(window)s * interval '1 second' AS further) AS b
)
RETURNING refused, extract(epoch FROM free_at - statement_timestamp())
"""
DELETE_EXPIRED = """
DELETE FROM api_caller WHERE caller IN (
    SELECT caller FROM api_caller WHERE free_at < statement_timestamp() FOR UPDATE SKIP LOCKED
)
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class QuotaState:
    """The result of counting a request: whether it is refused, and seconds until the whole quota is free again."""

    refused: bool
    free_in: float


def count_request(caller: str, quota: int, window: int) -> QuotaState:
    """Count one request of `quota` in `window` seconds. Raises DatabaseError if it cannot be written."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_REQUEST, {"caller": caller, "share": window / quota, "window": window})
        refused, free_in = cursor.fetchone()
        _delete_expired(cursor)
    return QuotaState(refused, float(free_in))


_cleaned_up_at = time.monotonic()


def _delete_expired(cursor) -> None:
    """Delete the rows of clients that have their whole quota again."""
    global _cleaned_up_at
    now = time.monotonic()
    if now - _cleaned_up_at > CLEANUP_INTERVAL:
        _cleaned_up_at = now
        cursor.execute(DELETE_EXPIRED)


class AddressThrottle(SimpleRateThrottle):
    """Throttle requests by IP address; response headers report the remaining quota.

    `counter` can be replaced by a count outside the database. If the count cannot be written, requests are allowed, so
    that the portal can be read while the database is read-only. An unreachable database is an outage.
    """

    scope = "anon"
    policy = "address"
    counter: Callable[[str, int, int], QuotaState] = staticmethod(count_request)
    failure_was_logged = False

    def get_cache_key(self, request, view=None):
        return salted_hmac(f"{SALT}.{self.policy}", throttle_key(request), algorithm="sha256").hexdigest()[:32]

    def allow_request(self, request, view):
        return self.take(request._request)

    def take(self, request: HttpRequest) -> bool:
        """Count a request and return whether it is allowed; keep this throttle as `request.rate` for the headers."""
        try:
            self.count = self.counter(self.get_cache_key(request), self.num_requests, self.duration)
        except DatabaseError as error:
            if not connection.is_usable():
                raise
            if not AddressThrottle.failure_was_logged:
                AddressThrottle.failure_was_logged = True
                logger.warning("Requests are not counted, for the count cannot be written: %s", error)
            return True
        AddressThrottle.failure_was_logged = False
        request.rate = self
        return not self.count.refused

    @property
    def share(self) -> float:
        """Return the seconds in which the quota of one request comes back."""
        return self.duration / self.num_requests

    def wait(self) -> int:
        """Return the seconds until the next request is allowed."""
        return max(math.ceil(self.count.free_in - self.duration + self.share), 1)

    def headers(self) -> dict[str, str]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers-10; `t` is when the whole quota is free."""
        left = 0 if self.count.refused else max(math.floor((self.duration - self.count.free_in) / self.share), 0)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.num_requests};w={self.duration}',
            "RateLimit": f'"{self.policy}";r={left};t={math.ceil(max(self.count.free_in, 0))}',
        }


class RateLimitHeadersMiddleware:
    """Add the rate limit headers to every counted response, refusals and errors included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if hasattr(request, "rate"):
            for name, value in request.rate.headers().items():
                response[name] = value
        return response
