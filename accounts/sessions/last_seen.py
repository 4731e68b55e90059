"""The time at which a session was last used, and the end of its record."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from foundation.http.client_ip import client_ip

PRIVATE_PREFIXES = ("/admin/", "/accounts/")
LAST_SEEN_KEY = "seen"  # session key of the last update, a timestamp in seconds
UPDATE_INTERVAL = timedelta(minutes=5)


class LastSeenMiddleware:
    """Update the last use of a session every few minutes, on private pages only; public pages use no sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PRIVATE_PREFIXES) and request.session.get(AUTHENTICATION_METHODS_SESSION_KEY):
            self.update_last_seen(request)
        return self.get_response(request)

    def update_last_seen(self, request: HttpRequest) -> None:
        now = timezone.now()
        if now.timestamp() - request.session.get(LAST_SEEN_KEY, 0) < UPDATE_INTERVAL.total_seconds():
            return
        rows = UserSession.objects.filter(session_key=request.session.session_key)
        if rows.update(last_seen_at=now, ip=client_ip(request) or F("ip")):
            request.session[LAST_SEEN_KEY] = now.timestamp()


def delete_ended_sessions() -> None:
    """Delete the records of sessions that have ended."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
