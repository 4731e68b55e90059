"""Test list parameters: repeated values, comma lists and both together mean the same everywhere."""

import csv
import io
import re

import pytest
from django.http import QueryDict
from django.utils.html import escape
from icalendar import Calendar

from foundation.filters.lists import split_lists
from gmg_portal.open_data.tables import TABLES
from tests.support.factories import CommitmentFactory, RecommendationFactory, published_report

WAYS = ["lead=ilo&lead=iom", "lead=ilo,iom", "lead=ilo%2Ciom", "lead=iom,ilo&lead=ilo", "lead=ilo&status=&lead=iom"]
PLACE = "Iran, Islamic Republic of"


@pytest.fixture
def register(ilo, iom, ohchr):
    """Create three commitments with the same deadline, each of another agency."""
    return {
        agency.code: CommitmentFactory(lead_agency=agency, title=f"Led by {agency.acronym}", deadline_on="2015-06-30")
        for agency in (ilo, iom, ohchr)
    }


def titles_of_api(client, query):
    return {row["title"] for row in client.get(f"/api/v1/commitments/?{query}").json()["results"]}


def titles_of_page(client, query):
    page = client.get(f"/commitments/?{query}").content.decode()
    return set(re.findall(r"Led by (?:ILO|IOM|OHCHR)", page[page.index('id="results"') :]))


def titles_of_csv(client, query):
    content = b"".join(client.get(f"/data/commitments.csv?{query}").streaming_content).decode("utf-8-sig")
    return {row["title"] for row in csv.DictReader(io.StringIO(content))}


def titles_of_feed(client, query):
    return set(re.findall(r"Led by \w+", client.get(f"/commitments.atom?{query}").content.decode()))


def titles_of_calendar(client, query):
    events = Calendar.from_ical(client.get(f"/calendar/due.ics?{query}").content).walk("VEVENT")
    return {re.search(r"Led by \w+", str(event["summary"]))[0] for event in events}


@pytest.mark.parametrize("titles", [titles_of_page, titles_of_feed, titles_of_calendar])
def test_list_may_repeat_or_be_parted_by_commas_where_empty_fields_of_forms_are_left_out(client, register, titles):
    assert {query: titles(client, query) for query in WAYS} == dict.fromkeys(WAYS, {"Led by ILO", "Led by IOM"})


@pytest.mark.parametrize("titles", [titles_of_api, titles_of_csv])
def test_list_may_repeat_or_be_parted_by_commas_for_programs(client, register, titles):
    ways = WAYS[:-1]

    assert {query: titles(client, query) for query in ways} == dict.fromkeys(ways, {"Led by ILO", "Led by IOM"})


def test_chart_counts_the_rows_of_every_value_of_a_list(client, register, points):
    for commitment in register.values():
        commitment.agenda_points.add(points[0])

    for query in WAYS[:-1]:
        numbers = client.get(f"/charts/status.csv?{query}").content.decode("utf-8-sig")
        drawing = client.get(f"/charts/status.svg?{query}").content.decode()

        rows = list(csv.reader(io.StringIO(numbers)))[1:]
        assert sum(int(row[-1]) for row in rows if row[-1].isdigit()) == 2, query
        assert "Lead: ILO, Lead: IOM" in drawing or "Lead: IOM, Lead: ILO" in drawing, query


def test_page_shows_each_value_of_a_comma_list_with_an_address_without_it(client, register):
    page = client.get("/commitments/?lead=ilo,iom&status=not_started").content.decode()

    assert "Lead: ILO, Lead: IOM, Status: Not started" in page
    assert escape("?lead=iom&status=not_started") in page
    assert escape("?lead=ilo&status=not_started") in page


def test_lists_on_reports_and_changes(client, register):
    names = {}
    for number, commitment in enumerate(register.values(), start=1):
        published_report(commitment, status="in_progress")
        names[f"{commitment.reference}-1"] = f"HLD-{number}"
    first, second, _third = [commitment.reference for commitment in register.values()]

    for address, query, codes in (
        ("reports", "lead=ilo,iom", {"HLD-1", "HLD-2"}),
        ("reports", "status=in_progress,planning&status=completed", {"HLD-1", "HLD-2", "HLD-3"}),
        ("reports", f"commitment={first},{second}", {"HLD-1", "HLD-2"}),
        ("status-changes", "to_status=planning,in_progress", {"HLD-1", "HLD-2", "HLD-3"}),
    ):
        rows = client.get(f"/api/v1/{address}/?{query}").json()["results"]

        assert {names[row["code"]] for row in rows} == codes, query


@pytest.mark.parametrize("query", ["kind=task_force,working_group", "kind=task_force&kind=working_group"])
def test_list_of_work_groups_takes_both(client, decent_work, data_and_research, query):
    assert client.get(f"/api/v1/workgroups/?{query}").json()["count"] == 2


def test_list_of_recommendations_takes_both(client, points):
    for number, level in enumerate(["governance", "policy", "operational"]):
        RecommendationFactory(code=f"R-{number}", level=level, agenda_points=[points[number]])

    body = client.get("/api/v1/recommendations/?level=governance,policy&agenda_point=1&agenda_point=2,3").json()

    assert [row["code"] for row in body["results"]] == ["R-0", "R-1"]


@pytest.mark.parametrize(
    "query",
    [
        "ordering=-title&fields=reference,title",
        "ordering=-title&fields=reference&fields=title",
        "ordering=-title,reference&fields=title&fields=reference,title",
    ],
)
def test_fields_take_both(client, register, query):
    rows = client.get(f"/api/v1/commitments/?{query}").json()["results"]

    assert [set(row) for row in rows] == [{"reference", "title"}] * 3
    assert [row["title"] for row in rows] == ["Led by OHCHR", "Led by IOM", "Led by ILO"]


