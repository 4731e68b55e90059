"""Serializers of commitments and related rows for the API.

Dates have their true precision, as `deadline_on`: '2014', '2014-03' or '2014-03-05'. The precision, 'year', 'month' or
'day', is in `deadline_precision`. Both are null when no day is known. A field without a precision is a full day.
"""

from register.serializers.commitment import CommitmentRowSerializer, CommitmentSerializer
from register.serializers.references import CommitmentRefSerializer
from register.serializers.report import (
    EvidenceSerializer,
    ReportBodySerializer,
    ReportSerializer,
    StatusChangeSerializer,
)
from register.serializers.summary import FreshnessSummarySerializer, GapsSerializer, MatrixSerializer
from register.serializers.values import NullableChoiceField, PartialDateField, PrecisionField

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
    "NullableChoiceField",
]
