"""The tables of commitments and reporting in the editor area; importing this package registers them.

Start with `workflow`, the base class of all tables of the review workflow. Their further pages are in `editors.views`.
"""

from gmg_portal.editors.tables import (
    assessment,
    autosaved_form,
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
    "autosaved_form",
    "child_rows",
    "commitment",
    "contribution",
    "correction",
    "cycle",
    "notification_log",
    "report",
]
