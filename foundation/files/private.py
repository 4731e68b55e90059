"""Files that only the account which runs the portal may read: passwords and keys."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read; it appears whole or not at all, and replaces an older one."""
    fresh = _write_beside(path, text)
    fresh.replace(path)


def keep_secret(path: Path) -> str:
    """The random text kept in this file; it is made by whoever asks first."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = _write_beside(path, secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)  # unlike a rename, this never replaces what another process has just made
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _write_beside(path: Path, text: str) -> Path:
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return fresh
