"""Where somebody is signed in: what is remembered of a session, and how its device is called."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.http.client_ip import client_ip

PRIVATE = ("/admin/", "/accounts/")
SEEN = "seen"  # the moment of the last note, in seconds
NOTED_EVERY = timedelta(minutes=5)
# The first that is found: many browsers also name those they descend from.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


class LastSeenMiddleware:
    """Notes every few minutes that a session is in use, on pages of one's own alone: public pages know no sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(PRIVATE) and request.session.get(AUTHENTICATION_METHODS_SESSION_KEY):
            self.note(request)
        return self.get_response(request)

    def note(self, request: HttpRequest) -> None:
        now = timezone.now()
        if now.timestamp() - request.session.get(SEEN, 0) < NOTED_EVERY.total_seconds():
            return
        rows = UserSession.objects.filter(session_key=request.session.session_key)
        if rows.update(last_seen_at=now, ip=client_ip(request) or F("ip")):
            request.session[SEEN] = now.timestamp()


def forget_ended_sessions() -> None:
    """Delete what is remembered of sessions that are no longer there."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def device(user_agent: str) -> str:
    """'Firefox on Linux', for people; whoever forges the header fools only themselves."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), _("Another program"))
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), _("another system"))
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
