"""`manage.py rotate_mfa_key`: encrypt the secrets of second steps again after MFA_ENCRYPTION_KEYS changed."""

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.second_step.encryption import UnreadableSecretError, change_secrets, decrypt, encrypt


class Command(BaseCommand):
    """Encrypt again with the first key. It fails if a secret opens with none of the keys, and keeps that one."""

    help = "Encrypt the secrets of all second steps anew with the first key of MFA_ENCRYPTION_KEYS."

    def handle(self, **options):
        encrypted_count, unreadable = encrypt_all_again()
        self.stdout.write(_("Encrypted anew: %(count)s.") % {"count": encrypted_count})
        if unreadable:
            names = ", ".join(sorted(set(unreadable)))
            raise CommandError(
                _("No key decrypts the second steps of: %(names)s. Put the key that is missing back.")
                % {"names": names}
            )


@transaction.atomic
def encrypt_all_again() -> tuple[int, list[str]]:
    """Encrypt all secrets with the first key; return their number, and the user names whose secrets no key decrypts."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).select_related("user")
    encrypted_count, unreadable = 0, []
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        try:
            row.data = change_secrets(row.data, lambda text: encrypt(decrypt(text)))
        except UnreadableSecretError:
            unreadable.append(row.user.get_username())
        else:
            row.save(update_fields=["data"])
            encrypted_count += 1
    return encrypted_count, unreadable
