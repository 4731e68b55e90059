"""The embedded server's data folder: where it is, whom it belongs to, and how it is created."""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from foundation.files.private import make_folder, write_private_file
from foundation.postgresql.account import (
    Account,
    EmbeddedError,
    can_enter,
    check_access,
    own_account_name,
    run_as,
    unprivileged_account,
)
from foundation.postgresql.binaries import postgresql_version

ROLE = DATABASE = "portal"
INITDB_OPTIONS = "-U postgres -A scram-sha-256 -E UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"


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
        raise EmbeddedError(f"The account {own_account_name()} may not write to {error.filename}.") from None
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
            check_access(home / "data", account)
            if home == state:
                _announce_move(local, state, account)
            return Cluster(home, state, account)
    account = unprivileged_account()
    make_folder(local, 0o755)
    if can_enter(account, local):
        return Cluster(local, state, account)
    make_folder(state, 0o755)
    check_access(state, account)
    _announce_move(local, state, account)
    return Cluster(state, state, account)


def _check_owner(local: Path, uid: int) -> None:
    data = local / "data"
    owner = local.stat().st_uid if not data.exists() else data.stat().st_uid
    if owner != uid:
        raise EmbeddedError(
            f"The database in {local} was made by the account {Account.of(owner).name} or by root, and "
            f"{own_account_name()} may not use it: run the command as before, or use another folder."
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


def _announce_move(local: Path, state: Path, account: Account) -> None:
    note = local / "location"
    if not note.exists():
        make_folder(local, 0o755)
        note.write_text(f"{state}\n")
        print(f"The account {account.name} may not enter {local}: the database is kept in {state}.", file=sys.stderr)


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
        options: list[str | Path] = [*INITDB_OPTIONS.split(), f"--pwfile={password_file}", "-D", temporary]
        process = run_as(cluster.account, binaries / "initdb", *options)
    finally:
        password_file.unlink()
    _check_exit_status(process)
    statements = (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\n",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n",
    )
    single = (binaries / "postgres", "--single", "-D", temporary, "-c", "exit_on_error=true", "postgres")
    _check_exit_status(run_as(cluster.account, *single, input="".join(statements)))
    temporary.rename(cluster.data)


def _check_exit_status(process: subprocess.CompletedProcess) -> None:
    if process.returncode:
        lines = (process.stderr or process.stdout).strip().splitlines() or [f"exit status {process.returncode}"]
        raise EmbeddedError(f"The embedded database could not be made: {lines[-1]}")
