"""The adapter of allauth's second steps: encryption, names and error messages."""

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import needs_second_step
from accounts.second_step import encryption
from accounts.second_step.requirement import second_steps_of


class SecondStepAdapter(DefaultMFAAdapter):
    """allauth's adapter of second steps: encrypts their secrets."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "This is your only second step, and your account needs one. Set up another first, then remove this one."
        ),
        "incorrect_code": gettext_lazy(
            "This code is not right, or it was used already. Wait for the next one and type it in."
        ),
    }

    def encrypt(self, text):
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text):
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator):
        others = second_steps_of(authenticator.user).exclude(pk=authenticator.pk)
        return not needs_second_step(authenticator.user) or others.exists()

    def get_totp_label(self, user):
        return user.get_username()

    def get_public_key_credential_rp_entity(self):
        return super().get_public_key_credential_rp_entity() | {"name": _("GMG HLD follow-up portal")}

    def generate_authenticator_name(self, user, type):
        return _("Key %(number)s") % {"number": second_steps_of(user).filter(type=type).count() + 1}
