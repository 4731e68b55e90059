"""Start the embedded PostgreSQL when it is needed, share it between processes, stop it after the last of them.

Three lock files beside the data folder hold the whole protocol; the kernel releases them however a process ends.
- `users.lock`: every process that uses the server holds it shared for its life. Whoever gets it exclusively knows that
  nobody uses the server, and may stop it.
- `starting.lock`: held exclusively by the one user that looks whether the server runs, and starts it.
- `alive.lock`: held exclusively by the keeper, the server's parent process (`keeper.py`).
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

from foundation.postgresql import keeper
from foundation.postgresql.cluster import (
    ENVIRONMENT,
    ROLE,
    Cluster,
    EmbeddedError,
    client_binary,
    locate,
    prepare,
    server_binaries,
)

HOST = "127.0.0.1"
# An earlier server that was killed may leave children at work on its memory for a while; recovery takes time too.
PATIENCE = 60
PORTS_TRIED = 5
PORT_TAKEN = "could not create any TCP/IP sockets"
MEMORY_IN_USE = "pre-existing shared memory block"


@dataclass(frozen=True)
class Endpoint:
    """What a client needs to connect."""

    host: str
    port: int
    user: str
    password: str


@cache
def server_for(var_dir: Path) -> "Server":
    """The one server of a folder in this process."""
    return Server(var_dir)


class Server:
    """A process's hold on the server of one folder. Safe for threads, and for `fork`: a child takes its own hold."""

    def __init__(self, var_dir: Path):
        self.var_dir = var_dir
        self._forget()
        os.register_at_fork(after_in_child=self._forget_inherited)

    def _forget(self) -> None:
        self._lock = threading.RLock()
        self._cluster: Cluster | None = None
        self._users: int | None = None
        self._keeper: subprocess.Popen | None = None

    def _forget_inherited(self) -> None:
        # The lock belongs to the open file that parent and child share: the child may close its copy, never convert it.
        if self._users is not None:
            os.close(self._users)
        self._forget()

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            self._cluster = locate(self.var_dir)
        return self._cluster

    def endpoint(self) -> Endpoint:
        """Say where the server listens; it is started if it does not run. Raises EmbeddedError."""
        with self._lock:
            port = self._users is not None and running_port(self.cluster.data)
            return Endpoint(HOST, port or self._hold(), ROLE, self.cluster.password)

    def _hold(self) -> int:
        """Register as a user, and start the server if need be; its port."""
        if self._users is None:
            self._users = self._open("users.lock")
            fcntl.flock(self._users, fcntl.LOCK_SH)  # waits while the server is being stopped
            atexit.register(self.release)
        with self._locked("starting.lock"):
            port = running_port(self.cluster.data)
            if not port:
                self._wait_for_former_keeper()
                port = self._start()
            elif self._is_free("alive.lock"):
                self._keep(start=None)
            return port

    def release(self) -> None:
        """Stop using the server; the last user stops it and returns when it is gone."""
        with self._lock:
            if self._users is None:
                return
            atexit.unregister(self.release)
            users, self._users = self._users, None
            if keeper.locked(users):
                keeper.stop(self.cluster.data)
                self._wait_for_former_keeper(seconds=2)
            else:
                # Somebody else uses it and will stop it. Or the keeper was quicker than we: then this waits for it.
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

    def _is_free(self, name: str) -> bool:
        descriptor = self._open(name)
        try:
            return keeper.locked(descriptor)
        finally:
            os.close(descriptor)

    def _wait_for_former_keeper(self, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_free("alive.lock") and time.monotonic() < deadline:
            time.sleep(0.01)
        if self._keeper:  # our own child, to be collected
            with suppress(subprocess.TimeoutExpired):
                self._keeper.wait(timeout=1)

    def _start(self) -> int:
        """Start the server on a free port, and wait until it accepts connections."""
        binaries = server_binaries(self.cluster)
        prepare(self.cluster, binaries)
        deadline = time.monotonic() + PATIENCE
        ports_left = PORTS_TRIED
        while True:
            before = self.cluster.log.stat().st_size if self.cluster.log.exists() else 0
            if port := self._try_start(binaries, free_port()):
                return port
            said = self._log_since(before)
            if PORT_TAKEN in said and ports_left:
                ports_left -= 1
            elif MEMORY_IN_USE in said and time.monotonic() < deadline:
                time.sleep(0.2)
            else:
                raise EmbeddedError(self._why_not(said))

    def _try_start(self, binaries: Path, port: int) -> int | None:
        """Start once; the port, or None if the server ended instead of serving."""
        data = self.cluster.data
        self._keep(
            start={
                "args": [
                    *(str(binaries / "postgres"), "-D", str(data), "-p", str(port)),
                    *("-c", f"listen_addresses={HOST}", "-c", "unix_socket_directories="),
                ],
                "env": ENVIRONMENT | self._passed_over(),
                "cwd": "/",
                **self.cluster.popen,
            }
        )
        while not (running_port(data) == port and accepts_connections(port)):
            if self._keeper.poll() is not None:
                return None
            time.sleep(0.01)
        return port

    def _passed_over(self) -> dict[str, str]:
        """Tell PostgreSQL that the process named by a stale lock file is not a server.

        It refuses to start while a process of that id exists, be it a zombie or a stranger after a restart of the
        machine. This variable, meant for the parent of pg_ctl, exempts one id from that check; the check that matters,
        for processes still at work on the old server's memory, is done all the same.
        """
        pid = keeper.postmaster_pid(self.cluster.data)
        return {"PG_GRANDPARENT_PID": str(pid)} if pid else {}

    def _keep(self, start: dict | None) -> None:
        home = self.cluster.home
        order = {
            "users": str(home / "users.lock"),
            "alive": str(home / "alive.lock"),
            "data": str(self.cluster.data),
            "start": start,
        }
        os.close(self._open("alive.lock"))
        with open(os.open(self.cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", keeper.__file__, json.dumps(order)],
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

    def _why_not(self, said: str) -> str:
        reasons = [line.partition("FATAL:")[2] or line for line in said.splitlines() if "FATAL:" in line]
        reason = (reasons or said.strip().splitlines() or ["it said nothing"])[-1].strip()
        return f"The embedded database did not start: {reason} (its log is {self.cluster.log})."


def running_port(data: Path) -> int | None:
    """The port of the live server on this data folder once it is ready, read from its lock file."""
    pid = keeper.postmaster_pid(data)
    if pid is None or not keeper.is_postmaster(pid, data):
        return None
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    return int(lines[3]) if len(lines) > 7 and lines[7].strip() == "ready" else None


def accepts_connections(port: int) -> bool:
    """Ask the server itself; nothing else tells a starting or dying one from one that serves."""
    asked = subprocess.run(
        [client_binary("pg_isready"), "-q", "-h", HOST, "-p", str(port)], env=ENVIRONMENT, stdin=subprocess.DEVNULL
    )
    return asked.returncode == 0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
