"""Encrypt stored secrets with keys outside the database.

The first key encrypts and every key decrypts, so that a key can be replaced while the portal runs. Keys derived from
SECRET_KEY and its fallbacks come last; they are the only ones if MFA_ENCRYPTION_KEYS is empty.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

PREFIX = "fernet:"
# The secret entries of allauth's Authenticator.data.
SECRET_ENTRIES = ("secret", "seed", "migrated_codes")


class UnreadableSecretError(Exception):
    """Raised for a stored secret that none of the keys decrypts."""


def encrypt(text: str) -> str:
    return PREFIX + _cipher(_keys()).encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Decrypt a stored secret. Raises UnreadableSecretError if none of the keys fits."""
    try:
        return _cipher(_keys()).decrypt(stored.removeprefix(PREFIX).encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def change_secrets(data: dict, change: Callable[[str], str]) -> dict:
    """Return a copy of an authenticator's data with `change` applied to each of its secrets."""
    changed = dict(data)
    for name in SECRET_ENTRIES:
        value = data.get(name)
        if isinstance(value, str):
            changed[name] = change(value)
        elif isinstance(value, list):
            changed[name] = [change(item) for item in value]
    return changed


def _keys() -> tuple[str, ...]:
    return (*settings.MFA_ENCRYPTION_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    """Return a Fernet key (32 bytes in base64) derived from a text of any length."""
    return urlsafe_b64encode(blake2b(key.encode(), person=b"mfa-encryption", digest_size=32).digest())
