#!/usr/bin/env python3
"""Entry point of every command of the portal."""

import importlib.util
import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
OWN_PYTHON = BASE_DIR / ".venv" / "bin" / "python"


def main() -> None:
    """Run a command. Errors of the configuration and of the database server are printed without a traceback."""
    use_own_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gmg_portal.settings")
    choose_trial()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from foundation.postgresql.account import EmbeddedError
    from foundation.postgresql.session_limits import disable_limits
    from gmg_portal.audit.request_context import set_command_context

    try:
        set_command_context(sys.argv)
        disable_limits(sys.argv)
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EmbeddedError) as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        sys.exit(130)


def use_own_environment() -> None:
    """Run again with the Python of `.venv`, if this one has no Django and `make` has made that one."""
    if importlib.util.find_spec("django") is None and OWN_PYTHON.exists():
        os.execv(OWN_PYTHON, [str(OWN_PYTHON), *sys.argv])  # noqa: S606 – its own file, no shell


def choose_trial() -> None:
    """Set TRIAL where nothing else is configured: for `run`, and for commands in the folder of a trial."""
    from gmg_portal.trial.marker import is_marked

    if sys.argv[1:2] == ["run"]:
        os.environ.setdefault("TRIAL", "1")  # what `run` serves is a trial by definition
    elif is_marked(os.environ, BASE_DIR):
        os.environ["TRIAL"] = "1"
        print("Working on the trial in this folder (TRIAL=1).", file=sys.stderr)


if __name__ == "__main__":
    main()
