"""Which figures there are, and how each is made from a question of the register: for pages and files alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from commitments.filters import CommitmentFilter
from commitments.models import Commitment
from commitments.summaries.counts import Words, freshness_counts, status_counts
from commitments.summaries.flow import flow
from commitments.summaries.matrix import MATRIX_COLUMNS, matrix
from commitments.summaries.rounds import rounds
from gmg_portal.charts import figures
from gmg_portal.charts.figures import Figure


@dataclass(frozen=True)
class Asked:
    """The rows that a question finds, with their standing; its words; and its day."""

    rows: CommitmentFilter
    words: Words
    day: date | None


def asked(words: Mapping[str, object], day: date | None = None) -> Asked:
    """Read register words given as values or lists of values; a word that is not known raises ValueError."""
    data = QueryDict(mutable=True)
    for word, value in words.items():
        data.setlist(word, [str(each) for each in (value if isinstance(value, list | tuple) else [value])])
    if day:
        data["as_of"] = day.isoformat()
    filterset = CommitmentFilter(data, queryset=Commitment.objects.all())
    if not filterset.is_valid():
        raise ValueError(filterset.errors.as_text())
    return Asked(filterset, dict(words), day)


def _status(name: str, title: str, of: Asked, rtl: bool) -> Figure:
    return figures.bars(name, title, status_counts(of.rows.qs, of.day, of.words), rtl=rtl)


def _freshness(name: str, title: str, of: Asked, rtl: bool) -> Figure:
    return figures.bars(name, title, freshness_counts(of.rows.qs, of.day, of.words), rtl=rtl)


def _reports(name: str, title: str, of: Asked, rtl: bool) -> Figure:
    return figures.reports(name, title, rounds(of.rows.qs, of.day), rtl=rtl)


def _flow(name: str, title: str, of: Asked, rtl: bool) -> Figure:
    return figures.flow(name, title, flow(of.rows.qs, of.words, of.day), rtl=rtl)


def matrix_figure(name: str, by: str, day: date | None, *, rtl: bool = False) -> Figure:
    """Leads × one of `MATRIX_COLUMNS`; of the whole register."""
    titles = dict(
        zip(
            MATRIX_COLUMNS,
            (
                _("Commitments by lead and agenda point"),
                _("Commitments by lead and status"),
                _("Commitments by lead and freshness"),
            ),
            strict=True,
        )
    )
    return figures.matrix(name, titles[by], matrix(day, by), rtl=rtl)


CHARTS: dict[str, Callable[[str, str, Asked, bool], Figure]] = {
    "status": _status,
    "freshness": _freshness,
    "reports": _reports,
    "flow": _flow,
}
