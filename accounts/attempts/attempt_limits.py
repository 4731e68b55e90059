"""Slow down guessing of passwords and codes, without locking accounts.

Every attempt is counted in the database before it is checked, and uncounted if it was right. So all web processes
share one count, and simultaneous attempts are all counted. After FREE_ATTEMPTS wrong ones the next is refused for a
time, which doubles up to a maximum. Four counts decide:

- for an account at an address that its owner signed in from before: only attempts from that address, so that the owner
  can sign in while another person guesses;
- for an account at any other address: attempts from all addresses;
- for an account in a signed-in session: attempts in such sessions, from all addresses. So changing the address does
  not help in a stolen session, and attempts without a session do not slow down the owner;
- for an address: its attempts at all accounts, divided by ADDRESS_WEIGHT.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.attempts.known_addresses import KNOWN_ADDRESS_RETENTION, is_known_address, remember_address
from accounts.attempts.owner_warnings import warn_owner
from accounts.attempts.usernames import SECOND_STEP_SUFFIX, SIGNED_IN_SUFFIX, attempt_usernames, username_of_attempt
from accounts.models import KnownAddress, User
from foundation.http.client_ip import throttle_key

FREE_ATTEMPTS = 4  # wrong attempts without a delay
FIRST_DELAY = timedelta(seconds=30)
MAX_DELAY = timedelta(minutes=15)
MAX_CODE_DELAY = timedelta(hours=1)
# Many people can share one address, so it may fail this many times as often as one account.
ADDRESS_WEIGHT = 10


@dataclass(frozen=True)
class CountedAttempt:
    """A counted attempt: the primary key of its row, and the time of the attempt before it."""

    row: int
    latest: datetime | None


def attempt_window() -> timedelta:
    """Return how long a wrong attempt counts."""
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def delay_after(failures: int, longest: timedelta = MAX_DELAY) -> timedelta:
    """Return the delay after a number of wrong attempts: none, then 30 seconds, doubled with each further one."""
    if failures <= FREE_ATTEMPTS:
        return timedelta()
    return min(FIRST_DELAY * 2 ** min(failures - FREE_ATTEMPTS - 1, 20), longest)


def attempt_address(request: HttpRequest) -> str | None:
    """Return the address by which attempts are counted."""
    return throttle_key(request) or None


def lockout_parameters(_request: HttpRequest, _credentials: dict | None = None) -> list:
    return ["username", "ip_address"]


class AttemptsHandler(AxesDatabaseHandler):
    """The handler of django-axes: decides whether an attempt is checked, and handles failures."""

    def is_allowed(self, request, credentials=None):
        """Count an attempt and allow it, or refuse it while the account or the address has to wait."""
        name = get_client_username(request, credentials)
        with transaction.atomic():
            _lock(name, request.axes_ip_address)
            if self.next_attempt_time(request, name) > timezone.now():
                request.axes_credentials = credentials
                return False
            request.axes_counted_attempt = _count(request, name)
        return True

    def is_locked(self, request, credentials=None):
        return self.next_attempt_time(request, get_client_username(request, credentials)) > timezone.now()

    def next_attempt_time(self, request, name: str) -> datetime:
        """Return the time from which the next attempt at an account from this address is checked."""
        longest = MAX_CODE_DELAY if name.endswith(SECOND_STEP_SUFFIX) else MAX_DELAY
        rows = AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - attempt_window())
        account, at_address = rows.filter(username=name), Q(ip_address=request.axes_ip_address)
        if name.removesuffix(SECOND_STEP_SUFFIX).endswith(SIGNED_IN_SUFFIX):
            return _next_attempt_time(account, longest)
        if is_known_address(request, username_of_attempt(name)):
            return _next_attempt_time(account.filter(at_address), longest)
        return max(
            _next_attempt_time(account, longest), _next_attempt_time(rows.filter(at_address), MAX_DELAY, ADDRESS_WEIGHT)
        )

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        """Show the page with the waiting time if there is now a delay; warn the owner of the account."""
        if request is None or request.axes_locked_out:
            return
        name = get_client_username(request, credentials)
        if not hasattr(request, "axes_counted_attempt"):
            with transaction.atomic():
                _lock(name, request.axes_ip_address)
                _count(request, name)
        request.__dict__.pop("axes_counted_attempt", None)
        request.axes_credentials = credentials
        warn_owner(username_of_attempt(name), self.failures(name), is_code=name.endswith(SECOND_STEP_SUFFIX))
        if self.next_attempt_time(request, name) > timezone.now():
            request.axes_locked_out = True
            user_locked_out.send("axes", request=request, username=name, ip_address=request.axes_ip_address)

    def failures(self, name: str) -> int:
        """Return the number of attempts at an account that count now, from all addresses."""
        rows = AccessAttempt.objects.filter(username=name, attempt_time__gt=timezone.now() - attempt_window())
        return rows.aggregate(count=Sum("failures_since_start"))["count"] or 0

    def user_logged_in(self, sender, request, user, **kwargs):
        super().user_logged_in(sender, request, user, **kwargs)
        remember_address(request, user)

    def reset_user_attempts(self, request, credentials=None):
        """Delete the account's attempts from this address after signing in; those from others still count."""
        request.__dict__.pop("axes_counted_attempt", None)
        names = attempt_usernames(username_of_attempt(get_client_username(request, credentials)))
        rows = AccessAttempt.objects.filter(username__in=names, ip_address=request.axes_ip_address)
        return rows.delete()[0]

    def clean_expired_user_attempts(self, request=None, credentials=None):
        """Do nothing: `manage.py remind` deletes old attempts, so that signing in does not wait for it."""
        return 0


