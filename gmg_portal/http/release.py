"""An identifier of the running release, equal on all machines that run it; part of every ETag."""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.apps import apps
from django.conf import settings

# Beside the project's packages, answers depend on these folders and on the versions of the libraries.
FOLDERS = ("templates", "static", "locale")
LOCK_FILE = "requirements.lock"


@cache
def release() -> str:
    """Return `RELEASE` (or a digest of the source files) and the settings that pages show."""
    shown_settings = (settings.CONTACT_EMAIL, settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL)
    return " ".join((settings.RELEASE or source_digest(settings.BASE_DIR, packages()), *shown_settings))


def packages() -> list[str]:
    """Return the folder names of the project's own packages."""
    paths = (Path(app.path) for app in apps.get_app_configs())
    return sorted({path.name for path in paths if path.parent == settings.BASE_DIR})


def source_digest(base: Path, names: list[str]) -> str:
    """Return a digest of the names and contents of all source files, equal on every machine."""
    digest = blake2b(digest_size=16)
    for path in _source_files(base, names):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _source_files(base: Path, names: list[str]) -> Iterator[Path]:
    for name in sorted({*names, *FOLDERS}):
        yield from sorted(
            path for path in (base / name).rglob("*") if path.is_file() and "__pycache__" not in path.parts
        )
    if (base / LOCK_FILE).is_file():
        yield base / LOCK_FILE
