"""How often one caller may ask, counted once for all web processes, on all machines that share the database.

Of each caller one moment is kept: when the whole quota is free again ("generic cell rate algorithm"). Each request
moves it on by its share of the window; one that would move it further ahead than the window is long is refused. So the
quota may be used up at once, and comes back evenly.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from foundation.http.client_ip import throttle_key

SALT = "foundation.http.throttling"
SWEPT_EVERY = 60  # seconds, by each process

# The clock is the database's own, so that machines need not agree on theirs. Whether it was refused stands in the row,
# for only the row as it became can be returned.
TAKE = """
INSERT INTO api_caller AS it (caller, free_at, refused)
VALUES (%(caller)s, statement_timestamp() + %(share)s * interval '1 second', false)
ON CONFLICT (caller) DO UPDATE SET (free_at, refused) = (
    SELECT CASE WHEN further THEN it.free_at ELSE wanted END, further
    FROM (SELECT greatest(it.free_at, statement_timestamp()) + %(share)s * interval '1 second' AS wanted) AS a,
    LATERAL (SELECT wanted > statement_timestamp() + %(window)s * interval '1 second' AS further) AS b
)
RETURNING refused, extract(epoch FROM free_at - statement_timestamp())
"""
SWEEP = """
DELETE FROM api_caller WHERE caller IN (
    SELECT caller FROM api_caller WHERE free_at < statement_timestamp() FOR UPDATE SKIP LOCKED
)
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Count:
    """What came of a request: whether it is refused, and in how many seconds the whole quota is free again."""

    refused: bool
    free_in: float


def count_in_database(caller: str, quota: int, window: int) -> Count:
    """Take one of `quota` in `window` seconds; DatabaseError where nothing can be written."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"caller": caller, "share": window / quota, "window": window})
        refused, free_in = cursor.fetchone()
        _sweep(cursor)
    return Count(refused, float(free_in))


_swept_at = time.monotonic()


def _sweep(cursor) -> None:
    """Forget whoever has the whole quota again."""
    global _swept_at
    now = time.monotonic()
    if now - _swept_at > SWEPT_EVERY:
        _swept_at = now
        cursor.execute(SWEEP)


class AddressThrottle(SimpleRateThrottle):
    """So many requests of one place in a time; every answer says how much is left.

    `counter` is the seam for a count that is kept elsewhere. A count that cannot be written stops nobody: the record
    can be read while the database takes no writes. One that cannot be reached at all is an outage.
    """

    scope = "anon"
    policy = "address"
    counter: Callable[[str, int, int], Count] = staticmethod(count_in_database)
    is_silent = False

    def get_rate(self):
        return api_settings.DEFAULT_THROTTLE_RATES[self.scope]

    def get_cache_key(self, request, view=None):
        salt = SALT if self.policy == AddressThrottle.policy else f"{SALT}.{self.policy}"
        return salted_hmac(salt, throttle_key(request), algorithm="sha256").hexdigest()[:32]

    def allow_request(self, request, view):
        return self.take(request._request)

    def take(self, request: HttpRequest) -> bool:
        """Count a request, and return whether it is answered; the middleware of the headers finds the count on it."""
        self.count = self._counted(request)
        if self.count is None:
            return True
        request.rate = self
        return not self.count.refused

    def _counted(self, request: HttpRequest) -> Count | None:
        try:
            count = self.counter(self.get_cache_key(request), self.num_requests, self.duration)
        except DatabaseError as error:
            if not connection.is_usable():
                raise
            if not AddressThrottle.is_silent:
                AddressThrottle.is_silent = True
                logger.warning("Requests are not counted, for the count cannot be written: %s", error)
            return None
        AddressThrottle.is_silent = False
        return count

    def wait(self):
        """Seconds until the next request would be taken."""
        return max(self.count.free_in - self.duration + self.duration / self.num_requests, 1)

    def seconds_to_wait(self) -> int:
        return math.ceil(self.wait())

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 has them: `t` is when the whole quota is free again."""
        share = self.duration / self.num_requests
        left = 0 if self.count.refused else max(math.floor((self.duration - self.count.free_in) / share), 0)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.num_requests};w={self.duration}',
            "RateLimit": f'"{self.policy}";r={left};t={math.ceil(max(self.count.free_in, 0))}',
        }


class RateMiddleware:
    """Tells of every answer that was counted how much is left, refusals and errors included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        counted = getattr(request, "rate", None)
        for name, value in counted.headers().items() if counted else ():
            response[name] = value
        return response
