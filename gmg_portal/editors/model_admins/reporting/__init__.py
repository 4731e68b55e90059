"""The ModelAdmin classes of reporting; importing this package registers them.

Start with `report`; `last_report` fills a new report with the values of the last one.
"""

from gmg_portal.editors.model_admins.reporting import (
    assessment,
    autosaved_form,
    contribution,
    correction,
    cycle,
    notification_log,
    report,
)

__all__ = ["assessment", "autosaved_form", "contribution", "correction", "cycle", "notification_log", "report"]