def uncount_attempt(request: HttpRequest) -> None:
    """Uncount the request's attempt, which was right."""
    attempt = request.__dict__.pop("axes_counted_attempt", None)
    if attempt is None:
        return
    rows = AccessAttempt.objects.filter(pk=attempt.row)
    if not rows.filter(failures_since_start__lte=1).delete()[0]:
        rows.update(
            failures_since_start=F("failures_since_start") - 1, attempt_time=attempt.latest or F("attempt_time")
        )


def reset_attempts(request: HttpRequest, user: User, **_kwargs: object) -> None:
    """Delete all attempts at an account after its owner has set a new password by a mailed link."""
    AccessAttempt.objects.filter(username__in=attempt_usernames(user.get_username())).delete()
    remember_address(request, user)


def delete_old_attempts(now: datetime) -> None:
    AccessAttempt.objects.filter(attempt_time__lte=now - attempt_window()).delete()
    KnownAddress.objects.filter(used_at__lt=now - KNOWN_ADDRESS_RETENTION).delete()


def next_attempt_times(attempts: Iterable[AccessAttempt]) -> dict[str, datetime]:
    """Return, by account, the time of the next attempt from an unknown address; only times in the future."""
    names = {attempt.username for attempt in attempts}
    rows = AccessAttempt.objects.filter(username__in=names, attempt_time__gt=timezone.now() - attempt_window())
    totals = rows.values("username").annotate(count=Sum("failures_since_start"), latest=Max("attempt_time"))
    times = {
        row["username"]: row["latest"]
        + delay_after(row["count"], MAX_CODE_DELAY if row["username"].endswith(SECOND_STEP_SUFFIX) else MAX_DELAY)
        for row in totals.order_by()
    }
    return {name: time for name, time in times.items() if time > timezone.now()}


def _next_attempt_time(rows: QuerySet, longest: timedelta, weight: int = 1) -> datetime:
    total = rows.aggregate(count=Sum("failures_since_start"), latest=Max("attempt_time"))
    latest = total["latest"] or timezone.now() - attempt_window()
    return latest + delay_after((total["count"] or 0) // weight, longest)


def _lock(name: str, address: str | None) -> None:
    """Lock counting for the account and the address until the transaction ends."""
    with connection.cursor() as cursor:
        for key in (f"account {name}", f"address {address}"):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _count(request: HttpRequest, name: str) -> CountedAttempt:
    """Add an attempt to the row of an account and an address; restart the count if the row is older than the window."""
    now = request.axes_attempt_time
    row = AccessAttempt.objects.filter(username=name, ip_address=request.axes_ip_address).order_by("pk").first()
    if row is None:
        row = AccessAttempt(username=name, ip_address=request.axes_ip_address, failures_since_start=0)
    latest = row.attempt_time
    if latest is None or latest <= now - attempt_window():
        row.failures_since_start, latest = 0, None
    row.failures_since_start += 1
    row.user_agent, row.http_accept = request.axes_user_agent, request.axes_http_accept
    row.path_info = request.axes_path_info
    row.save()
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=now)
    return CountedAttempt(row.pk, latest)


# Codes, and passwords of signed-in people


def may_try_code(request: HttpRequest, user: User) -> bool:
    """Count an attempt at the second step; return False if it has to wait, and show the waiting page."""
    return _may_try(request, _code_credentials(user))


def may_try_password(request: HttpRequest, user: User) -> bool:
    """Count an attempt at the password of a signed-in person; return False if it has to wait."""
    return _may_try(request, {"username": user.get_username()})


def count_wrong_code(request: HttpRequest, user: User) -> None:
    user_login_failed.send(sender=__name__, credentials=_code_credentials(user), request=request)


def count_wrong_password(request: HttpRequest, user: User) -> None:
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)


def _may_try(request: HttpRequest, credentials: dict) -> bool:
    if AxesProxyHandler.is_allowed(request, credentials):
        return True
    request.axes_locked_out, request.axes_credentials = True, credentials
    return False


def _code_credentials(user: User) -> dict:
    return {"username": user.get_username(), "second_step": True}


def lockout_response(request: HttpRequest, _response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """Return the page with the time of the next attempt, status 429."""
    name = get_client_username(request, credentials)
    until = AxesProxyHandler.get_implementation().next_attempt_time(request, name)
    seconds = max(int((until - timezone.now()).total_seconds()) + 1, 1)
    context = {"until": until, "seconds": seconds, "minutes": -(-seconds // 60)}
    response = render(request, "accounts/too_many_attempts.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
