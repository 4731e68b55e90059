"""How commitments and what hangs on them read in the API.

A day stands at its true precision, as `due_on`: '2014', '2014-03' or '2014-03-05', with `due_precision` beside it:
'year', 'month' or 'day'. Both are null when no day is known. A field without such a companion is a full day.
"""

from commitments.serializers.commitment import CommitmentRowSerializer, CommitmentSerializer
from commitments.serializers.references import CommitmentRefSerializer
from commitments.serializers.report import (
    EvidenceSerializer,
    ReportBodySerializer,
    ReportSerializer,
    StatusChangeSerializer,
)
from commitments.serializers.summary import FreshnessSummarySerializer, GapsSerializer, MatrixSerializer
from commitments.serializers.values import PartialDateField, PrecisionField, WordField

__all__ = [
    "CommitmentRefSerializer",
    "CommitmentRowSerializer",
    "CommitmentSerializer",
    "EvidenceSerializer",
    "FreshnessSummarySerializer",
    "GapsSerializer",
    "MatrixSerializer",
    "PartialDateField",
    "PrecisionField",
    "ReportBodySerializer",
    "ReportSerializer",
    "StatusChangeSerializer",
    "WordField",
]
