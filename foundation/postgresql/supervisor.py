"""Keep one PostgreSQL server running while any process uses it.

Run as a script, by path, with one JSON argument; imports only the standard library. The supervisor is the server's
parent, so that a dead server is not left as a zombie. It waits for the exclusive lock on the file on which every user
of the server holds a shared lock. The kernel releases the lock of a process that ends in any way, so the server stops
after its last user even if that was killed.
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
    """Return the process id in the data folder's lock file, whether the process runs or not."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_postmaster(pid: int, data: Path) -> bool:
    """Return whether a process is a live server of this data folder, not a zombie or another program."""
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


def stop_server(data: Path, seconds: float = 30) -> bool:
    """Stop the server by a fast shutdown and wait. Returns whether it has ended."""
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


def run_supervisor(users: Path, alive: Path, data: Path, start: dict | None) -> int:
    """Start the server and stop it after its last user. Returns the exit status.

    `start` holds the arguments of `Popen`; None takes over a running server.
    """
    if not try_lock(os.open(alive, os.O_RDONLY)):
        return 0
    if start:
        postmaster = subprocess.Popen(stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, **start)
        wait_for_end = postmaster.wait
    else:
        wait_for_end = partial(_wait_for_end, data)
    threading.Thread(target=_exit_after, args=[wait_for_end], daemon=True).start()
    fcntl.flock(os.open(users, os.O_RDONLY), fcntl.LOCK_EX)
    stop_server(data)
    wait_for_end()
    return 0


def try_lock(descriptor: int) -> bool:
    """Take the exclusive lock on an open file. Returns False if another process holds a lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_end(data: Path) -> None:
    """Wait for the end of a server that is not a child of this process."""
    while (pid := postmaster_pid(data)) and is_postmaster(pid, data):
        time.sleep(0.2)


def _exit_after(wait_for_end: Callable[[], object]) -> None:
    """Exit this process when the server ends; `os._exit` because the main thread is blocked by a lock."""
    wait_for_end()
    os._exit(0)


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    sys.exit(
        run_supervisor(Path(arguments["users"]), Path(arguments["alive"]), Path(arguments["data"]), arguments["start"])
    )
