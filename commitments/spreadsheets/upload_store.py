"""The file between its trial and the word to take it in: kept privately, for one person and one hour."""

import hashlib
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, TimestampSigner
from django.utils import timezone
from django.utils.translation import gettext as _

from commitments.importers.outcome import Refused

FOLDER = "imports"
KEPT_FOR = timedelta(hours=1)


def keep(content: bytes, user, table: str) -> str:
    """Put the file aside; answers the ticket by which this person gets the very same bytes back."""
    clear()
    name = f"{FOLDER}/{uuid4()}"
    default_storage.save(name, ContentFile(content))
    return signer(user, table).sign(f"{name}:{digest(content)}")


def kept(ticket: str, user, table: str) -> bytes:
    """The bytes that the ticket was given for. Raises Refused where it is another's, too old or not a ticket."""
    name, expected = _read(ticket, user, table)
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError:
        content = b""
    if digest(content) != expected:
        raise Refused(gone())
    return content


def drop(ticket: str, user, table: str) -> None:
    default_storage.delete(_read(ticket, user, table)[0])


def key_of(ticket: str, user, table: str) -> str:
    """Return the key by which a file is known while it is taken in: once."""
    return _read(ticket, user, table)[0].rpartition("/")[2].replace("-", "")


def clear() -> None:
    """Delete what nobody came back for."""
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if timezone.now() - default_storage.get_modified_time(path) > KEPT_FOR:
            default_storage.delete(path)


def gone() -> str:
    return _("The file is no longer kept here: choose it again.")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def signer(user, table: str) -> TimestampSigner:
    return TimestampSigner(salt=f"import.{table}.{user.pk}")


def _read(ticket: str, user, table: str) -> list[str]:
    try:
        return signer(user, table).unsign(ticket, max_age=KEPT_FOR).split(":")
    except BadSignature:
        raise Refused(gone()) from None
