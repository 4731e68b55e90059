"""Charts: their drawings, numbers and links, on pages and as files."""

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

from commitments.choices import Status
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AssessmentFactory,
    CommitmentFactory,
    Each,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
REGISTER = reverse("commitments:list")
NAMES = ["status", "freshness", "reports", "flow"]
HOST = "http://testserver"


def read_svg(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def read_csv(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def texts(root):
    """Return the texts of the chart itself, without the title above and the source below."""
    return [text.text for text in root.find(f"{SVG}g").iter(f"{SVG}text")]


def shapes(root, tag, kind):
    return [shape for shape in root.iter(f"{SVG}{tag}") if f"chart__{kind}" in (shape.get("class") or "").split()]


def links(root):
    return {link.get("aria-label"): link.get("href").removeprefix(HOST) for link in root.iter(f"{SVG}a")}


def count_rows(client, address):
    """Return the number of commitments that the register lists at an address."""
    assert address.startswith(f"{REGISTER}?")
    return client.get(address).context["paginator"].count


@pytest.fixture
def register(ilo, iom, points):
    """Create two commitments of ILO's, in progress and completed, and one of IOM's without reports."""
    recommendations = [RecommendationFactory(code="GOV-1", level="governance"), RecommendationFactory(code="OPS-1")]
    first = CommitmentFactory(lead_agency=ilo, agenda_points=points[:2], recommendations=recommendations)
    second = CommitmentFactory(lead_agency=ilo, agenda_points=points[1:2], recommendations=recommendations[:1])
    third = CommitmentFactory(lead_agency=iom)
    published_report(first, on="2014-06-30", status="in_progress")
    published_report(second, on="2015", status="completed")
    return first, second, third


def test_status_bars_count_the_filtered_commitments(client, register):
    table = read_csv(client, reverse("chart", args=["status", "csv"]) + "?lead=ilo")

    counted = {label: int(count) for label, count in table[1:]}
    assert {label: count for label, count in counted.items() if count} == {"In progress": 1, "Completed": 1}


def test_bars_are_drawn_with_label_and_number_and_in_proportion(client, register, ilo):
    published_report(CommitmentFactory(lead_agency=ilo), status="completed")

    root = read_svg(client, reverse("chart", args=["status", "svg"]) + "?lead=ilo")

    assert texts(root) == ["In progress", "1", "Completed", "2"]
    assert [float(bar.get("width")) for bar in shapes(root, "rect", "bar")] == [170, 340]


def test_all_bars_are_drawn_when_all_counts_are_zero(client, ilo):
    root = read_svg(client, reverse("chart", args=["status", "svg"]) + "?lead=ilo")

    assert len(shapes(root, "rect", "bar")) == len([*Status, "no report yet"])
    assert {bar.get("width") for bar in shapes(root, "rect", "bar")} == {"0"}


PARTS = [
    ("status", "lead=ilo&as_of=2015-12-31", 2),
    ("freshness", "lead=ilo&lead=iom", 2),
    ("flow", "", 6),
    ("flow", "agenda_point=1", 4),
    ("flow", "agenda_point=2&level=operational&as_of=2014-12-31", 3),
    ("matrix", "", 4),
    ("matrix", "agenda_point=2", 2),
    ("matrix", "by=status&lead=ilo&level=governance", 3),
    ("matrix", "by=freshness&as_of=2014-12-31", 4),
]


@pytest.mark.exhaustive
def test_each_link_of_a_chart_lists_the_rows_it_counts(client, register):
    counts = {}
    for name, query, count in PARTS:
        parts = links(read_svg(client, f"{reverse('chart', args=[name, 'svg'])}?{query}"))
        assert len(parts) == count, (name, query)
        counts |= {(url, label): int(label.rpartition(": ")[2]) for label, url in parts.items()}

    rows = {url: count_rows(client, url) for url, _label in counts}
    assert {part: rows[part[0]] for part in counts} == counts


def test_link_of_a_single_lead_lists_only_its_rows(client, ilo):
    member = AgencyFactory(code="rc")
    for lead in (member, AgencyFactory(code="eca", parent=member), AgencyFactory(code="ece", parent=member), ilo):
        CommitmentFactory(lead_agency=lead)

    for query in ("lead=rc", "lead=eca", "agency=eca", "lead=eca&lead=ilo"):
        parts = links(read_svg(client, f"/charts/matrix.svg?{query}"))

        assert len(parts) == query.count("="), query
        assert {count_rows(client, url) for url in parts.values()} == {1}, query


def test_flow_of_one_point_is_shown_in_that_point_alone(client, register):
    table = read_csv(client, reverse("chart", args=["flow", "csv"]) + "?agenda_point=1")

    assert table[1:] == [
        ["1. Protect the human rights of all migrants", "Governance level", "1"],
        ["1. Protect the human rights of all migrants", "Operational level", "1"],
        ["Governance level", "In progress", "1"],
        ["Operational level", "In progress", "1"],
    ]


def test_status_chart_as_of_a_day_has_the_status_of_that_day(client, register):
    table = read_csv(client, reverse("chart", args=["status", "csv"]) + "?as_of=2014-12-31")

    assert {label: count for label, count in table[1:] if count != "0"} == {"In progress": "1", "Nothing reported": "2"}


@pytest.fixture
def asked_for(ilo):
    """Create a cycle that requests seven reports: one given in time, two late (one of them unasked), four missing."""
    cycle = ReportingCycleFactory(opened=True, title="Second half of 2014")
    outside, in_time, late, own, *silent = CommitmentFactory.create_batch(8, lead_agency=ilo)
    published_report(outside, on="2013-12-01")
    published_report(in_time, on="2014-08-31", cycle=cycle)
    published_report(late, on="2014-09-01", cycle=cycle)
    ProgressReportFactory(commitment=own, cycle=cycle, blank=True)
    published_report(own, on="2015-01-01")
    for commitment, state in zip(silent, ("blank", "draft", "submitted", "sent_back"), strict=True):
        ProgressReportFactory(commitment=commitment, cycle=cycle, **{state: True})
    return cycle


def test_reports_are_counted_by_year_and_by_cycle(client, asked_for):
    table = read_csv(client, reverse("chart", args=["reports", "csv"]) + "?as_of=2016-12-31")

    assert table == [
        ["Year or cycle", "Reports published", "Of these, for a cycle"]
        + ["Asked for", "Given in time", "Given late", "Not given"],
        ["2013", "1", "0", "", "", "", ""],
        ["2014", "2", "2", "", "", "", ""],
        ["2015", "1", "0", "", "", "", ""],
        ["2016", "0", "0", "", "", "", ""],
        ["Second half of 2014", "", "", "7", "1", "2", "4"],
    ]


def test_year_without_reports_is_drawn_with_zero(client, asked_for):
    root = read_svg(client, reverse("chart", args=["reports", "svg"]) + "?as_of=2016-12-31")

    assert texts(root) == [
        *("1", "2013", "2", "2014", "1", "2015", "0", "2016", "of its own accord", "for a cycle"),
        *("Second half of 2014", "3 of 7 given, 2 of them late"),
    ]
    assert len(root.findall(f".//{SVG}pattern")) == 1
    assert [float(part.get("width")) for part in shapes(root, "rect", "missing")] == [193.3]


def test_report_that_is_not_due_yet_is_not_called_missing(client, asked_for):
    root = read_svg(client, reverse("chart", args=["reports", "svg"]) + "?as_of=2014-08-30")

    assert texts(root)[-1] == "0 of 7 given so far"


def test_flow_counts_each_pair_once(client, register):
    table = read_csv(client, reverse("chart", args=["flow", "csv"]))

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
    root = read_svg(client, reverse("chart", args=["flow", "svg"]))

    streams = shapes(root, "path", "stream")
    assert len(streams) == 9
    assert {stream.find(f"{SVG}title").text for stream in streams} >= {"No recommendation – Nothing reported: 1"}
    assert "several streams" in root.find(f"{SVG}desc").text


def test_matrix_is_drawn_and_counted_by_each_of_its_columns(client, register):
    for by, cells in (("agenda_point", [1, 2]), ("status", [1, 1]), ("freshness", [1, 1])):
        table = read_csv(client, f"{reverse('chart', args=['matrix', 'csv'])}?by={by}")
        root = read_svg(client, f"{reverse('chart', args=['matrix', 'svg'])}?by={by}")

        (ilo,) = [row for row in table if row[0] == "ILO"]
        assert sorted(int(cell) for cell in ilo[1:-1] if cell != "0") == cells, by
        assert ilo[-1] == "2", by
        assert texts(root).count("0") == sum(row[1:-1].count("0") for row in table[1:]) + sum(
            row[-1] == "0" for row in table[1:]
        ), by


# Files


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/charts/status.svg?statsu=done", "statsu"),
        ("/charts/status.csv?status=done", "Allowed: completed, discontinued"),
        ("/charts/flow.svg?page=2", "‘page’ is not a parameter here"),
        ("/charts/matrix.svg?by=colour", "Allowed: agenda_point, status, freshness"),
        ("/charts/matrix.csv?by=status&by=freshness", "‘by’ is given more than once: give it once."),
        (
            "/charts/matrix.svg?lead=nobody",
            "lead: ‘nobody’ is not a valid value: nothing has a value of this kind yet.",
        ),
        ("/charts/flow.svg?by=status", "‘by’ is not a parameter here. Allowed: agency, agenda_point, as_of,"),
        ("/charts/status.svg?as_of=soon", "as_of: ‘soon’ is not a day"),
        ("/charts/status.svg?as_of=2999-01-01", "in the future"),
    ],
)
def test_invalid_parameter_is_refused_by_name(client, db, address, says):
    response = client.get(address)

    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert says in response.content.decode()


