"""The second step: who has one, who must set one up, and which pages work without it.

A middleware treats a person who needs a second step and has none as anonymous on all pages except those for setting it
up, so that no view has to check it.
"""

import logging
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from accounts.models import AnyUser, User
from accounts.permissions import needs_second_step
from accounts.second_step.encryption import UnreadableSecretError

logger = logging.getLogger(__name__)

# Recovery codes only replace one of these.
SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SETUP_VIEWS = {
    "accounts:login",
    "accounts:logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}


def second_steps_of(user: User) -> QuerySet[Authenticator]:
    """Return the second steps that a person has set up."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_STEPS)


def must_set_up_second_step(user: AnyUser) -> bool:
    """Return whether the person is signed in, needs a second step and has none."""
    if not user.is_authenticated or not needs_second_step(user):
        return False
    has_second_step = getattr(user, "has_second_step", None)
    return not (second_steps_of(user).exists() if has_second_step is None else has_second_step)


class SecondStepMiddleware:
    """Apply the rule of the second step lazily and without additional queries (see `backends`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Callable, _args: tuple, _kwargs: dict) -> None:
        if request.resolver_match.view_name not in SETUP_VIEWS:
            request.user = SimpleLazyObject(lambda: _user_of_request(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show a page if a second step cannot be decrypted; leave other exceptions to Django."""
        if not isinstance(exception, UnreadableSecretError):
            return None
        logger.error("A second step cannot be decrypted: is its key still in MFA_ENCRYPTION_KEYS?")
        return render(request, "accounts/second_step/unavailable.html", status=503)


def _user_of_request(request: HttpRequest) -> AnyUser:
    user = get_user(request)
    return AnonymousUser() if must_set_up_second_step(user) else user


def end_other_sessions(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: object) -> None:
    """End the person's other sessions when a second step is added, as they began with a password alone."""
    if request is not None and authenticator.type in SECOND_STEPS:
        others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
        get_adapter().end_sessions(others)
