"""Views for signing in and out, and for lost passwords."""

from allauth.account import views as account
from django.shortcuts import redirect

from accounts.attempts.rate_limits import RESET_RATE_BY_ADDRESS, RESET_RATE_BY_EMAIL, seconds_to_wait, too_many_requests
from accounts.second_step.requirement import must_set_up_second_step
from foundation.http.client_ip import throttle_key


class LoginView(account.LoginView):
    """The page on which a person signs in."""

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
    """The page on which a person signs out."""

    http_method_names = ["post"]