@pytest.mark.parametrize("address", ["/charts/pie.svg", "/charts/status.png", "/charts/matrix.pdf"])
def test_unknown_chart_or_file_type_is_not_found(client, db, address):
    assert client.get(address).status_code == 404


def test_nothing_that_is_not_published_is_drawn_or_counted(client, register, ilo, ohchr, points):
    before = {name: client.get(f"/charts/{name}.csv").content for name in [*NAMES, "matrix"]}
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, agenda_points=points)
        ProgressReportFactory(**{state: True}, commitment=register[2], status="completed")
        AssessmentFactory(commitment=register[2], agency=ohchr, **{state: True}, finding="disagrees")

    assert {name: client.get(f"/charts/{name}.csv").content for name in before} == before


def test_file_stands_alone(client, register):
    for name in [*NAMES, "matrix"]:
        root = read_svg(client, f"/charts/{name}.svg?lead=ilo&as_of=2015-12-31")

        texts = [text.text for text in root.findall(f"{SVG}text")]
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert root.find(f"{SVG}title").text.endswith("(Lead: ILO)"), name
        assert "31 December 2015" in " ".join(texts), name
        assert "as_of=2015-12-31" in "".join(texts), name
        assert root.find(f"{SVG}desc").text, name
        assert len(ids) == len(set(ids)), name
        assert not {element.tag.removeprefix(SVG) for element in root.iter()} & {"style", "script", "foreignObject"}, (
            name
        )
        assert {link.get("href").startswith(f"{HOST}/") for link in root.iter(f"{SVG}a")} <= {True}, name
        assert all(shape.get("fill") for tag in ("rect", "text", "path") for shape in root.iter(f"{SVG}{tag}")), name


