"""The register: one module a subject, each name to be had from here."""

from commitments.models.assessment import Assessment
from commitments.models.commitment import Commitment, Milestone, Partner, Stakeholder
from commitments.models.report import Evidence, ProgressReport, ReportingCycle, StatusChange
from commitments.models.words import Freshness, Outlook, Status, Verification

__all__ = [
    "Assessment",
    "Commitment",
    "Evidence",
    "Freshness",
    "Milestone",
    "Outlook",
    "Partner",
    "ProgressReport",
    "ReportingCycle",
    "Stakeholder",
    "Status",
    "StatusChange",
    "Verification",
]
