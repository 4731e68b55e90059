"""Leads × agenda points, statuses or freshness: each cell counts what its words find."""

from datetime import date
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict

from agenda.models import AgendaPoint
from register import statistics
from register.filtering.commitment_filters import CommitmentFilter
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    CommitmentFactory,
    ReportingCycleFactory,
    WorkGroupFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

BEFORE = date(2014, 12, 31)


@pytest.fixture(scope="module")
def register(module_db):
    """ILO leads two on point 1, one of them on point 2 too; IOM one on point 2; the task force one on no point."""
    with module_db.unblock():
        make_register()


def make_register():
    ilo = AgencyFactory(code="ilo", acronym="ILO", position=1)
    iom = AgencyFactory(code="iom", acronym="IOM", position=2)
    decent_work = WorkGroupFactory(slug="decent-work", kind="task_force", title="Migration and Decent Work")
    points = [AgendaPointFactory(number=number) for number in range(1, 9)]
    first = CommitmentFactory(lead_agency=ilo, agenda_points=points[:2])
    second = CommitmentFactory(lead_agency=ilo, agenda_points=points[:1])
    CommitmentFactory(lead_agency=iom, agenda_points=points[1:2])
    CommitmentFactory(workgroup=decent_work)
    for state in ("draft", "submitted", "sent_back", "withdrawn"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, agenda_points=points)
    published_report(first, on="2014-06-30", status="in_progress")
    published_report(first, on="2015-06-30", status="completed")
    published_report(second, on="2014-06-30", status="in_progress")


def cells(matrix):
    """Return the nonzero cells as {(lead, column code): (count, shade)}."""
    return {
        (str(row.lead), cell.code): (cell.count, cell.shade) for row in matrix.rows for cell in row.cells if cell.count
    }


def heads(matrix):
    return {head.code: head.count for head in matrix.heads if head.count}


def query_dict(params):
    data = QueryDict(mutable=True)
    for name, values in params.items():
        data.setlist(name, values)
    return data


def test_matrix_by_agenda_point(register):
    matrix = statistics.matrix()

    assert cells(matrix) == {("ILO", 1): (2, 5), ("ILO", 2): (1, 3), ("IOM", 2): (1, 3)}
    assert heads(matrix) == {1: 2, 2: 2}
    assert [str(row.lead) for row in matrix.rows] == ["ILO", "IOM", "Migration and Decent Work"]
    assert ([row.total.count for row in matrix.rows], matrix.total) == ([2, 1, 1], 4)
    assert [point.number for point in matrix.points] == [head.code for head in matrix.heads] == list(range(1, 9))


@pytest.mark.parametrize(
    ("day", "counted"),
    [
        (None, {("ILO", "completed"): (1, 5), ("ILO", "in_progress"): (1, 5)}),
        (BEFORE, {("ILO", "in_progress"): (2, 5)}),
    ],
)
def test_matrix_by_status_is_that_of_the_day(register, day, counted):
    matrix = statistics.matrix(day, "status")

    reported = {key: cell for key, cell in cells(matrix).items() if key[1]}
    assert reported == counted
    assert matrix.points == []
    assert [cell.count for row in matrix.rows for cell in row.cells if cell.code == ""] == [0, 1, 1]


def test_matrix_by_freshness(register):
    ReportingCycleFactory(opened=True)

    matrix = statistics.matrix(BEFORE, "freshness")

    assert heads(matrix) == {"not_yet_due": 4}
    assert heads(statistics.matrix(by="freshness")) == {"current": 1, "not_yet_due": 3}


@pytest.mark.parametrize("by", statistics.MATRIX_COLUMNS)
@pytest.mark.parametrize("day", [None, BEFORE])
def test_each_cell_finds_its_rows_in_the_register(client, register, by, day):
    matrix = statistics.matrix(day, by)

    counts = [*matrix.heads, *(cell for row in matrix.rows for cell in (*row.cells, row.total))]
    linked = [count for count in counts if count.url]
    assert len(linked) > 8
    assert [counted(count.url) for count in linked] == [count.count for count in linked]
    for count in (linked[0], linked[-2], linked[-1]):
        assert client.get(count.url).context["paginator"].count == count.count


def counted(address):
    """Return the number of rows that the register's filter finds for the query of an address."""
    filterset = CommitmentFilter(QueryDict(urlsplit(address).query))
    assert filterset.is_valid(), filterset.errors
    return filterset.qs.count()


@pytest.mark.parametrize(
    ("params", "codes", "leads"),
    [
        ({"agenda_point": ["2"]}, [2], ["ILO", "IOM"]),
        ({"agenda_point": ["1", "2"], "lead": ["iom", "decent-work"]}, [1, 2], ["IOM"]),
        ({"status": ["completed"]}, list(range(1, 9)), ["ILO"]),
    ],
)
def test_matrix_of_a_question_shows_what_it_asks(register, params, codes, leads):
    filterset = CommitmentFilter(query_dict(params))

    matrix = statistics.matrix(rows=filterset.qs, params=params)

    assert [head.code for head in matrix.heads] == codes
    assert [str(row.lead) for row in matrix.rows] == leads
    assert matrix.total == filterset.qs.count()


@pytest.mark.parametrize("rows", first_fast([1, 20]))
@pytest.mark.parametrize(("by", "queries"), [("agenda_point", 6), ("status", 6), ("freshness", 6)])
def test_matrix_takes_the_same_queries_for_any_rows(register, django_assert_num_queries, rows, by, queries):
    many(CommitmentFactory, rows, lead_agency=AgencyFactory(), agenda_points=AgendaPoint.objects.all())

    with django_assert_num_queries(queries):
        matrix = statistics.matrix(by=by)

    assert matrix.total == 4 + rows
