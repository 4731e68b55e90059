"""The models of commitments, one module for each subject; import them from here."""

from commitments.choices import Freshness, Outlook, Status, Verification
from commitments.models.commitment import Commitment
from commitments.models.milestone import Milestone
from commitments.models.movement import CommitmentMovement, Movement
from commitments.models.partner import Partner
from commitments.models.stakeholder import Stakeholder
from commitments.models.withdrawal import Withdrawal

__all__ = [
    "Commitment",
    "CommitmentMovement",
    "Freshness",
    "Milestone",
    "Movement",
    "Outlook",
    "Partner",
    "Stakeholder",
    "Status",
    "Verification",
    "Withdrawal",
]
