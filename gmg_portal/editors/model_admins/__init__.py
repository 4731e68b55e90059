"""The ModelAdmin classes of all apps; importing this package registers them.

Start with `agencies`, which has the least code; `workflow` is the base class of all rows under review. Their
further pages are in `editors.views`.
"""

from gmg_portal.editors.model_admins import (
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
