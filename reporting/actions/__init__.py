"""The actions of the workflow of commitments, reports, assessments and answers, and of reporting cycles.

Each action locks the row, checks the permission through the row's queryset, checks the rules (`reporting.rules`), and
writes a history line with its own name as the change reason. It raises ValidationError with messages by field if a rule
is broken, and PermissionDenied if the person may not act. Loads from a file (`publish_past`, `record_past_report`) have
no author, and the two-person rule does not apply to them. Commands may open and close cycles (`by=None`).
Start at `workflow`; the other modules are imported as `actions.submit(...)` too.
"""

from reporting.actions.contributions import contribute
from reporting.actions.cycles import close_cycle, open_cycle, remind_cycle, reopen_cycle
from reporting.actions.drafts import BY_TOKEN, IMPORT, add_evidence, remove_evidence, write_draft
from reporting.actions.loading import LOAD, publish_past, record_past_report
from reporting.actions.preview import as_published, fallback_status
from reporting.actions.rows import record_involved_agencies, state_refusal
from reporting.actions.workflow import publish, restore, send_back, submit, withdraw

__all__ = [
    "BY_TOKEN",
    "IMPORT",
    "LOAD",
    "add_evidence",
    "as_published",
    "close_cycle",
    "contribute",
    "fallback_status",
    "open_cycle",
    "publish",
    "publish_past",
    "record_involved_agencies",
    "record_past_report",
    "remind_cycle",
    "remove_evidence",
    "reopen_cycle",
    "restore",
    "send_back",
    "state_refusal",
    "submit",
    "withdraw",
    "write_draft",
]
