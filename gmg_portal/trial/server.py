"""The web server of a trial: `python -m gmg_portal.trial.server HOST PORT PARENT`, a child of `manage.py run`.

It loads the portal at once, and starts to listen when its parent writes `START_COMMAND` to its standard input.
"""

import ctypes
import os
import signal
import sys

START_COMMAND = b"serve\n"
PR_SET_PDEATHSIG = 1


def load_portal() -> None:
    """Load all modules before the workers fork, so that they are loaded once and share their memory."""
    from django.urls import get_resolver

    import gmg_portal.wsgi  # noqa: F401

    get_resolver().url_patterns  # noqa: B018


def serve(host: str, port: int) -> None:
    """Serve until a signal stops the process. One blocking thread for each worker is the fastest with Django."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "gmg_portal.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=5,
    ).serve()


def end_with_parent(parent: int) -> None:
    """Make the kernel (Linux only) end this process when its parent process ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[3]))
    load_portal()
    if sys.stdin.buffer.readline() == START_COMMAND:
        serve(sys.argv[1], int(sys.argv[2]))
