"""System check for missing encryption keys of second steps."""

from allauth.mfa.models import Authenticator
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, Error

from accounts.second_step.encryption import UnreadableSecretError, change_secrets, decrypt


def check_second_steps(app_configs: object = None, databases: object = None, **_kwargs: object) -> list[checks.Warning]:
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
        unreadable = sum(not _is_readable(data) for data in rows.values_list("data", flat=True))
    except Error:
        return []  # other checks report a missing or unmigrated database
    if not unreadable:
        return []
    message = f"MFA_ENCRYPTION_KEYS: no key decrypts {unreadable} of the second steps and recovery codes."
    return [checks.Warning(message, hint="Put the key that is missing back; see docs/operating.md.", id="portal.W002")]


def _is_readable(data: dict) -> bool:
    try:
        change_secrets(data, decrypt)
    except UnreadableSecretError:
        return False
    return True
