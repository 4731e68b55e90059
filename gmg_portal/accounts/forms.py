"""allauth's forms with our labels, attempt counts, single use of codes, and handling of malformed input."""

from allauth.account import forms as account
from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import forms as key
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from gmg_portal.accounts.attempt_limits import (
    count_wrong_code,
    count_wrong_password,
    may_try_code,
    may_try_password,
    uncount_attempt,
)
from gmg_portal.accounts.owner_warnings import discard_message

NEW_PASSWORD, NEW_PASSWORD_AGAIN, CODE = _("New password"), _("New password again"), _("Code")


class PortalForm(forms.Form):
    """A form with our labels and help texts by field name, and without placeholders."""

    labels: dict = {}
    help_texts: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(
                name, "" if isinstance(field, account.PasswordField) else field.help_text
            )


class SignInForm(PortalForm, account.LoginForm):
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
    pass


class ResetPasswordKeyForm(NewPasswordMixin, PortalForm, account.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(PortalForm, account.ResetPasswordForm):
    labels = {"email": _("Mail address")}

    def save(self, request, **kwargs):
        """Send a link; without an account do the same work and send nothing, so that the time reveals nothing."""
        if not self.users:
            placeholder = User(pk=0, username="nobody", email=self.cleaned_data["email"], password="!")  # noqa: S106
            key = account.default_token_generator.make_token(placeholder)
            link = account_adapter().get_reset_password_from_key_url(f"0-{key}")
            discard_message("password_reset", person=placeholder, link=link)
        return super().save(request, **kwargs)


class ReauthenticateForm(PortalForm, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class CodeFieldForm(PortalForm):
    labels = {"code": CODE}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class LimitedCodeForm(CodeFieldForm):
    """A code form that counts wrong codes and accepts a right one only once, in all web processes."""

    def clean_code(self):
        request = context.request
        if not may_try_code(request, self.user):
            raise get_adapter().validation_error("incorrect_code")
        try:
            code_text = super().clean_code()
            consume_code(getattr(self, "authenticator", None), code_text)
        except ValidationError:
            count_wrong_code(request, self.user)
            raise
        uncount_attempt(request)
        return code_text


@transaction.atomic
def consume_code(authenticator: Authenticator | None, code_text: str) -> None:
    """Store the time counter of an app's code, and refuse this and older codes from then on."""
    if authenticator is None or authenticator.type != Authenticator.Type.TOTP:
        return
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret, code = decrypt(locked.data["secret"]), normalize_user_code(code_text)
    counters = [
        counter for counter in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, counter)) == code
    ]
    if not counters or max(counters) <= locked.data.get("used_until", 0):
        raise get_adapter().validation_error("incorrect_code")
    locked.data["used_until"] = max(counters)
    locked.save(update_fields=["data"])


class CodeForm(LimitedCodeForm, code.AuthenticateForm):
    help_texts = {"code": _("From your authenticator app, or one of your recovery codes.")}


class ReauthenticateCodeForm(LimitedCodeForm, code.ReauthenticateForm):
    help_texts = CodeForm.help_texts


class AddAppForm(CodeFieldForm, totp.ActivateTOTPForm):
    help_texts = {"code": _("The six digits that the app shows now.")}


class KeyFormMixin:
    """Mixin for forms with a security key's response: malformed data counts as a wrong code."""

    def full_clean(self):
        try:
            super().full_clean()
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            self.cleaned_data = {}
            self.add_error(None, get_adapter().validation_error("incorrect_code"))


class AddKeyForm(KeyFormMixin, PortalForm, key.AddWebAuthnForm):
    labels = {"name": _("Name of the key"), "passwordless": _("Sign in with this key alone")}
    help_texts = {
        "name": _("So that you can tell it from others, for instance ‘Blue key’ or ‘Laptop’."),
        "passwordless": _("Without user name and password: the key itself asks for its PIN or your fingerprint."),
    }


class EditKeyForm(PortalForm, key.EditWebAuthnForm):
    labels = {"name": _("Name of the key")}


class KeyForm(KeyFormMixin, key.AuthenticateWebAuthnForm):
    pass


class KeySignInForm(KeyFormMixin, key.LoginWebAuthnForm):
    pass


class ReauthenticateKeyForm(KeyFormMixin, key.ReauthenticateWebAuthnForm):
    pass


class InvitationForm(forms.Form):
    """The form of an invited person: user name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and the signs @ . + - _ only."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password1 = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args, invitation, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["password1"].help_text = password_validation.password_validators_help_text_html()

    def clean_username(self):
        username = User.normalize_username(self.cleaned_data["username"])
        User._meta.get_field("username").run_validators(username)
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("Somebody has this user name already: choose another."))
        return username

    def clean(self):
        cleaned_data = super().clean()
        first, second = cleaned_data.get("password1"), cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords are not the same: type the same one twice."))
        elif first:
            self.check(first)
        return cleaned_data

    def check(self, password: str) -> None:
        attributes = {name: getattr(self.invitation, name) for name in ("first_name", "last_name", "email")}
        person = User(username=self.cleaned_data.get("username", ""), **attributes)
        try:
            password_validation.validate_password(password, person)
        except ValidationError as error:
            self.add_error("password1", error)
