"""The models of reporting, one module for each subject; import them from here."""

from reporting.models.assessment import Answer, Assessment
from reporting.models.autosave import AutosavedForm
from reporting.models.contribution import Contribution
from reporting.models.correction import Correction
from reporting.models.cycle import ReportingCycle
from reporting.models.evidence import Evidence
from reporting.models.movement import ReportMovement
from reporting.models.notification import Digest, Notification
from reporting.models.report import ProgressReport
from reporting.models.status_change import StatusChange

__all__ = [
    "Answer",
    "Assessment",
    "Contribution",
    "Digest",
    "Evidence",
    "Correction",
    "Notification",
    "ProgressReport",
    "ReportMovement",
    "ReportingCycle",
    "StatusChange",
    "AutosavedForm",
]
