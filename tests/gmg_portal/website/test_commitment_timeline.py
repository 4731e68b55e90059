"""The timeline chart of one commitment: its moments, its drawing, and that drafts stay hidden."""

import csv
import io
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from django.template import Template
from django.template.context import make_context
from django.urls import reverse
from django.utils import translation

from tests.support.exhaustive import first_fast
from tests.support.factories import CommitmentFactory, MilestoneFactory, ProgressReportFactory, published_report

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"


def read_svg(client, address):
    return ElementTree.fromstring(client.get(address).content)


def read_csv(client, address):
    return list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def texts(root):
    return [text.text for text in root.iter(f"{SVG}text")]


def rect_extents(root, kind):
    """Return the start and length of the rectangles of a class, in days of the three years from 2014 (636 units)."""
    rects = [rect for rect in root.iter(f"{SVG}rect") if f"chart__{kind}" in rect.get("class").split()]
    scale = 1096 / 636
    return [(round((float(rect.get("x")) - 112) * scale), round(float(rect.get("width")) * scale)) for rect in rects]


def render(rf, text, day=None, **context):
    context = {"as_of": day, **context}
    return Template("{% load charts %}" + text).render(make_context(context, rf.get("/")))


@pytest.fixture
def reported(ilo):
    commitment = CommitmentFactory(
        lead_agency=ilo,
        title="Fair <recruitment>",
        start_on=date(2014, 3, 31),
        start_precision="month",
        deadline_on=date(2016, 12, 31),
        deadline_precision="year",
    )
    MilestoneFactory(commitment=commitment, title="Pilot", deadline_on=date(2014, 9, 30), met_on=date(2014, 11, 1))
    MilestoneFactory(commitment=commitment, title="Survey", deadline_on=date(2015, 6, 30))
    published_report(commitment, on="2014-06", status="planning")
    published_report(commitment, on="2015-01-31", status="in_progress")
    ProgressReportFactory(commitment=commitment, achieved="Whispered")
    return commitment


def test_timeline_has_all_dated_moments(client, reported):
    table = read_csv(client, reverse("chart-commitment", args=[reported.reference, "csv"]))

    assert table[1:-1] == [
        ["March 2014", "Start"],
        ["June 2014", "Lead’s report: number 1, “Planning”"],
        ["June 2014", "Status: Planning"],
        ["1 November 2014", "Milestone met: Pilot"],
        ["31 January 2015", "Lead’s report: number 2, “In progress”"],
        ["31 January 2015", "Status: In progress"],
        ["30 June 2015", "Milestone due: Survey"],
        ["2016", "Deadline"],
    ]
    assert table[-1][1] == "Today"


def test_timeline_as_of_a_day_has_nothing_later(client, reported):
    table = read_csv(client, reverse("chart-commitment", args=[reported.reference, "csv"]) + "?as_of=2014-10-31")

    assert table[1:] == [
        ["March 2014", "Start"],
        ["June 2014", "Lead’s report: number 1, “Planning”"],
        ["June 2014", "Status: Planning"],
        ["30 September 2014", "Milestone due: Pilot"],
        ["31 October 2014", "Day of the record"],
        ["30 June 2015", "Milestone due: Survey"],
        ["2016", "Deadline"],
    ]


def test_timeline_without_reports_is_drawn(client, commitment):
    root = read_svg(client, reverse("chart-commitment", args=[commitment.reference, "svg"]))

    assert {"Nothing reported", "None published", "start and end not known", "Today"} <= set(texts(root))
    assert {rect.get("class") for rect in root.iter(f"{SVG}rect")} == {"chart__paper"}


def test_timeline_as_of_a_day_links_to_reports_as_of_that_day(client, reported):
    root = read_svg(client, reverse("chart-commitment", args=[reported.reference, "svg"]) + "?as_of=2014-10-31")

    links = [link.get("href") for link in root.iter(f"{SVG}a")]
    assert links == [f"http://testserver{reported.get_absolute_url()}?as_of=2014-10-31#report-1"]


def test_month_or_year_is_drawn_over_its_whole_extent(client, reported):
    """Tests the record at the end of 2016: start in March 2014, first report in June 2014, deadline in 2016."""
    root = read_svg(client, reverse("chart-commitment", args=[reported.reference, "svg"]) + "?as_of=2016-12-31")

    assert rect_extents(root, "span")[:2] == [(59, 1037), (89, 641)]
    assert rect_extents(root, "fill-planning")[:2] == [(151, 29), (180, 215)]
    assert [length for _begin, length in rect_extents(root, "pale")] == [1037, 29, 30]
    assert "March 2014 to 2016" in texts(root)
    assert "drawn over that whole time" in root.find(f"{SVG}desc").text
    assert root.find(f"{SVG}title").text == f"The timeline of {reported.reference} Fair <recruitment>"


