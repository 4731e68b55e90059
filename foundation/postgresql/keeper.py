"""Keep one PostgreSQL server for as long as any process uses it.

Run as a script, by path, with one JSON argument; needs the standard library alone. The keeper is the server's parent,
so that no dead server is left for an init process that may not collect it, and it waits for the exclusive lock
on the file on which every user of the server holds a shared lock. The kernel drops the lock of a process however that
ends, so the server stops after its last user even when that was killed.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path


def postmaster_pid(data: Path) -> int | None:
    """The process that the data folder names as its server, alive or not."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether that process is a live server on this data folder, not a zombie and not a stranger with the same id."""
    process = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        return _is_alive(pid)
    try:
        return os.fsencode(data) in (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def stop(data: Path, seconds: float = 30) -> bool:
    """Stop the server (fast: sessions are ended, everything committed is kept) and wait; whether it is gone."""
    deadline = time.monotonic() + seconds
    pid = postmaster_pid(data)
    if pid is None or not is_postmaster(pid, data):
        return True
    os.kill(pid, signal.SIGINT)
    while is_postmaster(pid, data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def keep(users: Path, alive: Path, data: Path, start: dict | None) -> int:
    """Start the server (`start`: arguments of `Popen`; None adopts a running one), and stop it after its last user."""
    if not locked(os.open(alive, os.O_RDONLY)):
        return 0
    if start:
        postmaster = subprocess.Popen(stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, **start)
        gone = postmaster.wait
    else:
        gone = partial(_wait_for_end, data)
    threading.Thread(target=_leave_after, args=[gone], daemon=True).start()
    fcntl.flock(os.open(users, os.O_RDONLY), fcntl.LOCK_EX)
    stop(data)
    gone()
    return 0


def locked(descriptor: int) -> bool:
    """Take the exclusive lock on an open file, unless somebody holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_end(data: Path) -> None:
    """Wait for the end of a server that is not our child."""
    while (pid := postmaster_pid(data)) and is_postmaster(pid, data):
        time.sleep(0.2)


def _leave_after(gone: Callable[[], object]) -> None:
    """End this process with the server: its main thread waits for a lock, and nothing gentler interrupts that."""
    gone()
    os._exit(0)


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    sys.exit(keep(Path(order["users"]), Path(order["alive"]), Path(order["data"]), order["start"]))
