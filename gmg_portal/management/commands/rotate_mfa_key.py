from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from gmg_portal.accounts.encryption import UnreadableSecretError, change_secrets, decrypt, encrypt


class Command(BaseCommand):
    help = "Encrypt the secrets of all second steps anew with the first key of MFA_ENCRYPTION_KEYS."

    def handle(self, **options):
        encrypted, unreadable = encrypt_anew()
        self.stdout.write(_("Encrypted anew: %(count)s.") % {"count": encrypted})
        if unreadable:
            names = ", ".join(sorted(set(unreadable)))
            raise CommandError(
                _("No key decrypts the second steps of: %(names)s. Put the key that is missing back.")
                % {"names": names}
            )


@transaction.atomic
def encrypt_anew() -> tuple[int, list[str]]:
    """Return how many rows were encrypted anew, and the user names of those that no key decrypts."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).select_related("user")
    encrypted, unreadable = 0, []
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        try:
            row.data = change_secrets(row.data, lambda text: encrypt(decrypt(text)))
        except UnreadableSecretError:
            unreadable.append(row.user.get_username())
        else:
            row.save(update_fields=["data"])
            encrypted += 1
    return encrypted, unreadable
