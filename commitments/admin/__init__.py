"""The editor area of commitments. Importing a module registers its tables with the admin site.

Start with `scoping`, the base class of all tables of the review workflow.
"""

from commitments.admin import (
    assessment,
    autosave,
    child_rows,
    commitment,
    contribution,
    correction,
    cycle,
    notification_log,
    report,
)

__all__ = [
    "assessment",
    "autosave",
    "commitment",
    "contribution",
    "correction",
    "cycle",
    "notification_log",
    "child_rows",
    "report",
]
