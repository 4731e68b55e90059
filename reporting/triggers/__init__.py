"""Triggers on the tables of this app: one module a subject. Models list them in `Meta.triggers`.

`register` adds those that reporting needs on the table of commitments: their status and their search follow reports.
"""

from commitments.models import Commitment
from commitments.triggers import REVIEWED_BY_SOMEBODY
from foundation.postgresql.triggers import APPEND_ONLY
from reporting.triggers.independence import ANSWER_INDEPENDENT, ASSESSMENT_INDEPENDENT, REPORT_INDEPENDENT
from reporting.triggers.publication import (
    CONTRIBUTION_OF_A_PARTNER,
    PUBLISHED_ANSWER_IS_FIXED,
    PUBLISHED_ASSESSMENT_IS_FIXED,
    PUBLISHED_CONTRIBUTION_IS_FIXED,
    PUBLISHED_EVIDENCE_IS_FIXED,
    PUBLISHED_REPORT_IS_FIXED,
)
from reporting.triggers.search import SEARCH_OF_COMMITMENT, SEARCH_OF_REPORT
from reporting.triggers.status import REPORT_GIVES_STATUS, STATUS_IS_REPORTED

__all__ = [
    "ANSWER_INDEPENDENT",
    "APPEND_ONLY",
    "ASSESSMENT_INDEPENDENT",
    "CONTRIBUTION_OF_A_PARTNER",
    "PUBLISHED_ANSWER_IS_FIXED",
    "PUBLISHED_ASSESSMENT_IS_FIXED",
    "PUBLISHED_CONTRIBUTION_IS_FIXED",
    "PUBLISHED_EVIDENCE_IS_FIXED",
    "PUBLISHED_REPORT_IS_FIXED",
    "REPORT_GIVES_STATUS",
    "REPORT_INDEPENDENT",
    "REVIEWED_BY_SOMEBODY",
    "SEARCH_OF_REPORT",
    "register",
]


def register() -> None:
    """Register the triggers on commitments with their model."""
    STATUS_IS_REPORTED.register(Commitment)
    SEARCH_OF_COMMITMENT.register(Commitment)
