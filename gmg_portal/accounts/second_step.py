"""Who has a second step, who must have one first, and what is reached without it.

One rule stands before every page: whoever needs a second step and has none is a stranger to all of them but those on
which it is set up. So no view has to remember it.
"""

import logging
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from agencies.permissions import needs_second_step
from gmg_portal.accounts.encryption import UnreadableSecretError

logger = logging.getLogger(__name__)

# Recovery codes only stand in for one of these.
SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SETTING_UP = {
    "accounts:login",
    "accounts:logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}


def second_steps_of(user):
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_STEPS)


def owes_second_step(user) -> bool:
    """Signed in by password, and has to set up a second step before anything else."""
    if not user.is_authenticated or not needs_second_step(user):
        return False
    known = getattr(user, "has_second_step", None)
    return not (second_steps_of(user).exists() if known is None else known)


class SecondStepMiddleware:
    """Asks nothing before a view asks who is there, and nothing of its own then (`backends`): no page gains a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, _view, _args, _kwargs):
        if request.resolver_match.view_name not in SETTING_UP:
            request.user = SimpleLazyObject(lambda: _whole(request))

    def process_exception(self, request, exception):
        """Say on a page of ours that a second step cannot be checked; anything else is not for this rule."""
        if not isinstance(exception, UnreadableSecretError):
            return None
        logger.error("A second step cannot be decrypted: is its key still in MFA_ENCRYPTION_KEYS?")
        return render(request, "accounts/second_step/unavailable.html", status=503)


def _whole(request: HttpRequest):
    user = get_user(request)
    return AnonymousUser() if owes_second_step(user) else user


def end_sessions_without_it(request, user, authenticator, **_kwargs) -> None:
    """What was opened by password alone ends when a second step is added, but for the session that adds it."""
    if request is not None and authenticator.type in SECOND_STEPS:
        others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
        get_adapter().end_sessions(others)
