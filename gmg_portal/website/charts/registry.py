"""Which figures there are, and how each is made from a question of the register: for pages and files alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from commitments.filters import CommitmentFilter, refusals
from commitments.models import Commitment
from commitments.register import Question
from commitments.statistics.counts import QueryParams, freshness_counts, status_counts
from commitments.statistics.flow import flow
from commitments.statistics.matrix import MATRIX_COLUMNS, matrix
from commitments.statistics.reporting_cycles import reporting
from commitments.statistics.timeline import commitment_timeline
from gmg_portal.website.charts import bars, flows, matrices, reports, stories
from gmg_portal.website.charts.figures import Figure

# How rows are listed and of which day they are; all others find them, and lead to them.
OF_THE_LIST = ("as_of", "ordering")


@dataclass(frozen=True)
class Asked:
    """The rows that a question finds, with their standing; its words; and its day."""

    rows: QuerySet[Commitment]
    words: QueryParams
    day: date | None
    question: Question

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        """Read the words of an address; one that is not known raises ValueError with the reasons."""
        filterset = CommitmentFilter(data, queryset=Commitment.objects.all())
        if not filterset.is_valid():
            raise ValueError(" ".join(refusals(filterset.form)))
        words = {word: values for word, values in filterset.data.lists() if word not in OF_THE_LIST and any(values)}
        return cls(filterset.qs.published(filterset.day), words, filterset.day, Question(filterset.data, filterset))

    @property
    def in_words(self) -> str:
        """The question as people read it: 'Lead: ILO, Status: Completed'."""
        day = self.question.filterset.filters["as_of"].label
        return ", ".join(f"{word.label}: {word.value}" for word in self.question.chosen if word.label != str(day))


def asked(words: Mapping[str, object], day: date | None = None) -> Asked:
    """Read words given as values or lists of values."""
    data = QueryDict(mutable=True)
    for word, value in words.items():
        data.setlist(word, [str(each) for each in (value if isinstance(value, list | tuple) else [value])])
    if day:
        data["as_of"] = day.isoformat()
    return Asked.of(data)


Maker = Callable[[str, str, Asked, str], Figure]


def _status(name: str, title: str, of: Asked, _by: str) -> Figure:
    counts = status_counts(of.rows, of.day, of.words)
    return bars.bars(name, title, _("Status"), counts, rtl=get_language_bidi())


def _freshness(name: str, title: str, of: Asked, _by: str) -> Figure:
    counts = freshness_counts(of.rows, of.day, of.words)
    return bars.bars(name, title, _("Freshness"), counts, rtl=get_language_bidi())


def _reports(name: str, title: str, of: Asked, _by: str) -> Figure:
    return reports.reports(name, title, reporting(of.rows, of.day), rtl=get_language_bidi())


def _flow(name: str, title: str, of: Asked, _by: str) -> Figure:
    return flows.flow(name, title, flow(of.rows, of.words, of.day), rtl=get_language_bidi())


def _matrix(name: str, title: str, of: Asked, by: str) -> Figure:
    return matrices.matrix(name, title, matrix(of.day, by, of.rows, of.words), rtl=get_language_bidi())


CHARTS: dict[str, Maker] = {
    "status": _status,
    "freshness": _freshness,
    "reports": _reports,
    "flow": _flow,
    "matrix": _matrix,
}


def chart(name: str, id: str, of: Asked, *, title: str = "", by: str = MATRIX_COLUMNS[0]) -> Figure:
    """One of `CHARTS` of what a question finds; `by` chooses the columns of a matrix."""
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
    return CHARTS[name](id, title or titles[key], of, by)


def story_chart(id: str, commitment: Commitment, day: date | None, *, title: str = "") -> Figure:
    """The time line of one commitment that is public on the day."""
    return stories.story(id, title or _("Time line"), commitment_timeline(commitment, day), rtl=get_language_bidi())
