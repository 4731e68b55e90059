"""Mark a folder of data as that of a trial, so that later commands in it need no settings.

Imported before the settings, and so by nothing but the standard library.
"""

from collections.abc import Mapping
from pathlib import Path

NAME = "trial"
TEXT = "This folder belongs to a trial of the portal. manage.py reads this file; see README.md.\n"
# One of these in the environment means that an installation is configured.
CONFIGURATION = ("TRIAL", "SECRET_KEY", "DATABASE_URL", "DEBUG")


def write_marker(var_dir: Path) -> None:
    """Mark `var_dir` as the data of a trial."""
    (var_dir / NAME).write_text(TEXT, encoding="utf-8")


def is_marked(environ: Mapping[str, str], base_dir: Path) -> bool:
    """Return whether commands in this environment work on a marked trial.

    An environment that configures an installation is never one of a trial, even in a marked folder.
    """
    if any(name in environ for name in CONFIGURATION):
        return False
    return (Path(environ.get("PORTAL_VAR") or base_dir / "var") / NAME).is_file()