def test_file_name_contains_the_parameters(client, register):
    dispositions = [
        client.get(address)["Content-Disposition"]
        for address in ("/charts/matrix.svg?by=status", "/charts/status.csv?as_of=2015-12-31")
    ]

    assert dispositions == [
        'inline; filename="matrix-status.svg"',
        'inline; filename="status-as-of-2015-12-31.csv"',
    ]


def test_ordering_does_not_change_a_chart(client, register):
    plain, reordered = (read_csv(client, f"/charts/status.csv?lead=ilo{more}") for more in ("", "&ordering=-due"))

    assert plain == reordered


# In a page


def render(rf, text, day=None, **context):
    context = {"as_of": day, **context}
    return Template("{% load charts %}" + text).render(make_context(context, rf.get("/")))


def test_figure_in_a_page_comes_with_its_table_and_its_files(rf, client, register):
    for name in NAMES:
        html = render(rf, f"{{% {name}_chart id='of-ilo' lead='ilo' %}}", date(2015, 12, 31))

        table = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", html)
        address = f"/charts/{name}.csv?lead=ilo&as_of=2015-12-31"
        assert f'href="{address.replace("&", "&amp;")}"' in html, name
        assert table == [cell for row in read_csv(client, address) for cell in row], name
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids)), name
        assert ids[0] == "of-ilo", name
        assert set(re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', html)) <= set(ids), name


def test_chart_tag_with_an_unknown_filter_raises(rf, db):
    with pytest.raises(ValueError, match="statsu"):
        render(rf, "{% status_chart id='x' statsu='done' %}")


@pytest.mark.parametrize("rows", first_fast([1, 30]))
def test_figure_takes_the_same_queries_for_any_rows(rf, ilo, points, django_assert_num_queries, rows):
    cycle = ReportingCycleFactory(opened=True)
    commitments = many(CommitmentFactory, rows, lead_agency=ilo, agenda_points=points[:1])
    many(ProgressReportFactory, rows, commitment=Each(commitments), cycle=cycle, blank=True)
    published_report(commitments[-1], on="2014-10-01")

    for name, queries in {"status": 4, "freshness": 4, "reports": 6, "flow": 9}.items():
        with django_assert_num_queries(queries, info=name):
            render(rf, f"{{% {name}_chart id='x' lead='ilo' %}}")


def test_title_of_a_chart_is_escaped(rf, register):
    html = render(rf, "{% status_chart id='x' title=title %}", title="Less < more \" & '")

    assert "Less &lt; more &quot; &amp; &#x27;" in html
    assert "Less <" not in html


def test_chart_in_arabic_is_mirrored(rf, register):
    directions = {}
    for name in NAMES:
        tag = f"{{% {name}_chart id='x' %}}"
        left = render(rf, tag)
        with translation.override("ar"):
            right = render(rf, tag)
        directions[name] = [left.count('direction="ltr"'), left.count('direction="rtl"')]
        directions[name] += [right.count('direction="rtl"'), right.count('direction="ltr"')]

    assert directions == {name: [number, 0, number, 0] for name, (number, *_rest) in directions.items()}
