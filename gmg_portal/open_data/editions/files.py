"""Files of an edition on the disk, and the check that they are unchanged since publication."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from django.core.files.storage import storages
from django.utils.translation import gettext as _

from gmg_portal.models import Edition

BLOCK = 64 * 1024


class DamagedFile(Exception):
    """A file of an edition that is missing, or differs from the published one."""


@dataclass(frozen=True)
class FrozenFile:
    """A file of an edition; `sha256` in hexadecimal digits."""

    name: str
    mediatype: str
    bytes: int
    sha256: str

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


def edition_files(edition: Edition) -> dict[str, FrozenFile]:
    """Return the files of an edition by name, with the size and digest that publication recorded."""
    return {file["name"]: FrozenFile(**file) for file in edition.files}


def editions_folder() -> Path:
    """Return the folder of all editions, shared by every machine that serves them."""
    return Path(storages["editions"].path(""))


def edition_folder(edition: Edition) -> Path:
    """Return the folder of an edition's files. It is named by the day, so that a day has one edition."""
    return editions_folder() / edition.day.isoformat()


def open_verified(edition: Edition, file: FrozenFile) -> BinaryIO:
    """Return the file, open at its beginning, after checking its whole content against the published digest."""
    try:
        handle = open(edition_folder(edition) / file.name, "rb")  # noqa: SIM115 - handed on open
    except OSError as error:
        raise DamagedFile(_unreadable_message(edition, file)) from error
    try:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        handle.close()
        raise DamagedFile(_unreadable_message(edition, file)) from error
    if digest != file.sha256:
        handle.close()
        raise DamagedFile(_altered_message(edition, file))
    handle.seek(0)
    return handle


def find_damage(edition: Edition) -> list[str]:
    """Return a sentence for each file that differs from the published one, and for each file that was not published."""
    files, messages = edition_files(edition), []
    for file in files.values():
        try:
            open_verified(edition, file).close()
        except DamagedFile as error:
            messages.append(str(error))
    names_on_disk = (
        {path.name for path in edition_folder(edition).iterdir()} if edition_folder(edition).is_dir() else set()
    )
    template = _("%(name)s lies in the folder of edition %(edition)s, and was not published with it.")
    return messages + [template % {"name": name, "edition": edition} for name in sorted(names_on_disk - set(files))]


def write_file(folder: Path, name: str, mediatype: str, chunks: Iterable[bytes]) -> FrozenFile:
    """Write a file and sync it to the disk; only the account may read it, as its folder."""
    digest, length = hashlib.sha256(), 0
    with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            length += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return FrozenFile(name, mediatype, length, digest.hexdigest())


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that new and moved names in it survive a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unreadable_message(edition: Edition, file: FrozenFile) -> str:
    return _("%(name)s of edition %(edition)s cannot be read.") % {"name": file.name, "edition": edition}


def _altered_message(edition: Edition, file: FrozenFile) -> str:
    return _("%(name)s of edition %(edition)s is not what was published: its digest is another one.") % {
        "name": file.name,
        "edition": edition,
    }
