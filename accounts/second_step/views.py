"""Views of second steps, and of signing in with a security key alone."""

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as second_step
from allauth.mfa.webauthn import views as key
from allauth.mfa.webauthn.internal import flows as key_flows
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.permissions import needs_second_step
from accounts.second_step.requirement import must_set_up_second_step


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
