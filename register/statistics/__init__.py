"""Statistics for charts, headlines and the API. Drawing code gets their results and never queries the database.

Every count has the query parameters, and with them the address, of the rows that it counts. `day` selects the
record as of the end of that day (UTC). Start with `counts`.
"""

from register.statistics.counts import Count, RegisterLinkMixin, status_counts
from register.statistics.freshness import FreshnessSummary, LeadFreshness, freshness
from register.statistics.gaps import Coverage, Gaps, gaps
from register.statistics.matrix import MATRIX_COLUMNS, Matrix, MatrixCell, MatrixRow, matrix

__all__ = [
    "MATRIX_COLUMNS",
    "Count",
    "Coverage",
    "RegisterLinkMixin",
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
