"""The adapter of allauth's accounts: who may sign in, redirects, and error messages."""

import logging
import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.attempts.attempt_limits import uncount_attempt
from accounts.permissions import is_editor
from accounts.second_step.requirement import must_set_up_second_step
from foundation.http.client_ip import client_ip
from foundation.mail.messages import send_message

logger = logging.getLogger(__name__)
WRONG_CREDENTIALS = gettext_lazy("User name and password do not belong together. Look at both and try again.")
TOO_MANY_ATTEMPTS = gettext_lazy("That was tried too often in a short time. Wait five minutes, and try again.")


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter of accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG_CREDENTIALS,
        "email_password_mismatch": WRONG_CREDENTIALS,
        "enter_current_password": gettext_lazy("This is not your present password."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "too_many_login_attempts": TOO_MANY_ATTEMPTS,
        "rate_limited": TOO_MANY_ATTEMPTS,
    }

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        address = client_ip(request)
        if not address:
            raise PermissionDenied(_("It cannot be told from where you come."))
        return address

    def is_safe_url(self, url):
        """Return whether a URL is on the requested host; other hosts of the portal are refused."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def get_login_redirect_url(self, request):
        """Return the editor area for editors, and the profile page for others."""
        return resolve_url(settings.LOGIN_REDIRECT_URL if is_editor(request.user) else "accounts:profile")

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        if must_set_up_second_step(user):
            response["Location"] = reverse("mfa_index")
        return response

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user is not None:
            uncount_attempt(request)
        return user

    def get_password_change_redirect_url(self, request):
        return reverse("accounts:profile")

    def send_password_reset_mail(self, user, email, context):
        """Send the link; only log an error of the mail, since showing it would reveal which accounts exist."""
        try:
            send_message("accounts/password_reset", to=email, person=user, link=context["password_reset_url"])
        except OSError:
            logger.exception("A link for a lost password could not be sent.")

    def is_reauthentication_required(self, *, app, **kwargs):
        """Skip reauthentication shortly after signing in."""
        records = get_authentication_records(context.request, context.request.user)
        recent = records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not recent and super().is_reauthentication_required(app=app, **kwargs)
