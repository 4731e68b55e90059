"""Private storage of an uploaded file between its dry run and its import, for one user and one hour."""

import hashlib
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, TimestampSigner
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from reporting.importers.results import ImportRefused

FOLDER = "imports"
UPLOAD_LIFETIME = timedelta(hours=1)


def store(content: bytes, user: User, table: str) -> str:
    """Store the file and return a signed ticket, with which this user can load the same bytes again."""
    clear()
    name = f"{FOLDER}/{uuid4()}"
    default_storage.save(name, ContentFile(content))
    return signer(user, table).sign(f"{name}:{digest(content)}")


def load(ticket: str, user: User, table: str) -> bytes:
    """Return the stored bytes; raise ImportRefused if the ticket is another user's, expired or invalid."""
    name, expected = _read(ticket, user, table)
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError:
        content = b""
    if digest(content) != expected:
        raise ImportRefused(expired_message())
    return content


def drop(ticket: str, user: User, table: str) -> None:
    """Delete the stored file of a ticket."""
    default_storage.delete(_read(ticket, user, table)[0])


def key_of(ticket: str, user: User, table: str) -> str:
    """Return the idempotency key of the import of a file."""
    return _read(ticket, user, table)[0].rpartition("/")[2].replace("-", "")


def clear() -> None:
    """Delete expired files."""
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if timezone.now() - default_storage.get_modified_time(path) > UPLOAD_LIFETIME:
            default_storage.delete(path)


def expired_message() -> str:
    return _("The file is no longer kept here: choose it again.")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def signer(user: User, table: str) -> TimestampSigner:
    """Return the signer of tickets of one person and table."""
    return TimestampSigner(salt=f"import.{table}.{user.pk}")


def _read(ticket: str, user: User, table: str) -> list[str]:
    try:
        return signer(user, table).unsign(ticket, max_age=UPLOAD_LIFETIME).split(":")
    except BadSignature:
        raise ImportRefused(expired_message()) from None
