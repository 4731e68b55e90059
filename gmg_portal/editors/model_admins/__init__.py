"""The tables of all apps in the editor area; importing this package registers them.

Start with `agencies`, which has the least code; `workflow` is the base class of all tables of the review workflow. The
further pages of tables are in `editors.views`.
"""

from gmg_portal.editors.tables import (
    accounts,
    agencies,
    agenda,
    child_rows,
    commitment,
    portal,
    recommendations,
    reporting,
    workgroups,
)

__all__ = [
    "accounts",
    "agencies",
    "agenda",
    "child_rows",
    "commitment",
    "portal",
    "recommendations",
    "reporting",
    "workgroups",
]
