"""The system account that runs the embedded server, and commands run as it."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.db.utils import OperationalError

# Excludes PGPORT, LD_LIBRARY_PATH and the like of the caller; messages are in English.
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


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


def unprivileged_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            return Account.of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise EmbeddedError("PostgreSQL refuses to run as root, and neither the account postgres nor nobody exists here.")


def own_account_name() -> str:
    return Account.of(os.geteuid()).name


def run_as(account: Account | None, *command: str | Path, **options) -> subprocess.CompletedProcess:
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
    return run_as(account, "/bin/sh", "-c", 'test -x "$1"', "sh", folder).returncode == 0


def check_access(folder: Path, account: Account) -> None:
    if not can_enter(account, folder):
        raise EmbeddedError(
            f"PostgreSQL runs as the account {account.name}, which may not enter {folder}: "
            "let it pass the folders above, or move the data to where it can."
        )
