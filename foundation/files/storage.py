"""Where uploaded files lie: each appears whole or not at all, and nobody but the portal's account ever reads it."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.files.storage import FileSystemStorage

DIRECTORY_MODE, FILE_MODE = 0o750, 0o600


class PrivateStorage(FileSystemStorage):
    """Files of mode 0600 in folders of mode 0750, whatever the umask is.

    A file is written beside its place under a passing name, brought to the disk, and then given its name in one step.
    If writing fails, because the disk is full or for any other reason, nothing is left.
    """

    def _save(self, name, content):
        final = Path(self.path(name))
        self._make_folders(final.parent)
        handle, passing = tempfile.mkstemp(prefix=".unfinished-", dir=final.parent)  # mode 0600 from the first moment
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            while True:
                try:
                    os.link(passing, final)  # unlike a rename, this never replaces another file
                    break
                except FileExistsError:
                    name = self.get_available_name(name)
                    final = Path(self.path(name))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(passing)
        os.chmod(final, self.file_permissions_mode or FILE_MODE)
        return str(Path(name).as_posix())

    def _make_folders(self, folder: Path) -> None:
        mode = self.directory_permissions_mode or DIRECTORY_MODE
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            with suppress(FileExistsError):
                os.mkdir(each, mode)
                os.chmod(each, mode)
