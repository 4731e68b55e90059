"""Write private files, such as passwords and keys, and make folders of a given mode."""

import os
import secrets
from pathlib import Path


def write_private_file(path: Path, text: str) -> None:
    """Write a file of mode 0600 atomically, replacing an existing one."""
    temporary = _write_temporary(path, text)
    temporary.replace(path)


def read_or_create_secret(path: Path) -> str:
    """Return the random secret stored in a file; the first call creates it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _write_temporary(path, secrets.token_urlsafe(50))
        try:
            # Unlike a rename, a link never replaces a file that another process has just created.
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()


def _write_temporary(path: Path, text: str) -> Path:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def make_folder(folder: Path, mode: int) -> None:
    """Create a folder with this mode, and missing parents with 0755. An existing folder is not changed."""
    if folder.is_dir():
        return
    make_folder(folder.parent, 0o755)
    folder.mkdir(exist_ok=True)
    folder.chmod(mode)
