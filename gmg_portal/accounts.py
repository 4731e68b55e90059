"""Signing in and out, the password, and the page that says who one is here."""

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from agencies.permissions import is_administrator, is_editor, is_secretariat
from workgroups.permissions import groups_led_by


class SignInForm(AuthenticationForm):
    """One sentence whatever was wrong: it never says which accounts there are."""

    error_messages = {
        "invalid_login": gettext_lazy("User name and password do not belong together. Look at both and try again."),
        "inactive": gettext_lazy("This account is closed. Ask the secretariat of the group."),
    }


class LoginView(views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm

    def get_default_redirect_url(self):
        """Without work on the editors' side one lands on one's own page."""
        if self.next_page or is_editor(self.request.user):
            return super().get_default_redirect_url()
        return str(reverse_lazy("accounts:profile"))


class PasswordView(SuccessMessageMixin, views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:profile")
    success_message = gettext_lazy("Your password is changed. Everywhere else you are signed out.")


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
        }
