"""The figures: what is drawn, what is counted, what each leads to, on a page and as a file."""

import csv
import io
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.template import RequestContext, Template
from django.urls import reverse

from tests.factories import (
    AssessmentFactory,
    CommitmentFactory,
    MilestoneFactory,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    published_report,
)

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
REGISTER = reverse("commitments:list")
NAMES = ["status", "freshness", "reports", "flow"]


def drawn(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def numbers(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode())))


def words(root):
    return [text.text for text in root.iter(f"{SVG}text")]


@pytest.fixture
def register(ilo, iom, points):
    """Two of ILO's, in progress and completed, and one of IOM's, of which nothing was heard."""
    recommendations = [RecommendationFactory(code="GOV-1", level="governance"), RecommendationFactory(code="OPS-1")]
    first = CommitmentFactory(lead_agency=ilo, agenda_points=points[:2], recommendations=recommendations)
    second = CommitmentFactory(lead_agency=ilo, agenda_points=points[1:2], recommendations=recommendations[:1])
    third = CommitmentFactory(lead_agency=iom)
    published_report(first, on="2014-06-30", status="in_progress")
    published_report(second, on="2015", status="completed")
    return first, second, third


def test_status_bars_count_what_the_words_find(client, register):
    table = numbers(client, reverse("chart", args=["status", "csv"]) + "?lead=ilo")

    counted = {label: int(count) for label, count in table[1:]}
    assert {label: count for label, count in counted.items() if count} == {"In progress": 1, "Completed": 1}


def test_bars_are_drawn_with_label_and_number_and_in_proportion(client, register, ilo):
    published_report(CommitmentFactory(lead_agency=ilo), status="completed")

    root = drawn(client, reverse("chart", args=["status", "svg"]) + "?lead=ilo")

    assert words(root) == ["In progress", "1", "Completed", "2"]
    bars = [rect for rect in root.iter(f"{SVG}rect") if "chart__bar" in rect.get("class")]
    assert [float(bar.get("width")) for bar in bars] == [180, 360]


@pytest.mark.parametrize("name", ["status", "freshness"])
def test_each_bar_leads_to_the_rows_it_counts(client, register, name):
    root = drawn(client, reverse("chart", args=[name, "svg"]) + "?lead=ilo&as_of=2015-12-31")

    links = {link.get("aria-label").rpartition(": ")[2]: link.get("href") for link in root.iter(f"{SVG}a")}
    assert links
    assert {count: str(client.get(url).context["paginator"].count) for count, url in links.items()} == {
        count: count for count in links
    }


def test_status_as_of_a_day_is_that_of_then(client, register):
    table = numbers(client, reverse("chart", args=["status", "csv"]) + "?as_of=2014-12-31")

    assert {label: count for label, count in table[1:] if count != "0"} == {"In progress": "1", "Nothing reported": "2"}


def test_reports_are_counted_by_year_and_by_cycle(client, ilo):
    cycle = ReportingCycleFactory(opened=True, title="Second half of 2014")
    outside, in_time, late, missing, waiting = (CommitmentFactory(lead_agency=ilo) for _ in range(5))
    published_report(outside, on="2013-12-01")
    published_report(in_time, on="2014-08-31", cycle=cycle)
    published_report(late, on="2014-09-01", cycle=cycle)
    ProgressReportFactory(commitment=missing, cycle=cycle, blank=True)
    ProgressReportFactory(commitment=waiting, cycle=cycle, submitted=True)

    table = numbers(client, reverse("chart", args=["reports", "csv"]))

    assert table[1:] == [["2013", "1", "", ""], ["Second half of 2014", "1", "1", "2"]]


def test_flow_counts_each_pair_once(client, register):
    table = numbers(client, reverse("chart", args=["flow", "csv"]))

    one, two = "1. Protect the human rights of all migrants", "2. Reduce the costs of labour migration"
    assert {(source, target): int(count) for source, target, count in table[1:]} == {
        (one, "Governance level"): 1,
        (one, "Operational level"): 1,
        (two, "Governance level"): 2,
        (two, "Operational level"): 1,
        ("No point", "No recommendation"): 1,
        ("Governance level", "In progress"): 1,
        ("Governance level", "Completed"): 1,
        ("Operational level", "In progress"): 1,
        ("No recommendation", "Nothing reported"): 1,
    }