def test_labels_never_overlap(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo)
    for on, status in (("2014-03-01", "planning"), ("2014-03-20", "in_progress"), ("2014-04-10", "ongoing")):
        published_report(commitment, on=on, status=status)

    root = read_svg(client, reverse("chart-commitment", args=[commitment.reference, "svg"]) + "?as_of=2024-12-31")

    labels = [text for text in root.iter(f"{SVG}text") if text.text in ("Planning", "In progress", "Ongoing")]
    places = [(text.get("y"), float(text.get("x")), len(text.text) * 13 * 0.62) for text in labels]
    assert [text.text for text in labels] == ["Planning", "In progress"]
    assert places[0][0] != places[1][0]


def test_timeline_of_a_withdrawn_commitment_has_its_withdrawal(client, ilo):
    gone = CommitmentFactory(withdrawn=True, lead_agency=ilo, start_on=date(2014, 3, 1))

    address = reverse("chart-commitment", args=[gone.reference, "csv"])

    assert [row[1] for row in read_csv(client, address)] == ["What", "Start", "Withdrawn", "Today"]
    assert [row[1] for row in read_csv(client, f"{address}?as_of=2014-08-31")[1:]] == ["Start", "Day of the record"]


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_timeline_of_an_unpublished_commitment_is_not_found(client, state):
    hidden = CommitmentFactory(**{state: True})

    assert client.get(reverse("chart-commitment", args=[hidden.reference, "svg"])).status_code == 404


def test_timeline_before_publication_is_not_found(client, reported):
    address = reverse("chart-commitment", args=[reported.reference, "svg"])

    assert client.get(f"{address}?as_of=2013-12-31").status_code == 404


def test_cell_that_a_spreadsheet_would_run_is_defused(client, reported):
    MilestoneFactory(commitment=reported, title="=cmd()", deadline_on=date(2015, 7, 1))

    table = read_csv(client, reverse("chart-commitment", args=[reported.reference, "csv"]))

    assert ["1 July 2015", "Milestone due: =cmd()"] in table
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_timeline_in_a_page_has_a_wide_and_a_narrow_drawing_with_unique_ids(rf, reported):
    html = render(
        rf, "{% commitment_timeline_chart commitment id='timeline' title='Its timeline' %}", commitment=reported
    )

    ids = re.findall(r' id="([^"]+)"', html)
    assert ids == [
        "timeline",
        *(f"timeline-{kind}-{what}" for kind in ("wide", "narrow") for what in ("title", "desc")),
    ]
    assert html.count("Its timeline</title>") == 2
    assert html.count("#report-1") == html.count("#report-2") == 2
    assert "Whispered" not in html


def test_timeline_with_only_today_is_left_out_of_the_page(rf, commitment):
    html = render(rf, "{% commitment_timeline_chart commitment id='timeline' %}", commitment=commitment)

    assert html.strip() == ""


@pytest.mark.parametrize("rows", first_fast([1, 13]))
def test_timeline_takes_three_queries_for_any_length(rf, commitment, django_assert_num_queries, rows):
    for number in range(rows):
        MilestoneFactory(commitment=commitment, deadline_on=date(2014, 1, 1))
        published_report(commitment, on=f"{2014 + number // 12}-{number % 12 + 1:02}-01")

    with django_assert_num_queries(3):
        html = render(rf, "{% commitment_timeline_chart commitment id='timeline' %}", commitment=commitment)

    assert f"#report-{rows}" in html


def test_timeline_in_arabic_is_mirrored(rf, reported):
    tag, day = "{% commitment_timeline_chart commitment id='timeline' %}", date(2016, 12, 31)

    left = render(rf, tag, day, commitment=reported)
    with translation.override("ar"):
        right = render(rf, tag, day, commitment=reported)

    wide, mirrored = (ElementTree.fromstring(re.search("<svg.*?</svg>", html)[0]) for html in (left, right))
    starts = [round(float(rect.get("x"))) for rect in wide.iter(f"{SVG}rect")]
    ends = [round(760 - float(rect.get("x")) - float(rect.get("width"))) for rect in mirrored.iter(f"{SVG}rect")]
    assert (mirrored.get("direction"), ends) == ("rtl", starts)


def test_label_of_a_withdrawal_of_today_is_not_overwritten(client, time_machine):
    time_machine.move_to("2014-09-03T12:00:00Z", tick=False)
    new = CommitmentFactory(withdrawn=True, withdrawn_on=date(2014, 9, 3))
    old = CommitmentFactory(withdrawn=True, withdrawn_on=date(2014, 3, 1))

    labels = [texts(read_svg(client, reverse("chart-commitment", args=[row.reference, "svg"]))) for row in (new, old)]

    assert [sum(word in ("Withdrawn", "Today") for word in drawing) for drawing in labels] == [1, 2]
