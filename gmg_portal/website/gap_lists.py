"""The lists of gaps, each with its address: its heading, what it says when it is empty, and its rows as a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from commitments.models import Commitment
from commitments.statistics import Coverage, Gaps, gaps
from commitments.statistics.gaps import disputed, silent, undated
from gmg_portal.open_data.columns import Value
from gmg_portal.open_data.views import bad_request, parse_as_of, requested_format

Row = Coverage | Commitment


@dataclass(frozen=True)
class GapList:
    """One list: its rows, and the columns of its file. `kind` says how a page shows it."""

    slug: str
    title: str
    none: str
    kind: str
    rows: list[Row] | QuerySet[Commitment]

    @cached_property
    def count(self) -> int:
        return self.rows.count() if isinstance(self.rows, QuerySet) else len(self.rows)


@dataclass(frozen=True)
class Subject:
    """Agenda points, recommendations, levels or members: their lists of gaps, and all of them with what answers."""

    slug: str
    title: str
    lists: list[GapList]
    rows: list[Coverage]


# By subject, and by what is wanting: the heading, and the good news when nothing is.
TITLES = {
    "points": _("Agenda points"),
    "recommendations": _("Recommendations"),
    "levels": _("Levels of recommendations"),
    "members": _("Members"),
}
WANTING = {
    "commitment": _("No commitment"),
    "date": _("No due day"),
    "report_in_cycle": _("No report in this cycle"),
    "report": _("No report at all"),
}
SLUGS = {"commitment": "commitment", "date": "date", "report_in_cycle": "report", "report": "report"}
SENTENCES = {
    ("points", "commitment"): (_("Points without a commitment"), _("Every point has a commitment.")),
    ("points", "date"): (
        _("Points without a due day"),
        _("Every point that has commitments has one with a due day."),
    ),
    ("points", "report_in_cycle"): (
        _("Points without a report in this cycle"),
        _("Every point of which this cycle asks a report has one."),
    ),
    ("points", "report"): (
        _("Points without any report"),
        _("Every point that has commitments has been reported on."),
    ),
    ("recommendations", "commitment"): (
        _("Recommendations without a commitment"),
        _("Every recommendation has a commitment."),
    ),
    ("recommendations", "date"): (
        _("Recommendations without a due day"),
        _("Every recommendation that has commitments has one with a due day."),
    ),
    ("recommendations", "report_in_cycle"): (
        _("Recommendations without a report in this cycle"),
        _("Every recommendation of which this cycle asks a report has one."),
    ),
    ("recommendations", "report"): (
        _("Recommendations without any report"),
        _("Every recommendation that has commitments has been reported on."),
    ),
    ("levels", "commitment"): (_("Levels without a commitment"), _("Every level has a commitment.")),
    ("levels", "date"): (
        _("Levels without a due day"),
        _("Every level that has commitments has one with a due day."),
    ),
    ("levels", "report_in_cycle"): (
        _("Levels without a report in this cycle"),
        _("Every level of which this cycle asks a report has one."),
    ),
    ("levels", "report"): (
        _("Levels without any report"),
        _("Every level that has commitments has been reported on."),
    ),
    ("members", "commitment"): (_("Members without a commitment"), _("Every member leads a commitment.")),
    ("members", "date"): (
        _("Members without a due day"),
        _("Every member that leads commitments has one with a due day."),
    ),
    ("members", "report_in_cycle"): (
        _("Members without a report in this cycle"),
        _("Every member of which this cycle asks a report has given one."),
    ),
    ("members", "report"): (
        _("Members without any report"),
        _("Every member that leads commitments has reported."),
    ),
}


def subjects(found: Gaps) -> list[Subject]:
    """The lists of points, recommendations, levels and members; a report is that of the cycle, if one has opened."""
    wanting = ("commitment", "date", "report_in_cycle" if found.cycle else "report")
    return [
        Subject(
            subject,
            title,
            [_coverage_list(subject, word, getattr(found, subject)) for word in wanting],
            getattr(found, subject),
        )
        for subject, title in TITLES.items()
    ]


def _coverage_list(subject: str, word: str, rows: list[Coverage]) -> GapList:
    title, none = SENTENCES[subject, word]
    kept = [row for row in rows if word in row.lacks]
    kind = "nothing" if word == "commitment" else "coverage"
    return GapList(f"{subject}-without-{SLUGS[word]}", title, none, kind, kept)


def commitment_lists(day: date | None, found: Gaps | None = None) -> list[GapList]:
    """Commitments that are disputed, without a due day, or silent: the longest silent first."""
    return [make(day, found) for make in COMMITMENTS.values()]


def _disputed(day: date | None, found: Gaps | None) -> GapList:
    return GapList(
        "disputed-commitments",
        _("Commitments on which lead and assessor disagree"),
        _("No assessor disagrees with a lead."),
        "disputed",
        found.disputed if found else list(disputed(day)),
    )


def _undated(day: date | None, _found: Gaps | None) -> GapList:
    return GapList(
        "commitments-without-date",
        _("Commitments without a due day"),
        _("Every commitment has a due day."),
        "commitments",
        undated(day),
    )


def _silent(day: date | None, _found: Gaps | None) -> GapList:
    return GapList(
        "silent-commitments",
        _("Commitments never reported on, or overdue in this cycle"),
        _("Every commitment has been reported on, and none is overdue."),
        "commitments",
        silent(day),
    )


COMMITMENTS: dict[str, Callable[[date | None, Gaps | None], GapList]] = {
    "disputed-commitments": _disputed,
    "commitments-without-date": _undated,
    "silent-commitments": _silent,
}
COVERAGES = {f"{subject}-without-{slug}": subject for subject in TITLES for slug in SLUGS.values()}


@require_safe
def gap_file(request: HttpRequest, name: str) -> HttpResponse:
    """One list whole, as CSV."""
    if name not in COMMITMENTS and name not in COVERAGES:
        raise Http404("There is no such list of gaps.")
    try:
        kind = requested_format(request, "csv")
        day = parse_as_of(request, {"as_of"})
    except ValidationError as refusal:
        return bad_request(refusal)
    chosen = COMMITMENTS[name](day, None) if name in COMMITMENTS else _of(name, gaps(day))
    header, record = FILES[chosen.kind]
    origin = request.build_absolute_uri("/").rstrip("/")
    on = f"-as-of-{day.isoformat()}" if day else ""
    return StreamingHttpResponse(
        kind.write(list(header), [line for row in chosen.rows for line in record(row, origin)]),
        content_type=kind.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}{on}.csv"'},
    )


def _of(name: str, found: Gaps) -> GapList:
    return next(each for subject in subjects(found) for each in subject.lists if each.slug == name)


def _coverage_lines(row: Coverage, origin: str) -> Iterable[list[Value]]:
    yield [
        row.code,
        row.title,
        row.commitments,
        row.dated,
        row.reported,
        row.reported_in_cycle,
        row.owed,
        row.lacks,
        f"{origin}{row.page}",
    ]


def _commitment_lines(row: Commitment, origin: str) -> Iterable[list[Value]]:
    yield [*_named(row), row.standing_freshness, _iso(row.due), _iso(row.last_heard), _page(row, origin)]


def _dispute_lines(row: Commitment, origin: str) -> Iterable[list[Value]]:
    for assessment in row.dissent:
        yield [*_named(row), assessment.assessor, assessment.finding, _iso(assessment.published), _page(row, origin)]


def _named(row: Commitment) -> list[Value]:
    lead = row.lead_agency.code if row.lead_agency else row.workgroup.slug
    return [row.reference, row.title, lead, row.standing_status]


def _iso(on) -> str | None:
    return on.iso if on else None


def _page(row: Commitment, origin: str) -> str:
    return f"{origin}{row.get_absolute_url()}"


COVERAGE = ("code", "title", "commitments", "dated", "reported", "reported_in_cycle", "owed", "lacks", "url")
NAMED = ("reference", "title", "lead", "status")
FILES: dict[str, tuple[tuple[str, ...], Callable[..., Iterable[list[Value]]]]] = {
    "nothing": (COVERAGE, _coverage_lines),
    "coverage": (COVERAGE, _coverage_lines),
    "commitments": ((*NAMED, "freshness", "due", "last_heard", "url"), _commitment_lines),
    "disputed": ((*NAMED, "assessor", "finding", "assessed_on", "url"), _dispute_lines),
}
