"""The models of the register, one module for each subject; import them from here."""

from commitments.models.assessment import Answer, Assessment
from commitments.models.choices import Freshness, Outlook, Status, Verification
from commitments.models.commitment import Commitment, Milestone, Partner, Stakeholder
from commitments.models.contribution import Contribution
from commitments.models.mistake import Mistake
from commitments.models.notice import Digest, Notice
from commitments.models.public_changes import CommitmentMovement, ReportMovement
from commitments.models.report import Evidence, ProgressReport, ReportingCycle, StatusChange
from commitments.models.withdrawal import Withdrawal
from commitments.models.working_copy import WorkingCopy

__all__ = [
    "Answer",
    "Assessment",
    "Commitment",
    "CommitmentMovement",
    "Digest",
    "Contribution",
    "Evidence",
    "Freshness",
    "Milestone",
    "Mistake",
    "Notice",
    "Outlook",
    "Partner",
    "ProgressReport",
    "ReportMovement",
    "ReportingCycle",
    "Stakeholder",
    "Status",
    "StatusChange",
    "Verification",
    "Withdrawal",
    "WorkingCopy",
]
