"""The tables of reporting; importing this package registers them.

Start with `report`; `last_report` fills a new report with the values of the last one.
"""

from gmg_portal.editors.tables.reporting import (
    assessment,
    autosaved_form,
    contribution,
    correction,
    cycle,
    notification_log,
    report,
)

__all__ = ["assessment", "autosaved_form", "contribution", "correction", "cycle", "notification_log", "report"]
