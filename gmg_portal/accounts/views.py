"""Signing in and out, second steps, sessions, invitations, and the page that says who one is here."""

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
from gmg_portal.accounts.brakes import LOST_FOR_MAIL, LOST_FROM_ADDRESS, seconds_to_wait, too_often
from gmg_portal.accounts.forms import InvitationForm
from gmg_portal.accounts.mail_level import LevelForm
from gmg_portal.accounts.second_step import owes_second_step, second_steps_of
from gmg_portal.accounts.sessions import device
from workgroups.permissions import groups_led_by


class LoginView(account.LoginView):
    template_name = "accounts/login.html"

    def dispatch(self, request, *args, **kwargs):
        if owes_second_step(request.user):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class LostPasswordView(account.PasswordResetView):
    """Sends a link for a new password, so many times an hour from an address and to an address of mail."""

    def form_valid(self, form):
        email = form.cleaned_data["email"].lower()
        waits = [
            seconds_to_wait("lost from", throttle_key(self.request), LOST_FROM_ADDRESS),
            seconds_to_wait("lost for", email, LOST_FOR_MAIL),
        ]
        return too_often(self.request, max(waits)) if any(waits) else super().form_valid(form)


class LogoutView(account.LogoutView):
    http_method_names = ["post"]


class KeySignInView(key.LoginWebAuthnView):
    """By a key alone: it asks for a PIN or a fingerprint itself, so it is two steps in one."""

    def form_valid(self, form):
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request, "next"))
        return key_flows.perform_passwordless_login(self.request, authenticator, login)

    def form_invalid(self, form):
        messages.error(self.request, _("This key opens no account here. Sign in with your user name and password."))
        return redirect("accounts:login")


@method_decorator(never_cache, name="dispatch")
class ProfileView(LoginRequiredMixin, TemplateView):
    """Who am I here: roles, agencies and groups as they stand today."""

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
            "mail_form": LevelForm(initial={"mail_level": user.mail_level}),
        }


@method_decorator(never_cache, name="dispatch")
class SecondStepView(second_step.IndexView):
    """The second steps one has; for whoever owes one, the only page there is."""

    template_name = "accounts/second_step/overview.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "is_needed": needs_second_step(user),
            "is_owed": owes_second_step(user),
        }


class RemoveKeyView(key.RemoveWebAuthnView):
    """allauth asks only an app, not a key, whether it may be removed."""

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
    """Where one is signed in; `end` is the number of a session, or 'others'."""

    template_name = "accounts/sessions.html"

    def get_context_data(self, **kwargs):
        sessions = sorted(self.get_sessions(), key=lambda session: session.last_seen_at, reverse=True)
        lines = [{"session": session, "device": device(session.user_agent)} for session in sessions]
        return super().get_context_data(**kwargs) | {
            "lines": lines,
            "others": sum(not session.is_current() for session in sessions),
        }

    def get_sessions(self) -> list[UserSession]:
        return UserSession.objects.purge_and_list(self.request.user)

    def post(self, request, *args, **kwargs):
        wanted = request.POST.get("end", "")
        ended = [
            session
            for session in self.get_sessions()
            if (not session.is_current() if wanted == "others" else str(session.pk) == wanted)
        ]
        end_sessions(request, ended)
        if not request.user.is_authenticated:
            return redirect("home")
        messages.success(request, _("You are signed out there.") if ended else _("That session had ended already."))
        return redirect("accounts:sessions")


@method_decorator(never_cache, name="dispatch")
class InvitationView(FormView):
    """A link that was sent by mail. Looking at it uses nothing up: programs that check mail look at every link."""

    template_name = "accounts/invitation.html"
    form_class = InvitationForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return self.render_to_response({"signed_in": request.user})
        self.invitation = actions.find(kwargs["token"])
        if self.invitation is None:
            return self.sign_in_again(kwargs["token"]) or self.refuse()
        return super().dispatch(request, *args, **kwargs)

    def sign_in_again(self, token):
        """Let in somebody who sent the form twice: with the very name and password that opened the account before."""
        username, password = self.request.POST.get("username", ""), self.request.POST.get("password1", "")
        if not password or not actions.was_accepted_by(token, username):
            return None
        user = get_account_adapter().authenticate(self.request, username=username, password=password)
        if user is None:
            return None
        record_authentication(self.request, user, method="password")
        return perform_login(self.request, Login(user=user))

    def refuse(self):
        return self.render_to_response({"is_dead": True}, status=404)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"invitation": self.invitation}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"invitation": self.invitation}

    def form_valid(self, form):
        chosen = {"username": form.cleaned_data["username"], "password": form.cleaned_data["password1"]}
        try:
            user = actions.accept(self.kwargs["token"], **chosen)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            return self.form_invalid(form)
        if user is None:
            return self.sign_in_again(self.kwargs["token"]) or self.refuse()
        record_authentication(self.request, user, method="password")
        return perform_login(self.request, Login(user=user))
