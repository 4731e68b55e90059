"""The lists of the page "Gaps": their headings, texts for empty lists, and rows, also as CSV files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from commitments.models import Commitment
from foundation.dates.partial import PartialDate
from foundation.filters.as_of import parse_as_of
from gmg_portal.open_data.table_classes import Value
from gmg_portal.open_data.views import bad_request, requested_format
from register.statistics import Coverage, Gaps, gaps
from register.statistics.gaps import disputed, silent, undated

GapRow = Coverage | Commitment


@dataclass(frozen=True)
class GapList:
    """A list of gaps. `kind` is a key of `CSV_FORMATS` and chooses the columns of the file and the look on the page."""

    slug: str
    title: str
    empty_message: str
    kind: str
    rows: list[GapRow] | QuerySet[Commitment]

    @cached_property
    def count(self) -> int:
        return self.rows.count() if isinstance(self.rows, QuerySet) else len(self.rows)


@dataclass(frozen=True)
class GapSubject:
    """Agenda points, recommendations, levels or members: their lists of gaps, and the coverage of all rows."""

    slug: str
    title: str
    lists: list[GapList]
    rows: list[Coverage]


SUBJECT_TITLES = {
    "points": _("Agenda points"),
    "recommendations": _("Recommendations"),
    "levels": _("Levels of recommendations"),
    "members": _("Members"),
}
# The column headings of the summary, by what is missing.
LACK_LABELS = {
    "commitment": _("No commitment"),
    "date": _("No deadline"),
    "report_in_cycle": _("No report in this cycle"),
    "report": _("No report at all"),
}
# The labels of what a row lacks.
LACK_TAG_LABELS = {
    "commitment": _("no commitment"),
    "date": _("no deadline"),
    "report_in_cycle": _("no report in this cycle"),
    "report": _("no report"),
}
LACK_SLUGS = {"commitment": "commitment", "date": "date", "report_in_cycle": "report", "report": "report"}
# By subject and by what is missing: the title of the list, and the message when it is empty.
LIST_TEXTS = {
    ("points", "commitment"): (_("Points without a commitment"), _("Every point has a commitment.")),
    ("points", "date"): (
        _("Points without a deadline"),
        _("Every point that has commitments has one with a deadline."),
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
        _("Recommendations without a deadline"),
        _("Every recommendation that has commitments has one with a deadline."),
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
        _("Levels without a deadline"),
        _("Every level that has commitments has one with a deadline."),
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
        _("Members without a deadline"),
        _("Every member that leads commitments has one with a deadline."),
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


def gap_subjects(gaps_found: Gaps) -> list[GapSubject]:
    """Return the lists of points, recommendations, levels and members.

    A missing report means one in the newest cycle; before the first cycle opened, any report.
    """
    lacks = ("commitment", "date", "report_in_cycle" if gaps_found.cycle else "report")
    return [
        GapSubject(
            subject,
            title,
            [_coverage_list(subject, lack, getattr(gaps_found, subject)) for lack in lacks],
            getattr(gaps_found, subject),
        )
        for subject, title in SUBJECT_TITLES.items()
    ]


def _coverage_list(subject: str, lack: str, rows: list[Coverage]) -> GapList:
    title, empty_message = LIST_TEXTS[subject, lack]
    lacking_rows = [row for row in rows if lack in row.lacks]
    kind = "nothing" if lack == "commitment" else "coverage"
    return GapList(f"{subject}-without-{LACK_SLUGS[lack]}", title, empty_message, kind, lacking_rows)


def commitment_lists(day: date | None, gaps_found: Gaps | None = None) -> list[GapList]:
    """Return the lists of commitments that are disputed, without a deadline, or silent."""
    return [build(day, gaps_found) for build in COMMITMENT_LISTS.values()]


def _disputed(day: date | None, gaps_found: Gaps | None) -> GapList:
    return GapList(
        "disputed-commitments",
        _("Commitments on which lead and assessor disagree"),
        _("No assessor disagrees with a lead."),
        "disputed",
        gaps_found.disputed if gaps_found else list(disputed(day)),
    )


def _undated(day: date | None, _gaps: Gaps | None) -> GapList:
    return GapList(
        "commitments-without-date",
        _("Commitments without a deadline"),
        _("Every commitment has a deadline."),
        "commitments",
        undated(day),
    )


def _silent(day: date | None, _gaps: Gaps | None) -> GapList:
    return GapList(
        "silent-commitments",
        _("Commitments never reported on, or overdue in this cycle"),
        _("Every commitment has been reported on, and none is overdue."),
        "commitments",
        silent(day),
    )


COMMITMENT_LISTS: dict[str, Callable[[date | None, Gaps | None], GapList]] = {
    "disputed-commitments": _disputed,
    "commitments-without-date": _undated,
    "silent-commitments": _silent,
}
# The subject of each other list, by the slug of the list.
COVERAGE_LISTS = {f"{subject}-without-{slug}": subject for subject in SUBJECT_TITLES for slug in LACK_SLUGS.values()}


@require_safe
def gap_file(request: HttpRequest, name: str) -> HttpResponse:
    """Return all rows of one list as CSV."""
    if name not in COMMITMENT_LISTS and name not in COVERAGE_LISTS:
        raise Http404("There is no such list of gaps.")
    try:
        csv_format, params = requested_format(request.GET, "csv")
        day = parse_as_of(params, {"as_of"})
    except ValidationError as error:
        return bad_request(error)
    gap_list = (
        COMMITMENT_LISTS[name](day, None) if name in COMMITMENT_LISTS else _coverage_list_by_slug(name, gaps(day))
    )
    header, csv_rows = CSV_FORMATS[gap_list.kind]
    origin = request.build_absolute_uri("/").rstrip("/")
    as_of = f"-as-of-{day.isoformat()}" if day else ""
    return StreamingHttpResponse(
        csv_format.write(list(header), [csv_row for row in gap_list.rows for csv_row in csv_rows(row, origin)]),
        content_type=csv_format.content_type,
        headers={"Content-Disposition": content_disposition_header(True, f"{name}{as_of}.csv")},
    )


def _coverage_list_by_slug(slug: str, gaps_found: Gaps) -> GapList:
    return next(gap_list for subject in gap_subjects(gaps_found) for gap_list in subject.lists if gap_list.slug == slug)


def _coverage_csv_rows(row: Coverage, origin: str) -> Iterable[list[Value]]:
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


def _commitment_csv_rows(row: Commitment, origin: str) -> Iterable[list[Value]]:
    yield [*_common_cells(row), row.standing_freshness, _iso(row.deadline), _iso(row.last_update), _url(row, origin)]


def _dispute_csv_rows(row: Commitment, origin: str) -> Iterable[list[Value]]:
    for assessment in row.dissent:
        assessed_on = _iso(assessment.published)
        yield [*_common_cells(row), assessment.assessor, assessment.finding, assessed_on, _url(row, origin)]


def _common_cells(row: Commitment) -> list[Value]:
    return [row.reference, row.title, row.lead_code, row.standing_status]


def _iso(on: PartialDate | None) -> str | None:
    return on.iso if on else None


def _url(row: Commitment, origin: str) -> str:
    return f"{origin}{row.get_absolute_url()}"


COVERAGE_COLUMNS = ("code", "title", "commitments", "dated", "reported", "reported_in_cycle", "owed", "lacks", "url")
COMMON_COLUMNS = ("reference", "title", "lead", "status")
# By the kind of a list: its columns, and the function that makes the rows of the file from a row of the list.
CSV_FORMATS: dict[str, tuple[tuple[str, ...], Callable[..., Iterable[list[Value]]]]] = {
    "nothing": (COVERAGE_COLUMNS, _coverage_csv_rows),
    "coverage": (COVERAGE_COLUMNS, _coverage_csv_rows),
    "commitments": ((*COMMON_COLUMNS, "freshness", "deadline_on", "last_update_on", "url"), _commitment_csv_rows),
    "disputed": ((*COMMON_COLUMNS, "assessor", "finding", "assessed_on", "url"), _dispute_csv_rows),
}
