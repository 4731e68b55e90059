"""allauth's forms in our words, with what they leave to the portal: counts of tries, single use, bad input."""

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
from gmg_portal.accounts.attempts import (
    count_wrong_code,
    count_wrong_password,
    forgive,
    may_try_a_code,
    may_try_a_password,
)
from gmg_portal.accounts.owner_warnings import discard_message

NEW_PASSWORD, AGAIN, CODE = _("New password"), _("New password again"), _("Code")


class PlainForm(forms.Form):
    """Fields say by their label what they are, not by a placeholder that vanishes."""

    labels: dict = {}
    helps: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "" if isinstance(field, account.PasswordField) else field.help_text)


class SignInForm(PlainForm, account.LoginForm):
    labels = {"login": _("User name or mail address"), "password": _("Password")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "maxlength": 254}


class NewPassword:
    """Says what a password must be like."""

    labels = {"oldpassword": _("Present password"), "password1": NEW_PASSWORD, "password2": AGAIN}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = password_validation.password_validators_help_text_html()


class ChangePasswordForm(NewPassword, PlainForm, account.ChangePasswordForm):
    def clean_oldpassword(self):
        """Count wrong passwords here too: a session that was left open is no place to guess at them."""
        request = context.request
        if not may_try_a_password(request, self.user):
            raise account_adapter().validation_error("enter_current_password")
        try:
            password = super().clean_oldpassword()
        except ValidationError:
            count_wrong_password(request, self.user)
            raise
        forgive(request)
        return password


class SetPasswordForm(NewPassword, PlainForm, account.SetPasswordForm):
    pass


class ResetPasswordKeyForm(NewPassword, PlainForm, account.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(PlainForm, account.ResetPasswordForm):
    labels = {"email": _("Mail address")}

    def save(self, request, **kwargs):
        """Send a link; where the address has no account, do the same work and send nothing."""
        if not self.users:
            nobody = User(pk=0, username="nobody", email=self.cleaned_data["email"], password="!")  # noqa: S106
            key = account.default_token_generator.make_token(nobody)
            link = account_adapter().get_reset_password_from_key_url(f"0-{key}")
            discard_message("password_reset", person=nobody, link=link)
        return super().save(request, **kwargs)


class ReauthenticateForm(PlainForm, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class PlainCodeForm(PlainForm):
    labels = {"code": CODE}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class CountedCodeForm(PlainCodeForm):
    """Wrong codes are counted and slow down the next, and a right one works once, whichever web process is asked."""

    def clean_code(self):
        request = context.request
        if not may_try_a_code(request, self.user):
            raise get_adapter().validation_error("incorrect_code")
        try:
            given = super().clean_code()
            use_up(getattr(self, "authenticator", None), given)
        except ValidationError:
            count_wrong_code(request, self.user)
            raise
        forgive(request)
        return given


@transaction.atomic
def use_up(authenticator: Authenticator | None, given: str) -> None:
    """Remember the moment of an app's code that was used; refuse it and older ones from then on."""
    if authenticator is None or authenticator.type != Authenticator.Type.TOTP:
        return
    fresh = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret, code = decrypt(fresh.data["secret"]), normalize_user_code(given)
    moments = [at for at in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, at)) == code]
    if not moments or max(moments) <= fresh.data.get("used_until", 0):
        raise get_adapter().validation_error("incorrect_code")
    fresh.data["used_until"] = max(moments)
    fresh.save(update_fields=["data"])


class CodeForm(CountedCodeForm, code.AuthenticateForm):
    helps = {"code": _("From your authenticator app, or one of your recovery codes.")}


class CodeAgainForm(CountedCodeForm, code.ReauthenticateForm):
    helps = CodeForm.helps


class AddAppForm(PlainCodeForm, totp.ActivateTOTPForm):
    helps = {"code": _("The six digits that the app shows now.")}


class KeyAnswer:
    """What a browser says on behalf of a key; anything else than such an answer is refused as a wrong one."""

    def full_clean(self):
        try:
            super().full_clean()
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            self.cleaned_data = {}
            self.add_error(None, get_adapter().validation_error("incorrect_code"))


class AddKeyForm(KeyAnswer, PlainForm, key.AddWebAuthnForm):
    labels = {"name": _("Name of the key"), "passwordless": _("Sign in with this key alone")}
    helps = {
        "name": _("So that you can tell it from others, for instance ‘Blue key’ or ‘Laptop’."),
        "passwordless": _("Without user name and password: the key itself asks for its PIN or your fingerprint."),
    }


class EditKeyForm(PlainForm, key.EditWebAuthnForm):
    labels = {"name": _("Name of the key")}


class KeyForm(KeyAnswer, key.AuthenticateWebAuthnForm):
    pass


class KeySignInForm(KeyAnswer, key.LoginWebAuthnForm):
    pass


class KeyAgainForm(KeyAnswer, key.ReauthenticateWebAuthnForm):
    pass


class InvitationForm(forms.Form):
    """What somebody who was invited chooses."""

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
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords are not the same: type the same one twice."))
        elif first:
            self.check(first)
        return cleaned

    def check(self, password: str) -> None:
        like = {name: getattr(self.invitation, name) for name in ("first_name", "last_name", "email")}
        person = User(username=self.cleaned_data.get("username", ""), **like)
        try:
            password_validation.validate_password(password, person)
        except ValidationError as refusal:
            self.add_error("password1", refusal)
