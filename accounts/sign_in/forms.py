"""allauth's forms for signing in and for passwords, with our labels and attempt counts."""

from allauth.account import forms as account
from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.attempts.attempt_limits import count_wrong_password, may_try_password, uncount_attempt
from accounts.attempts.owner_warnings import discard_message
from accounts.forms.base import PortalForm
from accounts.models import User

NEW_PASSWORD, NEW_PASSWORD_AGAIN = _("New password"), _("New password again")


class SignInForm(PortalForm, account.LoginForm):
    """User name or mail address, and password."""

    labels = {"login": _("User name or mail address"), "password": _("Password")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "maxlength": 254}


class NewPasswordMixin:
    """Mixin for forms with a new password: labels, and the password rules as help text."""

    labels = {"oldpassword": _("Present password"), "password1": NEW_PASSWORD, "password2": NEW_PASSWORD_AGAIN}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = password_validation.password_validators_help_text_html()


class ChangePasswordForm(NewPasswordMixin, PortalForm, account.ChangePasswordForm):
    """The old and the new password."""

    def clean_oldpassword(self):
        """Count wrong passwords here too, against guessing in an abandoned session."""
        request = context.request
        if not may_try_password(request, self.user):
            raise account_adapter().validation_error("enter_current_password")
        try:
            password = super().clean_oldpassword()
        except ValidationError:
            count_wrong_password(request, self.user)
            raise
        uncount_attempt(request)
        return password


class SetPasswordForm(NewPasswordMixin, PortalForm, account.SetPasswordForm):
    """The first password of an account."""


class ResetPasswordKeyForm(NewPasswordMixin, PortalForm, account.ResetPasswordKeyForm):
    """The new password, from the link in a mail."""


class ResetPasswordForm(PortalForm, account.ResetPasswordForm):
    """The address to which a link for a new password is mailed."""

    labels = {"email": _("Mail address")}

    def save(self, request, **kwargs):
        """Send a link; without an account do the same work and send nothing, so that the time reveals nothing."""
        if not self.users:
            placeholder = User(pk=0, username="nobody", email=self.cleaned_data["email"], password="!")  # noqa: S106
            key = account.default_token_generator.make_token(placeholder)
            link = account_adapter().get_reset_password_from_key_url(f"0-{key}")
            discard_message("accounts/password_reset", person=placeholder, link=link)
        return super().save(request, **kwargs)


class ReauthenticateForm(PortalForm, account.ReauthenticateForm):
    """The password before a step that needs a recent sign-in."""

    labels = {"password": _("Password")}
