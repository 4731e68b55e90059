"""Slows down guessing at passwords and codes, and never locks anybody out.

Every try is counted in the database before it is checked, and given back if it was right: so all web processes share
one count, and tries sent at the same moment cannot slip past it. After FREE wrong tries the next one is refused for a
while, each time for longer, up to a longest delay. Four counts decide:

- of an account at an address that its owner signed in from before: the tries of that address alone. So the owner gets
  in while somebody else guesses;
- of an account at any other address: the tries from everywhere, however many addresses they come from;
- of an account in a session that is signed in: the tries in such sessions, from everywhere as well. So whoever found
  a session gains no guesses by changing the address, and nobody who is not signed in slows the owner there;
- of an address: its tries at all accounts, one in PEOPLE_AT_AN_ADDRESS of which counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from unicodedata import normalize

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
from django.utils.crypto import salted_hmac

from agencies.models import User
from foundation.http.client_ip import throttle_key
from gmg_portal.accounts.owner_warnings import warn_owner
from gmg_portal.models import KnownAddress

FREE = 4  # wrong tries without any delay
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
LONGEST_DELAY_OF_CODES = timedelta(hours=1)
# Many people may sit behind one address, so it may fail this many times as often as one account.
PEOPLE_AT_AN_ADDRESS = 10
SECOND_STEP, SIGNED_IN = " (second step)", " (signed in)"  # no user name has a space
KNOWN_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Claim:
    """One try that was counted before it was checked, and how the row stood before it."""

    row: int
    latest: datetime | None


def window() -> timedelta:
    """Return for how long a wrong try counts."""
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def delay_after(failures: int, longest: timedelta = LONGEST_DELAY) -> timedelta:
    """Return how long to wait after so many wrong tries: none, then 30 seconds, doubled with each further one."""
    if failures <= FREE:
        return timedelta()
    return min(FIRST_DELAY * 2 ** min(failures - FREE - 1, 20), longest)


def counted_address(request: HttpRequest) -> str | None:
    """By which address failures are counted."""
    return throttle_key(request) or None


def counted_as(request: HttpRequest, credentials: dict | None) -> str:
    """Return the name under which failures are counted: the account's, by whichever of its names it was called.

    A name that belongs to no account is not kept as typed: it may be a password in the wrong field.
    """
    credentials = credentials or {}
    typed = (credentials.get("username") or credentials.get("email") or "").strip().lower()
    known = request.__dict__.setdefault("_counted_as", {})
    if typed not in known:
        # A name is found by letters that only look or sort alike as well, such as a long s: all count for one account.
        named = Q()
        for name in {typed, normalize("NFKC", typed).casefold()} - {""}:
            named |= Q(username__iexact=name) | Q(email__iexact=name)
        account = User.objects.filter(named or Q(pk=None)).order_by("pk").values_list("username", flat=True).first()
        known[typed] = account or f"unknown {blake2b(typed.encode(), digest_size=6).hexdigest()}"
    signed_in = SIGNED_IN if is_signed_in_as(request, known[typed]) else ""
    return known[typed] + signed_in + (SECOND_STEP if credentials.get("second_step") else "")


def account_of(name: str) -> str:
    """Return the user name behind a name under which failures are counted."""
    return name.removesuffix(SECOND_STEP).removesuffix(SIGNED_IN)


def is_signed_in_as(request: HttpRequest, username: str) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and user.get_username() == username


def counted_by(_request, _credentials: dict | None = None) -> list:
    return ["username", "ip_address"]


# Addresses that an owner signed in from


def remember_address(request: HttpRequest, user) -> None:
    """Note that the owner of the account was at this address: they signed in whole, or read the account's mail."""
    if not throttle_key(request):
        return
    KnownAddress.objects.update_or_create(user=user, digest=_digest(request), defaults={"used_at": timezone.now()})


