"""Network addresses from which the owner of an account signed in before."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import KnownAddress, User
from foundation.http.client_ip import throttle_key

KNOWN_ADDRESS_RETENTION = timedelta(days=365)


def remember_address(request: HttpRequest, user: User) -> None:
    """Store this address as known for the account: its owner signed in fully, or used a link from a mail."""
    if not throttle_key(request):
        return
    KnownAddress.objects.update_or_create(user=user, digest=_digest(request), defaults={"used_at": timezone.now()})


def is_known_address(request: HttpRequest, username: str) -> bool:
    """Return whether the account's owner signed in from this address before."""
    since = timezone.now() - KNOWN_ADDRESS_RETENTION
    return (
        bool(throttle_key(request))
        and KnownAddress.objects.filter(user__username=username, digest=_digest(request), used_at__gte=since).exists()
    )


def _digest(request: HttpRequest) -> str:
    return salted_hmac("known address", throttle_key(request), algorithm="sha256").hexdigest()[:40]
