"""Start the embedded PostgreSQL when needed, share it between processes, and stop it after the last one.

Processes coordinate by three lock files beside the data folder. The kernel releases locks when a process ends.
- `users.lock`: held shared by every process that uses the server. A process that gets the exclusive lock knows that no
  other uses the server, and can stop it.
- `starting.lock`: held exclusively while a process checks whether the server runs and starts it.
- `alive.lock`: held exclusively by the supervisor, the server's parent process (`supervisor.py`).
"""

import atexit
import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from foundation.postgresql import supervisor
from foundation.postgresql.account import SERVER_ENVIRONMENT, EmbeddedError
from foundation.postgresql.binaries import client_binary, server_binaries
from foundation.postgresql.cluster import ROLE, Cluster, locate_cluster, prepare_data_folder

HOST = "127.0.0.1"
# Seconds. Children of a killed server can hold its memory for a while, and recovery takes time.
STARTUP_TIMEOUT = 60
MAX_PORT_RETRIES = 5
PORT_IN_USE_ERROR = "could not create any TCP/IP sockets"
SHARED_MEMORY_ERROR = "pre-existing shared memory block"


@dataclass(frozen=True)
class Endpoint:
    """Host, port and login of the server."""

    host: str
    port: int
    user: str
    password: str


@cache
def server_for(var_dir: Path) -> "Server":
    """Return this process's `Server` of a folder."""
    return Server(var_dir)


class Server:
    """A process's use of the server of one folder. Safe for threads and `fork`: a child registers itself."""

    def __init__(self, var_dir: Path):
        self.var_dir = var_dir
        self._reset()
        os.register_at_fork(after_in_child=self._reset_after_fork)

    def _reset(self) -> None:
        self._lock = threading.RLock()
        self._cluster: Cluster | None = None
        self._users: int | None = None
        self._supervisor: subprocess.Popen | None = None

    def _reset_after_fork(self) -> None:
        # Parent and child share the open file and its lock: the child can close its copy but must not change the lock.
        if self._users is not None:
            os.close(self._users)
        self._reset()

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            self._cluster = locate_cluster(self.var_dir)
        return self._cluster

    def endpoint(self) -> Endpoint:
        """Return where the server listens; start it if it does not run. Raises EmbeddedError."""
        with self._lock:
            port = self._users is not None and running_port(self.cluster.data)
            return Endpoint(HOST, port or self._acquire(), ROLE, self.cluster.password)

    def _acquire(self) -> int:
        """Register this process as a user, start the server if needed, and return its port."""
        if self._users is None:
            self._users = self._open("users.lock")
            fcntl.flock(self._users, fcntl.LOCK_SH)  # waits while the server is being stopped
            atexit.register(self.release)
        with self._locked("starting.lock"):
            port = running_port(self.cluster.data)
            if not port:
                self._wait_for_former_supervisor()
                port = self._start()
            elif self._is_unlocked("alive.lock"):
                self._start_supervisor(start=None)
            return port

    def release(self) -> None:
        """Stop using the server; the last user stops it and waits for its end."""
        with self._lock:
            if self._users is None:
                return
            atexit.unregister(self.release)
            users, self._users = self._users, None
            if supervisor.try_lock(users):
                supervisor.stop_server(self.cluster.data)
                self._wait_for_former_supervisor(seconds=2)
            else:
                # Another process uses the server and will stop it, or the supervisor is stopping it: then this waits.
                fcntl.flock(users, fcntl.LOCK_SH)
            os.close(users)

    def _open(self, name: str) -> int:
        path = self.cluster.home / name
        try:
            return os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedError(f"The embedded database cannot use {path}: {error.strerror}.") from None

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        descriptor = self._open(name)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _is_unlocked(self, name: str) -> bool:
        descriptor = self._open(name)
        try:
            return supervisor.try_lock(descriptor)
        finally:
            os.close(descriptor)

    def _wait_for_former_supervisor(self, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_unlocked("alive.lock") and time.monotonic() < deadline:
            time.sleep(0.01)
        if self._supervisor:  # our own child process, to be reaped
            with suppress(subprocess.TimeoutExpired):
                self._supervisor.wait(timeout=1)

    def _start(self) -> int:
        """Start the server on a free port, wait until it accepts connections, and return the port."""
        binaries = server_binaries(self.cluster.account, self.cluster.state)
        prepare_data_folder(self.cluster, binaries)
        deadline = time.monotonic() + STARTUP_TIMEOUT
        ports_left = MAX_PORT_RETRIES
        while True:
            log_size = self.cluster.log.stat().st_size if self.cluster.log.exists() else 0
            if port := self._try_start(binaries, free_port()):
                return port
            log_text = self._log_since(log_size)
            if PORT_IN_USE_ERROR in log_text and ports_left:
                ports_left -= 1
            elif SHARED_MEMORY_ERROR in log_text and time.monotonic() < deadline:
                time.sleep(0.2)
            else:
                raise EmbeddedError(self._startup_error(log_text))

    def _try_start(self, binaries: Path, port: int) -> int | None:
        """Try to start the server. Returns the port, or None if the server ended."""
        data = self.cluster.data
        self._start_supervisor(
            start={
                "args": [
                    *(str(binaries / "postgres"), "-D", str(data), "-p", str(port)),
                    *("-c", f"listen_addresses={HOST}", "-c", "unix_socket_directories="),
                ],
                "env": SERVER_ENVIRONMENT | self._stale_pid_environment(),
                "cwd": "/",
                **self.cluster.popen_options,
            }
        )
        while not (running_port(data) == port and accepts_connections(port)):
            if self._supervisor.poll() is not None:
                return None
            time.sleep(0.01)
        return port

    def _stale_pid_environment(self) -> dict[str, str]:
        """Return the environment that makes PostgreSQL ignore the process id of a stale lock file.

        PostgreSQL does not start while a process of that id exists, even a zombie or another program after a reboot.
        The variable, meant for the parent of pg_ctl, exempts one id from this check. PostgreSQL still checks for
        processes that use the old server's shared memory.
        """
        pid = supervisor.postmaster_pid(self.cluster.data)
        return {"PG_GRANDPARENT_PID": str(pid)} if pid else {}

    def _start_supervisor(self, start: dict | None) -> None:
        home = self.cluster.home
        arguments = {
            "users": str(home / "users.lock"),
            "alive": str(home / "alive.lock"),
            "data": str(self.cluster.data),
            "start": start,
        }
        os.close(self._open("alive.lock"))
        with open(os.open(self.cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-I", supervisor.__file__, json.dumps(arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )

    def _log_since(self, position: int) -> str:
        with self.cluster.log.open("rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace")

    def _startup_error(self, log_text: str) -> str:
        reasons = [line.partition("FATAL:")[2] or line for line in log_text.splitlines() if "FATAL:" in line]
        reason = (reasons or log_text.strip().splitlines() or ["it said nothing"])[-1].strip()
        return f"The embedded database did not start: {reason} (its log is {self.cluster.log})."


def running_port(data: Path) -> int | None:
    """Return the port of the data folder's live server from its lock file; None if it is not ready."""
    pid = supervisor.postmaster_pid(data)
    if pid is None or not supervisor.is_postmaster(pid, data):
        return None
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    return int(lines[3]) if len(lines) > 7 and lines[7].strip() == "ready" else None


def accepts_connections(port: int) -> bool:
    """Return whether the server accepts connections; only pg_isready tells this from starting or stopping."""
    process = subprocess.run(
        [client_binary("pg_isready"), "-q", "-h", HOST, "-p", str(port)],
        env=SERVER_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
    )
    return process.returncode == 0


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
