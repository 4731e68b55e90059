"""Storage of uploaded files: written atomically, readable by the portal's system account only."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.files.storage import FileSystemStorage

DIRECTORY_MODE, FILE_MODE = 0o750, 0o600


class PrivateStorage(FileSystemStorage):
    """A storage of files of mode 0600 in folders of mode 0750, regardless of the umask.

    Each file is written under a temporary name in the same folder, synced to the disk, and then linked to its name.
    If writing fails, for example because the disk is full, nothing is left.
    """

    def _save(self, name, content):
        target = Path(self.path(name))
        self._make_folders(target.parent)
        # mkstemp creates the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(prefix=".unfinished-", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            while True:
                try:
                    os.link(temporary, target)  # unlike a rename, this never replaces another file
                    break
                except FileExistsError:
                    name = self.get_available_name(name)
                    target = Path(self.path(name))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
        os.chmod(target, self.file_permissions_mode or FILE_MODE)
        return str(Path(name).as_posix())

    def _make_folders(self, folder: Path) -> None:
        mode = self.directory_permissions_mode or DIRECTORY_MODE
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        for parent in reversed(missing):
            with suppress(FileExistsError):
                os.mkdir(parent, mode)
                os.chmod(parent, mode)