def test_page_takes_repeated_fields(client, register):
    page = client.get("/commitments/?fields=title&fields=lead.code").content.decode()

    assert re.findall(r'<th scope="col"><code>([^<]*)</code></th>', page) == ["title", "lead.code"]


@pytest.mark.parametrize("address", ["commitments", "agencies"])
@pytest.mark.parametrize("query", ["ordering={0},{1}", "ordering={0}&ordering={1}"])
def test_ordering_takes_both(client, register, address, query):
    words = {"commitments": ("-due", "-title"), "agencies": ("-position", "code")}[address]

    rows = client.get(f"/api/v1/{address}/?{query.format(*words)}").json()["results"]

    expected = ["Led by OHCHR", "Led by IOM", "Led by ILO"] if address == "commitments" else ["ohchr", "iom", "ilo"]
    assert [row.get("code") or row["title"] for row in rows] == expected


@pytest.mark.parametrize("query", ["lead=ilo,", "lead=,ilo", "lead=ilo&lead=", "fields=title,", "ordering=,title"])
def test_empty_value_of_a_list_is_refused_to_programs(client, register, query):
    response = client.get(f"/api/v1/commitments/?{query}")

    word = query.partition("=")[0]
    assert response.status_code == 400
    assert [(fault["parameter"], "has no value" in fault["detail"]) for fault in response.json()["errors"]] == [
        (word, True)
    ]


def test_unknown_value_within_a_comma_list_is_named_alone(client, register):
    response = client.get("/api/v1/commitments/?lead=ilo,imo")

    (fault,) = response.json()["errors"]
    assert response.status_code == 400
    assert fault["detail"].startswith("‘imo’ is not a valid value. Did you mean ‘iom’?")
    assert "‘imo’ is not a valid value" in client.get("/commitments/?lead=ilo,imo").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/commitments/",
        "/commitments.atom",
        "/calendar/due.ics",
        "/charts/status.csv",
        "/data/commitments.csv",
        "/api/v1/commitments/",
    ],
)
def test_value_in_another_case_is_refused_with_the_right_one(client, register, address):
    for name, value, right in [
        ("status", "Completed", "completed"),
        ("status", "ongoing,COMPLETED", "completed"),
        ("lead", "ILO", "ilo"),
        ("freshness", "Never_Reported", "never_reported"),
        ("ordering", "-DUE", "-due"),
    ]:
        response = client.get(address, {name: value})

        message = f"‘{value.rpartition(',')[2]}’ is not a valid value. Did you mean ‘{right}’?"
        assert response.status_code == 400
        assert message in response.content.decode(), (name, value)


@pytest.mark.parametrize("word", ["q", "as_of", "due_after", "page"])
def test_what_is_no_list_is_not_cut_at_commas(client, register, word):
    response = client.get("/api/v1/commitments/", {word: "2014-01-01,2014-01-02"})

    assert response.status_code == (200 if word == "q" else 400)


@pytest.mark.parametrize(
    "address",
    ["/commitments/", "/commitments.atom", "/calendar/due.ics", "/charts/status.csv", "/data/commitments.csv"],
)
@pytest.mark.parametrize("word", ["q", "due_after", "updated_since"])
def test_what_is_no_list_is_refused_when_it_is_repeated(client, register, address, word):
    response = client.get(f"{address}?{word}=2014-01-01&{word}=2015-01-01")

    assert response.status_code == 400
    assert f"‘{word}’ is given more than once: give it once." in response.content.decode()


@pytest.mark.parametrize("address", ["/commitments/", "/commitments.atom"])
def test_page_is_refused_when_it_is_repeated(client, register, address):
    response = client.get(f"{address}?page=1&page=2")

    assert response.status_code == 400
    assert response.content.decode().count("‘page’ is given more than once: give it once.") == 1


@pytest.mark.parametrize("part", ["", "mistake/", "cite.bib"])
def test_page_of_a_commitment_refuses_unknown_parameters(client, register, part):
    address = register["ilo"].get_absolute_url() + part

    responses = [client.get(f"{address}?{query}") for query in ("as_of=2026-01-01", "asof=2026-01-01")]

    assert [response.status_code for response in responses] == [200, 400]
    assert "‘asof’ is not" in responses[1].content.decode()


def test_report_of_a_mistake_refuses_a_lack_that_is_none(client, register):
    address = register["ilo"].get_absolute_url() + "mistake/"

    responses = [client.get(f"{address}?lack={value}") for value in ("deadline", "", "money")]

    assert [response.status_code for response in responses] == [200, 200, 400]
    assert "lack: ‘money’ is not a valid value. Allowed: deadline, milestones." in responses[2].content.decode()


def test_place_whose_name_has_a_comma_stays_whole(client, ilo):
    CommitmentFactory(lead_agency=ilo, title="Led by ILO", places=[PLACE, "Mexico"])
    CommitmentFactory(lead_agency=ilo, title="Led by IOM", places=["Togo"])

    assert titles_of_api(client, f"place={PLACE}") == {"Led by ILO"}
    assert titles_of_page(client, f"place={PLACE}") == {"Led by ILO"}
    assert titles_of_api(client, f"place=Togo,{PLACE}") == {"Led by ILO", "Led by IOM"}


def test_long_list_is_read_in_one_pass():
    """The time to read a comma list grows only with its length."""
    filters = TABLES["commitments"].filterset.base_filters
    words = split_lists(QueryDict("status=" + ",".join(["completed"] * 5000)), filters)

    assert words.getlist("status") == ["completed"] * 5000
