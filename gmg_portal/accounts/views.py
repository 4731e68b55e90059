"""Views for signing in and out, second steps, sessions, invitations and the profile."""

from allauth.account import views as account
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as second_step
from allauth.mfa.webauthn import views as key
from allauth.mfa.webauthn.internal import flows as key_flows
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from agencies import actions
from agencies.permissions import is_administrator, is_editor, is_secretariat, needs_second_step
from foundation.http.client_ip import throttle_key
from gmg_portal.accounts.forms import InvitationForm
from gmg_portal.accounts.mail_level import MailLevelForm
from gmg_portal.accounts.rate_limits import (
    RESET_RATE_BY_ADDRESS,
    RESET_RATE_BY_EMAIL,
    seconds_to_wait,
    too_many_requests,
)
from gmg_portal.accounts.second_step import must_set_up_second_step, second_steps_of
from gmg_portal.accounts.sessions import describe_device
from workgroups.permissions import groups_led_by


class LoginView(account.LoginView):
    template_name = "accounts/login.html"

    def dispatch(self, request, *args, **kwargs):
        if must_set_up_second_step(request.user):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class LostPasswordView(account.PasswordResetView):
    """Send a link for a new password, limited by IP address and by mail address."""

    def form_valid(self, form):
        email = form.cleaned_data["email"].lower()
        delays = [
            seconds_to_wait("lost from", throttle_key(self.request), RESET_RATE_BY_ADDRESS),
            seconds_to_wait("lost for", email, RESET_RATE_BY_EMAIL),
        ]
        return too_many_requests(self.request, max(delays)) if any(delays) else super().form_valid(form)


class LogoutView(account.LogoutView):
    http_method_names = ["post"]


class KeySignInView(key.LoginWebAuthnView):
    """Sign in with a security key alone, which counts as two steps as it asks for a PIN or fingerprint."""

    def form_valid(self, form):
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request, "next"))
        return key_flows.perform_passwordless_login(self.request, authenticator, login)

    def form_invalid(self, form):
        messages.error(self.request, _("This key opens no account here. Sign in with your user name and password."))
        return redirect("accounts:login")


@method_decorator(never_cache, name="dispatch")
class ProfileView(LoginRequiredMixin, TemplateView):
    """The profile page: the person's roles, agencies and groups today."""

    template_name = "accounts/profile.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "memberships": user.memberships.current().select_related("agency"),
            "groups": groups_led_by(user),
            "is_administrator": is_administrator(user),
            "is_secretariat": is_secretariat(user),
            "is_editor": is_editor(user),
            "second_steps": [step.type for step in second_steps_of(user).order_by("created_at")],
            "mail_form": MailLevelForm(initial={"mail_level": user.mail_level}),
        }


@method_decorator(never_cache, name="dispatch")
class SecondStepView(second_step.IndexView):
    """The page of the person's second steps, where they must set one up if they need it."""

    template_name = "accounts/second_step/overview.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "is_needed": needs_second_step(user),
            "is_owed": must_set_up_second_step(user),
        }


class RemoveKeyView(key.RemoveWebAuthnView):
    """Remove a security key if the adapter allows it; allauth checks that only for apps."""

    template_name = "accounts/second_step/security_key_remove.html"

    def get_context_data(self, **kwargs):
        may_remove = get_adapter().can_delete_authenticator(self.object)
        return super().get_context_data(**kwargs) | {"may_remove": may_remove}

    def form_valid(self, form):
        if not get_adapter().can_delete_authenticator(self.object):
            return self.render_to_response(self.get_context_data(form=form), status=403)
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class SessionsView(LoginRequiredMixin, TemplateView):
    """The list of the person's sessions. POST ends a session: `end` is its number, or 'others'."""

    template_name = "accounts/sessions.html"

    def get_context_data(self, **kwargs):
        sessions = sorted(self.get_sessions(), key=lambda session: session.last_seen_at, reverse=True)
        lines = [{"session": session, "device": describe_device(session.user_agent)} for session in sessions]
        return super().get_context_data(**kwargs) | {
            "lines": lines,
            "others": sum(not session.is_current() for session in sessions),
        }

    def get_sessions(self) -> list[UserSession]:
        return UserSession.objects.purge_and_list(self.request.user)

    def post(self, request, *args, **kwargs):
        selection = request.POST.get("end", "")
        ended = [
            session
            for session in self.get_sessions()
            if (not session.is_current() if selection == "others" else str(session.pk) == selection)
        ]
        end_sessions(request, ended)
        if not request.user.is_authenticated:
            return redirect("home")
        messages.success(request, _("You are signed out there.") if ended else _("That session had ended already."))
        return redirect("accounts:sessions")


@method_decorator(never_cache, name="dispatch")
class InvitationView(FormView):
    """The page of an invitation's link. A GET request does not use the link up, as mail scanners open links."""

    template_name = "accounts/invitation.html"
    form_class = InvitationForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return self.render_to_response({"signed_in": request.user})
        self.invitation = actions.find_invitation(kwargs["token"])
        if self.invitation is None:
            return self.sign_in_again(kwargs["token"]) or self.invalid_link_response()
        return super().dispatch(request, *args, **kwargs)

    def sign_in_again(self, token):
        """Sign in a person who sent the form twice, if name and password are those of the account just created."""
        username, password = self.request.POST.get("username", ""), self.request.POST.get("password1", "")
        if not password or not actions.was_accepted_by(token, username):
            return None
        user = get_account_adapter().authenticate(self.request, username=username, password=password)
        if user is None:
            return None
        record_authentication(self.request, user, method="password")
        return perform_login(self.request, Login(user=user))

    def invalid_link_response(self):
        return self.render_to_response({"is_invalid": True}, status=404)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"invitation": self.invitation}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"invitation": self.invitation}

    def form_valid(self, form):
        credentials = {"username": form.cleaned_data["username"], "password": form.cleaned_data["password1"]}
        try:
            user = actions.accept_invitation(self.kwargs["token"], **credentials)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        if user is None:
            return self.sign_in_again(self.kwargs["token"]) or self.invalid_link_response()
        record_authentication(self.request, user, method="password")
        return perform_login(self.request, Login(user=user))
