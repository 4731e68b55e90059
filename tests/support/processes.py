"""Real processes for the tests of the embedded server and of `run`: a clean environment, and who is still alive."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

PROCESS_TIMEOUT = 120


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A temporary folder that the server's unprivileged account may enter; pytest's own is closed to it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def environment(var: Path, **more: str) -> dict[str, str]:
    """Return the environment of a newcomer's shell: none of this suite's settings, a trial in this folder."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE", "HOME", "PATH"))}
    own = {"PORTAL_VAR": str(var), "PORTAL_STATE": str(var.parent / "state"), "TRIAL": "1"}
    return kept | own | more


def start(*command: str, env: dict[str, str]) -> subprocess.Popen:
    """Start a Python process of the portal; its output is read line by line, errors included."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(*command: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=PROCESS_TIMEOUT,
        check=False,
    )


def forked(function: Callable[[], object]) -> int:
    """A copy of this process that does something, with a connection to the database of its own; its id.

    It ends with 0, or with 1 and a traceback; for where the process is a second actor, and not how it starts.
    """
    child = os.fork()
    if child:
        return child
    status = 1
    inherited = connections[DEFAULT_DB_ALIAS]  # kept, as its end would tell the server that the parent's session ends
    try:
        connections[DEFAULT_DB_ALIAS] = inherited.copy()
        function()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a zombie is dead, and whoever inherited it will collect it."""
    return [process for process in processes if not _is_dead(process)]


def _is_dead(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def kill_all(processes: Iterable[psutil.Process]) -> None:
    """`kill -9`, and wait until they are gone: the signal takes effect only when the kernel comes to it."""
    processes = list(processes)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: not alive(processes), "killed processes end")


def processes_on(folder: Path) -> list[psutil.Process]:
    """Everything alive that works on the data in this folder: servers, their children and their supervisors."""
    processes = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(str(folder) in word for word in words):
            with suppress(psutil.NoSuchProcess):  # ended while we looked
                processes += [process, *process.children(recursive=True)]
    return processes


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PROCESS_TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
