"""The tables of commitments and reporting in the editor area; importing this package registers them.

Start with `workflow_admin`, the base class of all tables of the review workflow.
"""

from gmg_portal.editors.tables import (
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
    "child_rows",
    "commitment",
    "contribution",
    "correction",
    "cycle",
    "notification_log",
    "report",
]
