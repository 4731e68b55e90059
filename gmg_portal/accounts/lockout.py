"""Guessing is stopped: after a few wrong passwords or codes an account or an address is locked for an hour.

What failed is counted in the database, so all web processes count together.
"""

from datetime import datetime
from hashlib import blake2b

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username, get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agencies.models import User
from commitments.callers import place_of

# Many people may sit behind one address, so it may fail this many times as often as one account from there.
PEOPLE_AT_AN_ADDRESS = 10
SECOND_STEP = " (second step)"  # no user name has a space


def counted_address(request: HttpRequest) -> str | None:
    """By which address failures are counted."""
    return place_of(request) or None


def counted_as(request: HttpRequest, credentials: dict | None) -> str:
    """Under which name failures are counted: the account's, by whichever of its names it was called.

    A name that belongs to no account is not kept as typed: it may be a password in the wrong field.
    """
    credentials = credentials or {}
    typed = (credentials.get("username") or credentials.get("email") or "").strip().lower()
    known = request.__dict__.setdefault("_counted_as", {})
    if typed not in known:
        named = Q(username__iexact=typed) | (Q(email=typed) & ~Q(email=""))
        account = User.objects.filter(named).order_by("pk").values_list("username", flat=True).first()
        known[typed] = account or f"unknown {blake2b(typed.encode(), digest_size=6).hexdigest()}"
    return known[typed] + (SECOND_STEP if credentials.get("second_step") else "")


def locks(_request, credentials: dict | None = None) -> list:
    """A code is guessed by one who has the password already: there the account is locked from wherever it is tried."""
    if credentials and credentials.get("second_step"):
        return ["username", "ip_address"]
    return [["username", "ip_address"], "ip_address"]


class LockoutHandler(AxesDatabaseHandler):
    def get_failures(self, request, credentials=None):
        return max(count for count, _latest in self.weighed(request, credentials))

    def weighed(self, request, credentials=None) -> list[tuple[int, datetime | None]]:
        """The failures that count for each lock, as if each allowed as many, and when the latest of them was."""
        account, address = self.get_user_attempts(request, credentials)
        return [_failures(account), _failures(address, PEOPLE_AT_AN_ADDRESS)]

    def locked_until(self, request, credentials=None) -> datetime:
        limit = get_failure_limit(request, credentials)
        latest = [latest for count, latest in self.weighed(request, credentials) if count >= limit]
        return max(latest, default=timezone.now()) + get_cool_off(request)

    def reset_user_attempts(self, request, credentials=None):
        """Who gets in at last starts anew; what others failed at from the same address still counts."""
        name = get_client_username(request, credentials)
        rows = AccessAttempt.objects.filter(username__in=[name, name + SECOND_STEP], ip_address=request.axes_ip_address)
        return rows.delete()[0]


def _failures(rows: QuerySet, weight: int = 1) -> tuple[int, datetime | None]:
    found = rows.aggregate(count=Sum("failures_since_start"), latest=Max("attempt_time"))
    return (found["count"] or 0) // weight, found["latest"]


def may_try_a_code(request: HttpRequest, user) -> bool:
    """Whether this account may try a second step; if not, the answer becomes the page of lockouts."""
    credentials = _code_of(user)
    if AxesProxyHandler.is_allowed(request, credentials):
        return True
    request.axes_locked_out, request.axes_credentials = True, credentials
    return False


def count_wrong_code(request: HttpRequest, user) -> None:
    user_login_failed.send(sender=__name__, credentials=_code_of(user), request=request)


def _code_of(user) -> dict:
    return {"username": user.get_username(), "second_step": True}


def refuse(request: HttpRequest, _response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    until = AxesProxyHandler.get_implementation().locked_until(request, credentials)
    response = render(request, "accounts/locked.html", {"until": until}, status=429)
    response["Retry-After"] = str(max(int((until - timezone.now()).total_seconds()), 1))
    return response