def test_streams_of_the_flow_are_as_many_as_its_pairs(client, register):
    root = drawn(client, reverse("chart", args=["flow", "svg"]))

    assert len([path for path in root.iter(f"{SVG}path") if "chart__stream" in path.get("class")]) == 9


@pytest.mark.parametrize(("by", "cells"), [("agenda_point", [1, 2]), ("status", [1, 1]), ("freshness", [1, 1])])
def test_matrix_is_drawn_and_counted_by_each_of_its_columns(client, register, by, cells):
    table = numbers(client, f"{reverse('chart', args=['matrix', 'csv'])}?by={by}")
    root = drawn(client, f"{reverse('chart', args=['matrix', 'svg'])}?by={by}")

    (ilo,) = [row for row in table if row[0] == "ILO"]
    assert sorted(int(cell) for cell in ilo[1:-1] if cell != "0") == cells
    assert ilo[-1] == "2"
    assert words(root).count("0") == sum(row[1:-1].count("0") for row in table[1:]) + sum(
        row[-1] == "0" for row in table[1:]
    )


# The story of one commitment


@pytest.fixture
def told(ilo):
    commitment = CommitmentFactory(
        lead_agency=ilo,
        title="Fair <recruitment>",
        start_on=date(2014, 3, 31),
        start_precision="month",
        due_on=date(2016, 12, 31),
        due_precision="year",
    )
    MilestoneFactory(commitment=commitment, title="Pilot", due_on=date(2014, 9, 30), met_on=date(2014, 11, 1))
    MilestoneFactory(commitment=commitment, title="Survey", due_on=date(2015, 6, 30))
    published_report(commitment, on="2014-06", status="planning")
    published_report(commitment, on="2015-01-31", status="in_progress")
    ProgressReportFactory(commitment=commitment, achieved="Whispered")
    return commitment


def test_story_tells_all_that_has_a_day(client, told):
    table = numbers(client, reverse("chart-story", args=[told.reference, "csv"]))

    assert table[1:-1] == [
        ["March 2014", "Start"],
        ["June 2014", "Lead’s report: number 1, “Planning”"],
        ["June 2014", "Status: Planning"],
        ["1 November 2014", "Milestone met: Pilot"],
        ["31 January 2015", "Lead’s report: number 2, “In progress”"],
        ["31 January 2015", "Status: In progress"],
        ["30 June 2015", "Milestone due: Survey"],
        ["2016", "Due"],
    ]
    assert table[-1][1] == "Today"


def test_story_as_of_a_day_knows_nothing_later(client, told):
    table = numbers(client, reverse("chart-story", args=[told.reference, "csv"]) + "?as_of=2014-10-31")

    assert table[1:] == [
        ["March 2014", "Start"],
        ["June 2014", "Lead’s report: number 1, “Planning”"],
        ["June 2014", "Status: Planning"],
        ["30 September 2014", "Milestone due: Pilot"],
        ["31 October 2014", "Day of the record"],
        ["30 June 2015", "Milestone due: Survey"],
        ["2016", "Due"],
    ]


def test_story_of_what_nobody_has_reported_on_is_drawn(client, commitment):
    root = drawn(client, reverse("chart-story", args=[commitment.reference, "svg"]))

    assert [circle for circle in root.iter(f"{SVG}circle")] == []
    assert "Today" in words(root)


def test_story_of_a_day_leads_to_the_reports_of_that_day(client, told):
    root = drawn(client, reverse("chart-story", args=[told.reference, "svg"]) + "?as_of=2014-10-31")

    links = [link.get("href") for link in root.iter(f"{SVG}a")]
    assert links == [f"{told.get_absolute_url()}?as_of=2014-10-31#report-1"]


