"""The registry of charts: each is built from a query of the register, for pages and files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from commitments.models import Commitment
from gmg_portal.website.charts import bars, flows, matrices, reporting_chart, timeline_chart
from gmg_portal.website.charts.figures import Figure
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.query import RegisterQuery
from register.statistics.counts import QueryParams, freshness_counts, status_counts
from register.statistics.flow import flow
from register.statistics.matrix import MATRIX_COLUMNS, matrix
from register.statistics.reporting_cycles import reporting
from register.statistics.timeline import commitment_timeline


@dataclass(frozen=True)
class ChartQuery:
    """The commitments that a query of the register selects, as of a day, and the query's filters by name.

    `label` shows the filters: 'Lead: ILO, Status: Completed'.
    """

    rows: QuerySet[Commitment]
    filters: QueryParams
    day: date | None
    label: str

    @classmethod
    def parse(cls, params: QueryDict) -> Self:
        """Return the query of these parameters. Raises ValueError with all messages if one is unknown or invalid."""
        query = RegisterQuery.parse(params)
        if query.errors:
            raise ValueError(" ".join(query.errors))
        filters = {
            name: values
            for name, values in query.params.lists()
            if name not in CommitmentFilter.NON_FILTER_PARAMS and any(values)
        }
        label = ", ".join(f"{choice.label}: {choice.value}" for choice in query.active_filters)
        return cls(query.rows().published(query.day), filters, query.day, label)

    @classmethod
    def build(cls, filters: Mapping[str, object], day: date | None = None) -> Self:
        """Return the query with these filters; each value may be a list. Raises ValueError like `parse`."""
        params = QueryDict(mutable=True)
        for name, value in filters.items():
            params.setlist(name, [str(item) for item in (value if isinstance(value, list | tuple) else [value])])
        if day:
            params["as_of"] = day.isoformat()
        return cls.parse(params)


ChartBuilder = Callable[[str, str, ChartQuery, str], Figure]


def _status(name: str, title: str, query: ChartQuery, _by: str) -> Figure:
    counts = status_counts(query.rows, query.day, query.filters)
    return bars.bars(name, title, _("Status"), counts, rtl=get_language_bidi())


def _freshness(name: str, title: str, query: ChartQuery, _by: str) -> Figure:
    counts = freshness_counts(query.rows, query.day, query.filters)
    return bars.bars(name, title, _("Freshness"), counts, rtl=get_language_bidi())


def _reports(name: str, title: str, query: ChartQuery, _by: str) -> Figure:
    return reporting_chart.reports(name, title, reporting(query.rows, query.day), rtl=get_language_bidi())


def _flow(name: str, title: str, query: ChartQuery, _by: str) -> Figure:
    return flows.flow(name, title, flow(query.rows, query.filters, query.day), rtl=get_language_bidi())


def _matrix(name: str, title: str, query: ChartQuery, by: str) -> Figure:
    table = matrix(query.day, by, query.rows, query.filters)
    return matrices.matrix(name, title, table, rtl=get_language_bidi())


CHARTS: dict[str, ChartBuilder] = {
    "status": _status,
    "freshness": _freshness,
    "reports": _reports,
    "flow": _flow,
    "matrix": _matrix,
}


def build_chart(name: str, id: str, query: ChartQuery, *, title: str = "", by: str = MATRIX_COLUMNS[0]) -> Figure:
    """Return one of `CHARTS` for the commitments of a query; `by` chooses the columns of a matrix."""
    titles = {
        "status": _("Commitments by status"),
        "freshness": _("Commitments by freshness"),
        "reports": _("Reports by year and by cycle"),
        "flow": _("From agenda point over recommendation to status"),
        "agenda_point": _("Commitments by lead and agenda point"),
        "matrix_status": _("Commitments by lead and status"),
        "matrix_freshness": _("Commitments by lead and freshness"),
    }
    key = name if name != "matrix" else by if by == "agenda_point" else f"matrix_{by}"
    return CHARTS[name](id, title or titles[key], query, by)


def build_timeline_chart(id: str, commitment: Commitment, day: date | None, *, title: str = "") -> Figure:
    """Return the timeline of a commitment that is public on the day."""
    timeline = commitment_timeline(commitment, day)
    return timeline_chart.commitment_timeline(id, title or _("Timeline"), timeline, rtl=get_language_bidi())
