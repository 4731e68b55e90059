"""What tells this release from another, alike on every machine that runs it."""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.apps import apps
from django.conf import settings

# Beside the packages of the portal: what its answers are made of, and the versions of the libraries that make them.
FOLDERS = ("templates", "static", "locale")
LOCK = "requirements.lock"


@cache
def release() -> str:
    """Return what answers depend on beside the record: the release, and the operator's words on every page."""
    words = (settings.CONTACT_EMAIL, settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL)
    return " ".join((settings.RELEASE or digest_of(settings.BASE_DIR, packages()), *words))


def packages() -> list[str]:
    """Return the folders of the portal's own packages."""
    paths = (Path(app.path) for app in apps.get_app_configs())
    return sorted({path.name for path in paths if path.parent == settings.BASE_DIR})


def digest_of(base: Path, names: list[str]) -> str:
    """Return a digest of the names and contents of all source files, and of nothing else that differs by machine."""
    digest = blake2b(digest_size=16)
    for path in _sources(base, names):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources(base: Path, names: list[str]) -> Iterator[Path]:
    for name in sorted({*names, *FOLDERS}):
        yield from sorted(
            path for path in (base / name).rglob("*") if path.is_file() and "__pycache__" not in path.parts
        )
    if (base / LOCK).is_file():
        yield base / LOCK
