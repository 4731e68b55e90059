"""Numbers for charts, headlines and the API. Nothing here draws, and whoever draws asks no database.

Every count knows the words (and with them the address) that lead to the rows it counts, so that a figure can always
be followed to what stands behind it. `day` asks for the record as it stood at the end of that day (UTC).
"""

from commitments.statistics.counts import Count, Findable, status_counts
from commitments.statistics.freshness import FreshnessSummary, LeadFreshness, freshness
from commitments.statistics.gaps import Coverage, Gaps, gaps
from commitments.statistics.matrix import MATRIX_COLUMNS, Matrix, MatrixCell, MatrixRow, matrix

__all__ = [
    "MATRIX_COLUMNS",
    "Count",
    "Coverage",
    "Findable",
    "FreshnessSummary",
    "Gaps",
    "LeadFreshness",
    "Matrix",
    "MatrixCell",
    "MatrixRow",
    "freshness",
    "gaps",
    "matrix",
    "status_counts",
]
