"""Pages that span several apps: home, about, gaps."""

import pytest
from django.urls import reverse

from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgendaPointFactory,
    ChairTermFactory,
    CommitmentFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    StatementFactory,
    many,
    many_published_reports,
    published_report,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"


@pytest.fixture
def hidden(ilo, commitment, points):
    """Create rows in every state that readers must not see, each with the text `MARK`."""
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, title=MARK, summary=MARK, agenda_points=points)
        ProgressReportFactory(**{state: True}, commitment=commitment, achieved=MARK, status="completed")
    return commitment


PAGES = ["home", "about", "gaps", "timeline", "agenda:list", "agencies:list", "workgroups:list", "commitments:list"]


def test_page_shows_nothing_that_is_not_published(client, hidden):
    pages = {name: client.get(reverse(name)) for name in PAGES}

    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(PAGES, 200)
    assert [name for name, page in pages.items() if MARK in page.content.decode()] == []


def test_home_counts_published_rows_and_leads_to_them(client, hidden, points):
    hidden.agenda_points.add(points[2])
    published_report(hidden, status="ongoing")

    response = client.get(reverse("home"))

    html = response.content.decode()
    assert response.context["total"] == 1
    assert [(count.code, count.count) for count in response.context["statuses"] if count.count] == [("ongoing", 1)]
    assert 'href="/commitments/?lead=ilo&amp;agenda_point=3">1</a>' in html
    assert f"/commitments/{hidden.reference}/#report-1" in html


def test_home_as_of_a_day_leads_to_the_rows_of_that_day(client, commitment):
    published_report(commitment, on="2014-06-30", status="ongoing")

    html = client.get(f"{reverse('home')}?as_of=2014-12-31").content.decode()

    assert "/commitments/?status=ongoing&amp;as_of=2014-12-31" in html


@pytest.mark.parametrize("name", ["home", "gaps", "timeline"])
def test_page_as_of_a_day_says_so(client, commitment, name):
    html = client.get(f"{reverse(name)}?as_of=2014-03-01").content.decode()

    assert "at the end of 1 March 2014 (UTC)" in html


@pytest.mark.parametrize(("text", "says"), [("soon", "2014-03-05"), ("2999-01-01", "in the future")])
def test_invalid_as_of_is_refused(client, db, text, says):
    response = client.get(f"/?as_of={text}")

    assert response.status_code == 400
    assert says in response.content.decode()


def test_home_lists_silent_leads_longest_silent_first(client, ilo, iom):
    cycle = ReportingCycleFactory(opened=True)
    reported, unreported = CommitmentFactory(lead_agency=ilo), CommitmentFactory(lead_agency=iom)
    published_report(reported, on="2014-06-01")
    for commitment in (reported, unreported):
        ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)

    response = client.get(reverse("home"))

    silent = response.context["silent"]
    assert [(lead.lead, lead.owed.count) for lead in silent] == [(iom, 1), (ilo, 1)]
    assert [client.get(lead.owed.url).context["paginator"].count for lead in silent] == [1, 1]
    assert response.context["owed"].count == 2
    assert client.get(response.context["owed"].url).context["paginator"].count == 2


def test_matrix_of_home_has_three_kinds_of_columns_and_links_to_its_rows(client, ilo, iom):
    points = AgendaPointFactory.create_batch(3)
    for agency, status in ((ilo, "ongoing"), (ilo, "planning"), (iom, "planning")):
        published_report(CommitmentFactory(lead_agency=agency, agenda_points=points[:2]), status=status)
    counts = set()

    for by in ("agenda_point", "status", "freshness"):
        matrix = client.get(f"{reverse('home')}?by={by}").context["matrix"]
        cells = [cell for row in matrix.rows for cell in [*row.cells, row.total]] + matrix.heads
        assert sum(cell.count for cell in cells) > 0, by
        assert {(cell.shade == 0) == (cell.count == 0) for row in matrix.rows for cell in row.cells} == {True}, by
        counts |= {(cell.url, cell.count) for cell in cells}

    assert counts == {(url, client.get(url).context["paginator"].count) for url, _count in counts}


def test_unknown_columns_of_the_matrix_are_refused(client, db):
    response = client.get(f"{reverse('home')}?by=colour")

    assert response.status_code == 400
    assert "‘colour’ is not a valid value. Allowed: agenda_point, status, freshness" in response.content.decode()


@pytest.mark.parametrize("rows", first_fast([1, 40]))
def test_home_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, rows):
    many_published_reports(many(CommitmentFactory, rows, lead_agency=ilo, agenda_points=points))

    for by, queries in HOME_QUERIES.items():
        with django_assert_num_queries(queries):
            client.get(f"{reverse('home')}?by={by}")


HOME_QUERIES = {"agenda_point": 20, "status": 20, "freshness": 20}


def test_about_lists_statements_and_chairs(client, ilo):
    ChairTermFactory(agency=ilo, source="ilo.org")
    StatementFactory(text="promote coherent approaches")

    html = client.get(reverse("about")).content.decode()

    assert [text for text in ("promote coherent approaches", "31 December 2014", "ilo.org") if text not in html] == []


def test_gaps_list_points_without_commitments(client, ilo, commitment, points):
    commitment.agenda_points.add(points[0])

    response = client.get(reverse("gaps"))

    gaps = response.context["gaps"]
    assert '<a href="/commitments/?agenda_point=1">1</a>' in response.content.decode()
    assert {row.code for row in gaps.points if "commitment" in row.lacks} == {2, 3, 4, 5, 6, 7, 8}
    assert [row.lacks for row in gaps.members] == [["date", "report"]]


def test_page_not_found_offers_a_search(client, db):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert 'role="search"' in response.content.decode()
