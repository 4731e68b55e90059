"""allauth's forms of second steps: attempt counts, single use of codes, and handling of malformed input."""

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import forms as key
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.attempts.attempt_limits import count_wrong_code, may_try_code, uncount_attempt
from accounts.forms.base import PortalForm


class CodeFieldForm(PortalForm):
    """Base class of forms with a field for a code."""

    labels = {"code": _("Code")}

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
    """The code when signing in."""

    help_texts = {"code": _("From your authenticator app, or one of your recovery codes.")}


class ReauthenticateCodeForm(LimitedCodeForm, code.ReauthenticateForm):
    """The code before a step that needs a recent sign-in."""

    help_texts = CodeForm.help_texts


class AddAppForm(CodeFieldForm, totp.ActivateTOTPForm):
    """The first code of a new app."""

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
    """The name of a new security key."""

    labels = {"name": _("Name of the key"), "passwordless": _("Sign in with this key alone")}
    help_texts = {
        "name": _("So that you can tell it from others, for instance ‘Blue key’ or ‘Laptop’."),
        "passwordless": _("Without user name and password: the key itself asks for its PIN or your fingerprint."),
    }


class EditKeyForm(PortalForm, key.EditWebAuthnForm):
    """Another name for a security key."""

    labels = {"name": _("Name of the key")}


class KeyForm(KeyFormMixin, key.AuthenticateWebAuthnForm):
    """The answer of a security key as a second step."""


class KeySignInForm(KeyFormMixin, key.LoginWebAuthnForm):
    """The answer of a security key with which a person signs in."""


class ReauthenticateKeyForm(KeyFormMixin, key.ReauthenticateWebAuthnForm):
    """The answer of a security key before a step that needs a recent sign-in."""