def is_known_address(request: HttpRequest, username: str) -> bool:
    """Whether the account's owner signed in from here before."""
    since = timezone.now() - KNOWN_FOR
    return (
        bool(throttle_key(request))
        and KnownAddress.objects.filter(user__username=username, digest=_digest(request), used_at__gte=since).exists()
    )


def _digest(request: HttpRequest) -> str:
    return salted_hmac("known address", throttle_key(request), algorithm="sha256").hexdigest()[:40]


class AttemptsHandler(AxesDatabaseHandler):
    """What django-axes asks: whether a try may be checked, and what to do when it failed."""

    def is_allowed(self, request, credentials=None):
        """Count a try and let it be checked, or refuse it because the account or the address still has to wait."""
        name = get_client_username(request, credentials)
        with transaction.atomic():
            _lock(name, request.axes_ip_address)
            if self.allowed_from(request, name) > timezone.now():
                request.axes_credentials = credentials
                return False
            request.axes_claim = _count(request, name)
        return True

    def is_locked(self, request, credentials=None):
        return self.allowed_from(request, get_client_username(request, credentials)) > timezone.now()

    def allowed_from(self, request, name: str) -> datetime:
        """Return the moment from which the next try of an account from this address is checked."""
        longest = LONGEST_DELAY_OF_CODES if name.endswith(SECOND_STEP) else LONGEST_DELAY
        rows = AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - window())
        account, here = rows.filter(username=name), Q(ip_address=request.axes_ip_address)
        if name.removesuffix(SECOND_STEP).endswith(SIGNED_IN):
            return _next_try(account, longest)
        if is_known_address(request, account_of(name)):
            return _next_try(account.filter(here), longest)
        return max(_next_try(account, longest), _next_try(rows.filter(here), LONGEST_DELAY, PEOPLE_AT_AN_ADDRESS))

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        """Answer with the page that says how long to wait, if there is a delay now; warn the owner of the account."""
        if request is None or request.axes_locked_out:
            return
        name = get_client_username(request, credentials)
        if not hasattr(request, "axes_claim"):
            with transaction.atomic():
                _lock(name, request.axes_ip_address)
                _count(request, name)
        request.__dict__.pop("axes_claim", None)
        request.axes_credentials = credentials
        warn_owner(account_of(name), self.failures(name), is_code=name.endswith(SECOND_STEP))
        if self.allowed_from(request, name) > timezone.now():
            request.axes_locked_out = True
            user_locked_out.send("axes", request=request, username=name, ip_address=request.axes_ip_address)

    def failures(self, name: str) -> int:
        """Return how many tries of an account count now, from everywhere."""
        rows = AccessAttempt.objects.filter(username=name, attempt_time__gt=timezone.now() - window())
        return rows.aggregate(count=Sum("failures_since_start"))["count"] or 0

    def user_logged_in(self, sender, request, user, **kwargs):
        super().user_logged_in(sender, request, user, **kwargs)
        remember_address(request, user)

    def reset_user_attempts(self, request, credentials=None):
        """Whoever gets in starts anew here; what others failed at from elsewhere still counts."""
        request.__dict__.pop("axes_claim", None)
        names = _names_of(account_of(get_client_username(request, credentials)))
        rows = AccessAttempt.objects.filter(username__in=names, ip_address=request.axes_ip_address)
        return rows.delete()[0]

    def clean_expired_user_attempts(self, request=None, credentials=None):
        """Leave the clearing to `manage.py remind`: no sign-in waits for it."""
        return 0


def forgive(request: HttpRequest) -> None:
    """Give a counted try back: it was right."""
    claim = request.__dict__.pop("axes_claim", None)
    if claim is None:
        return
    rows = AccessAttempt.objects.filter(pk=claim.row)
    if not rows.filter(failures_since_start__lte=1).delete()[0]:
        rows.update(failures_since_start=F("failures_since_start") - 1, attempt_time=claim.latest or F("attempt_time"))


def start_anew(request: HttpRequest, user, **_kwargs) -> None:
    """Forget the tries from everywhere: the owner has read a link that was mailed to them and chosen a new password."""
    AccessAttempt.objects.filter(username__in=_names_of(user.get_username())).delete()
    remember_address(request, user)


