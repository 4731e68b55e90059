"""Rate limits of account forms by address, with one count for all web processes."""

import logging
import math
from collections.abc import Callable
from functools import wraps

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from foundation.http import throttling
from foundation.http.client_ip import throttle_key

# Each rate is a number of requests in a number of seconds.
FORM_RATE = (60, 60)
RESET_RATE_BY_ADDRESS = (20, 60 * 60)
RESET_RATE_BY_EMAIL = (5, 60 * 60)

logger = logging.getLogger(__name__)


def rate_limited(view: Callable) -> Callable:
    """Limit how often a view's form is sent from an address; all such forms share one count. Answers 429."""

    @wraps(view)
    def limited_view(request, *args, **kwargs):
        if request.method == "POST":
            seconds = seconds_to_wait("form", throttle_key(request), FORM_RATE)
            if seconds:
                return too_many_requests(request, seconds)
        return view(request, *args, **kwargs)

    return limited_view


def seconds_to_wait(scope: str, key: str, rate: tuple[int, int]) -> int:
    """Count a request; return 0 if it is allowed, or the seconds until the next one is."""
    quota, period = rate
    caller = salted_hmac(throttling.SALT, f"{scope} {key}", algorithm="sha256").hexdigest()[:32]
    try:
        with transaction.atomic():
            count = throttling.count_request(caller, quota, period)
    except DatabaseError as error:
        if not connection.is_usable():
            raise
        logger.warning("Forms of accounts are not counted, for the count cannot be written: %s", error)
        return 0
    return max(math.ceil(count.free_in - period + period / quota), 1) if count.refused else 0


def too_many_requests(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "errors/429.html", {"seconds": seconds, "minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
