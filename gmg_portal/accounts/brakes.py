"""How often the forms of an account may be sent from one address, counted once for all web processes."""

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

# By form: how many times, in how many seconds.
FORMS = (60, 60)
LOST_FROM_ADDRESS = (20, 60 * 60)
LOST_FOR_MAIL = (5, 60 * 60)

logger = logging.getLogger(__name__)


def braked(view: Callable) -> Callable:
    """Answer 429 where a form is sent more often than anybody types; each address has one count for all such forms."""

    @wraps(view)
    def braked_view(request, *args, **kwargs):
        if request.method == "POST":
            seconds = seconds_to_wait("form", throttle_key(request), FORMS)
            if seconds:
                return too_often(request, seconds)
        return view(request, *args, **kwargs)

    return braked_view


def seconds_to_wait(scope: str, key: str, rate: tuple[int, int]) -> int:
    """Count one try; return 0 if it is taken, or in how many seconds the next one is."""
    quota, period = rate
    caller = salted_hmac(throttling.SALT, f"{scope} {key}", algorithm="sha256").hexdigest()[:32]
    try:
        with transaction.atomic():
            count = throttling.count_in_database(caller, quota, period)
    except DatabaseError as error:
        if not connection.is_usable():
            raise
        logger.warning("Forms of accounts are not counted, for the count cannot be written: %s", error)
        return 0
    return max(math.ceil(count.free_in - period + period / quota), 1) if count.refused else 0


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "errors/429.html", {"seconds": seconds, "minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