def test_story_draws_a_month_as_a_month(client, told):
    root = drawn(client, reverse("chart-story", args=[told.reference, "svg"]))

    periods = [rect for rect in root.iter(f"{SVG}rect") if "chart__period" in rect.get("class")]
    marks = [circle for circle in root.iter(f"{SVG}circle") if "chart__mark" in circle.get("class")]
    assert (len(periods), len(marks)) == (1, 2)
    assert root.find(f"{SVG}title").text == f"The time line of {told.reference} Fair <recruitment>"


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_story_of_what_is_not_public_is_not_found(client, state):
    hidden = CommitmentFactory(**{state: True})

    assert client.get(reverse("chart-story", args=[hidden.reference, "svg"])).status_code == 404


def test_story_before_publication_is_not_found(client, told):
    address = reverse("chart-story", args=[told.reference, "svg"])

    assert client.get(f"{address}?as_of=2013-12-31").status_code == 404


# Files


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/charts/status.svg?statsu=done", "statsu"),
        ("/charts/status.csv?status=done", "Allowed: completed, discontinued"),
        ("/charts/flow.svg?page=2", "‘page’ is not a word of this register"),
        ("/charts/matrix.svg?by=colour", "Allowed: agenda_point, status, freshness"),
        ("/charts/matrix.svg?lead=ilo", "‘lead’ is not known here"),
        ("/charts/status.svg?as_of=2999-01-01", "has not come"),
    ],
)
def test_question_that_is_not_known_is_refused_by_name(client, db, address, says):
    response = client.get(address)

    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert says in response.content.decode()


@pytest.mark.parametrize("address", ["/charts/pie.svg", "/charts/status.png", "/charts/matrix.pdf"])
def test_figure_or_form_that_there_is_not_is_not_found(client, db, address):
    assert client.get(address).status_code == 404


def test_cell_that_a_spreadsheet_would_run_is_defused(client, told):
    MilestoneFactory(commitment=told, title="=cmd()", due_on=date(2015, 7, 1))

    table = numbers(client, reverse("chart-story", args=[told.reference, "csv"]))

    assert ["1 July 2015", "Milestone due: =cmd()"] in table
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("name", [*NAMES, "matrix"])
def test_nothing_that_is_not_published_is_drawn_or_counted(client, register, ilo, ohchr, points, name):
    before = client.get(f"/charts/{name}.csv").content
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, agenda_points=points)
        ProgressReportFactory(**{state: True}, commitment=register[2], status="completed")
        AssessmentFactory(commitment=register[2], agency=ohchr, **{state: True}, finding="disagrees")

    assert client.get(f"/charts/{name}.csv").content == before


# In a page


def rendered(rf, text, day=None, **context):
    request = rf.get("/")
    request.as_of = day
    return Template("{% load charts %}" + text).render(RequestContext(request, context))


@pytest.mark.parametrize("name", NAMES)
def test_figure_in_a_page_comes_with_its_table_and_its_files(rf, client, register, name):
    html = rendered(rf, f"{{% {name}_chart id='of-ilo' lead='ilo' %}}", date(2015, 12, 31))

    table = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", html)
    address = f"/charts/{name}.csv?lead=ilo&as_of=2015-12-31"
    assert f'href="{address.replace("&", "&amp;")}"' in html
    assert table == [cell for row in numbers(client, address) for cell in row]
    assert 'aria-labelledby="of-ilo-title"' in html


def test_story_in_a_page_is_drawn_for_wide_and_for_narrow_screens_under_ids_of_their_own(rf, told):
    html = rendered(rf, "{% story_chart commitment id='story' %}", commitment=told)

    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {"story-title", "story-down-title"} <= set(ids)
    assert "Whispered" not in html


def test_figure_of_words_that_are_not_known_is_a_mistake_of_the_page(rf, db):
    with pytest.raises(ValueError, match="statsu"):
        rendered(rf, "{% status_chart id='x' statsu='done' %}")


@pytest.mark.parametrize(("name", "queries"), [("status", 4), ("freshness", 4), ("reports", 8), ("flow", 9)])
@pytest.mark.parametrize("rows", [1, 200])
def test_figure_takes_the_same_queries_for_any_rows(rf, ilo, points, django_assert_num_queries, name, queries, rows):
    for _ in range(rows):
        CommitmentFactory(lead_agency=ilo, agenda_points=points[:1])

    with django_assert_num_queries(queries):
        rendered(rf, f"{{% {name}_chart id='x' lead='ilo' %}}")