def clear_old_attempts(now: datetime) -> None:
    AccessAttempt.objects.filter(attempt_time__lte=now - window()).delete()
    KnownAddress.objects.filter(used_at__lt=now - KNOWN_FOR).delete()


def next_tries(attempts: Iterable[AccessAttempt]) -> dict[str, datetime]:
    """Return by account when its next try from an address not known to it is checked; past delays are left out."""
    names = {attempt.username for attempt in attempts}
    rows = AccessAttempt.objects.filter(username__in=names, attempt_time__gt=timezone.now() - window())
    totals = rows.values("username").annotate(count=Sum("failures_since_start"), latest=Max("attempt_time"))
    moments = {
        row["username"]: row["latest"]
        + delay_after(row["count"], LONGEST_DELAY_OF_CODES if row["username"].endswith(SECOND_STEP) else LONGEST_DELAY)
        for row in totals.order_by()
    }
    return {name: moment for name, moment in moments.items() if moment > timezone.now()}


def _names_of(username: str) -> list[str]:
    """Return all names under which failures of an account are counted."""
    return [username + signed_in + step for signed_in in ("", SIGNED_IN) for step in ("", SECOND_STEP)]


def _next_try(rows: QuerySet, longest: timedelta, weight: int = 1) -> datetime:
    total = rows.aggregate(count=Sum("failures_since_start"), latest=Max("attempt_time"))
    latest = total["latest"] or timezone.now() - window()
    return latest + delay_after((total["count"] or 0) // weight, longest)


def _lock(name: str, address: str | None) -> None:
    """Let no other try at the account, or from the address, be counted until the transaction ends."""
    with connection.cursor() as cursor:
        for key in (f"account {name}", f"address {address}"):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _count(request, name: str) -> Claim:
    """Add one try to the row of an account and an address; an older one than the window starts anew."""
    now = request.axes_attempt_time
    row = AccessAttempt.objects.filter(username=name, ip_address=request.axes_ip_address).order_by("pk").first()
    if row is None:
        row = AccessAttempt(username=name, ip_address=request.axes_ip_address, failures_since_start=0)
    latest = row.attempt_time
    if latest is None or latest <= now - window():
        row.failures_since_start, latest = 0, None
    row.failures_since_start += 1
    row.user_agent, row.http_accept = request.axes_user_agent, request.axes_http_accept
    row.path_info = request.axes_path_info
    row.save()
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=now)
    return Claim(row.pk, latest)


# Codes, and passwords that are asked for while somebody is signed in


def may_try_a_code(request: HttpRequest, user) -> bool:
    """Count a try at the second step; if it has to wait, the answer becomes the page that says how long."""
    return _may_try(request, _code_of(user))


def may_try_a_password(request: HttpRequest, user) -> bool:
    """Count a try at the password of somebody who is signed in."""
    return _may_try(request, {"username": user.get_username()})


def count_wrong_code(request: HttpRequest, user) -> None:
    user_login_failed.send(sender=__name__, credentials=_code_of(user), request=request)


def count_wrong_password(request: HttpRequest, user) -> None:
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)


def _may_try(request: HttpRequest, credentials: dict) -> bool:
    if AxesProxyHandler.is_allowed(request, credentials):
        return True
    request.axes_locked_out, request.axes_credentials = True, credentials
    return False


def _code_of(user) -> dict:
    return {"username": user.get_username(), "second_step": True}


def refuse(request: HttpRequest, _response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """Return the page that says when the next try is checked."""
    name = get_client_username(request, credentials)
    until = AxesProxyHandler.get_implementation().allowed_from(request, name)
    seconds = max(int((until - timezone.now()).total_seconds()) + 1, 1)
    context = {"until": until, "seconds": seconds, "minutes": -(-seconds // 60)}
    response = render(request, "accounts/too_many_attempts.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
