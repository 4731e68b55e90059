"""The comparison of two days, and links that keep `as_of`."""

import csv
import io
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support import shared_cast
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgendaPointFactory,
    AssessmentFactory,
    CommitmentFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"
DAYS = {"from": "2014-06-30", "until": "2015-12-31"}


ilo, iom, points = shared_cast.ilo, shared_cast.iom, shared_cast.points


@pytest.fixture(scope="module")
def three_changes(module_db, ilo, iom, points):
    """Create a commitment with a new status, a new one, and a withdrawn one, and return their references."""
    with module_db.unblock():
        return create_three_changes(ilo, iom, points)


def create_three_changes(ilo, iom, points):
    moved = CommitmentFactory(lead_agency=ilo, title="=1+1 Moved", agenda_points=points[:1])
    published_report(moved, on="2014-03-01", status="planning")
    published_report(moved, on="2015-03-01", status="completed")
    new = CommitmentFactory(lead_agency=iom, title="New", published_on=date(2015, 1, 1))
    gone = CommitmentFactory(lead_agency=iom, title="Gone", withdrawn=True)
    return moved.reference, new.reference, gone.reference


def changed_references(client, **words):
    response = client.get("/compare/", DAYS | words)
    assert response.status_code == 200
    lists = {each["code"]: [row.commitment.reference for row in each["rows"]] for each in response.context["lists"]}
    return {word: rows for word, rows in lists.items() if rows}


def rows(client, **words):
    response = client.get("/compare.csv", DAYS | words)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


def test_page_without_days_asks_for_them_and_offers_some(client, cycle):
    response = client.get("/compare/")

    html = response.content.decode()
    assert [day for _title, day in response.context["presets"]][:2] == [date(2013, 12, 31), date(2014, 7, 1)]
    assert 'name="from" value="2014-07-01"' in html
    assert "?from=" not in html


def test_page_lists_what_changed_and_leads_to_both_days(client, three_changes):
    moved, new, gone = three_changes

    html = client.get("/compare/", DAYS).content.decode()

    assert changed_references(client) == {"new": [new], "moved": [moved], "finished": [moved], "withdrawn": [gone]}
    assert "30 June 2014 and 31 December 2015" in html
    assert f'href="/commitments/{moved}/?as_of=2014-06-30"' in html
    assert 'href="/commitments/?as_of=2014-06-30"' in html
    assert 'href="/commitments/?status=completed&amp;as_of=2015-12-31"' in html
    assert 'href="/compare.csv?from=2014-06-30&amp;until=2015-12-31"' in html


def test_totals_agree_with_the_register_of_each_day(client, three_changes):
    totals = client.get("/compare/", DAYS).context["comparison"].totals

    counts = [count for total in totals for count in (total.then, total.now) if count.url]
    assert [client.get(count.url).context["paginator"].count for count in counts] == [count.count for count in counts]


def test_filters_of_the_comparison(client, three_changes):
    moved, new, gone = three_changes

    assert changed_references(client, agency="ilo") == {"moved": [moved], "finished": [moved]}
    assert changed_references(client, agency="iom") == {"new": [new], "withdrawn": [gone]}
    assert changed_references(client, agenda_point="1") == changed_references(client, agency="ilo")
    assert changed_references(client, agenda_point="2") == {}


def test_repeated_values_and_comma_lists_are_equal_on_page_and_file(client, three_changes, ohchr):
    CommitmentFactory(lead_agency=ohchr, published_on=date(2015, 1, 1))
    counts = set()

    for query in ("agency=ilo&agency=iom", "agency=ilo,iom", "agency=&agency=iom,ilo&agency=ilo"):
        page = client.get(f"/compare/?from=2014-06-30&until=2015-12-31&{query}")
        file = client.get(f"/compare.csv?from=2014-06-30&until=2015-12-31&{query}")

        references = [row.commitment.reference for row in page.context["comparison"].rows]
        records = csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""))
        assert references == [row["reference"] for row in records] == list(three_changes), query
        totals = page.context["comparison"].totals
        counts |= {(count.url, count.count) for total in totals for count in (total.then, total.now) if count.url}
        for address in page.context["register"].values():
            assert sorted(parse_qs(urlsplit(address).query)["agency"]) == ["ilo", "iom"], query

    assert counts == {(url, client.get(url).context["paginator"].count) for url, _count in counts}


def test_second_day_is_today_when_it_is_left_out(client, three_changes):
    comparison = client.get("/compare/", {"from": "2014-06-30"}).context["comparison"]

    assert comparison.until >= date(2026, 1, 1)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (
            "from=2015-01-01&until=2014-01-01",
            "until: ‘2014-01-01’ is before the first day. Use a day from 2015-01-01 to today, 20",
        ),
        ("from=2014-01-01&until=2999-01-01", "until: ‘2999-01-01’ is in the future. Use a day up to today (UTC), 20"),
        ("from=2999-01-01", "from: ‘2999-01-01’ is in the future. Use a day up to today (UTC), 20"),
        ("from=soon", "from: ‘soon’ is not a day. Write it as 2014-03-05 or 5 March 2014."),
        ("until=2014-01-01", "from: Give the day from which to compare: a day up to today, 20"),
        ("from=2014-01-01&agency=nobody", "agency: ‘nobody’ is not a valid value. Allowed: ilo, iom."),
        ("from=2014-01-01&to=2015-01-01", "‘to’ is not a parameter here. Allowed: agency, agenda_point, from,"),
        ("from=2014-01-01&from=2015-01-01", "‘from’ is given more than once"),
    ],
)
@pytest.mark.parametrize(("address", "kind"), [("/compare/", "text/html"), ("/compare.csv", "text/plain")])
def test_invalid_query_is_refused(client, three_changes, address, kind, question, says):
    response = client.get(f"{address}?{question}")

    assert (response.status_code, response["Content-Type"]) == (400, f"{kind}; charset=utf-8")
    assert says in response.content.decode()


def test_file_without_days_is_refused(client, db):
    assert client.get("/compare.csv").status_code == 400


def test_file_has_one_row_a_commitment_and_no_formula(client, three_changes, ilo):
    moved, new, gone = three_changes
    still = CommitmentFactory(lead_agency=ilo, title="Still")

    by_reference = {row["reference"]: row for row in rows(client)}

    assert by_reference[moved] == {
        "reference": moved,
        "title": "'=1+1 Moved",
        "lead": "ilo",
        "status_then": "planning",
        "status_now": "completed",
        "freshness_then": "not_yet_due",
        "freshness_now": "current",
        "what_changed": "moved;finished",
        "url": f"http://testserver/commitments/{moved}/",
    }
    assert {reference: row["what_changed"] for reference, row in by_reference.items()} == {
        moved: "moved;finished",
        new: "new",
        gone: "withdrawn",
        still.reference: "",
    }
    assert (by_reference[new]["status_then"], by_reference[gone]["freshness_now"]) == ("", "")


def test_drafts_show_nowhere(client, ohchr):
    commitment = CommitmentFactory(lead_agency=ohchr)
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ohchr, title=MARK, deadline_on=date(2015, 1, 1))
        ProgressReportFactory(**{state: True}, commitment=commitment, achieved=MARK, status="completed")
        AssessmentFactory(**{state: True}, commitment=commitment, text=MARK)

    assert MARK not in client.get("/compare/", DAYS).content.decode()
    assert [(row["reference"], row["status_now"]) for row in rows(client, agency="ohchr")] == [
        (commitment.reference, "")
    ]


@pytest.mark.parametrize("count", first_fast([1, 60]))
def test_page_takes_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, count):
    many(CommitmentFactory, count, lead_agency=ilo, published_on=date(2015, 1, 1), agenda_points=points)

    with django_assert_num_queries(13):
        client.get("/compare/", DAYS)


# The day of the record


def test_page_of_a_past_day_leads_to_today_and_to_the_comparison_with_it(client, commitment):
    html = client.get("/commitments/?as_of=2014-03-01&status=completed&page=1").content.decode()

    assert 'href="/commitments/?status=completed"' in html
    assert 'href="/compare/?from=2014-03-01"' in html
    assert "at the end of 1 March 2014 (UTC)" in html


def test_as_of_form_keeps_the_other_parameters(client, commitment):
    html = client.get("/commitments/?as_of=2014-03-01&status=completed&status=ongoing&page=1").content.decode()

    chooser = html[html.index("as-of-form") : html.index("</details>", html.index("as-of-form"))]
    assert chooser.count('<input type="hidden" name="status" value="completed">') == 2
    assert chooser.count('<input type="hidden" name="status" value="ongoing">') == 2
    assert 'name="page"' not in chooser
    assert 'value="2014-03-01"' in chooser
    assert "<a " not in chooser


def links(html):
    return {part.partition('"')[0].replace("&amp;", "&") for part in html.split('href="')[1:]}


def test_links_of_a_page_as_of_a_day_keep_as_of(client, ilo):
    published_report(CommitmentFactory(lead_agency=ilo, agenda_points=[AgendaPointFactory()]), on="2014-03-01")
    ReportingCycleFactory(opened=True)
    lost, addresses = {}, set()

    for path in ("/gaps/", "/timeline/"):
        html = client.get(path, {"as_of": "2014-12-31"}).content.decode()
        main = html[html.index("<main") : html.index("</main>")]
        header = html[html.index("<header") : html.index("</header>")]
        other = ("/calendar/", "/compare/", "/static/")
        inside = {link for link in links(header + main) if link.startswith(("/", "?")) and not link.startswith(other)}
        lost[path] = {link for link in inside if parse_qs(urlsplit(link).query).get("as_of") != ["2014-12-31"]}
        addresses |= {f"{path if link.startswith('?') else ''}{link}" for link in inside}

    assert lost == {"/gaps/": {"/gaps/"}, "/timeline/": {"/timeline/"}}  # 'Show the record of today'
    assert {address for address in addresses if client.get(address).status_code != 200} == set()


def test_day_in_words_is_iso_in_the_date_input(client, commitment):
    page = client.get("/compare/", {"from": "30 June 2014", "until": "1 Jul 2014"}).content.decode()

    assert 'name="from" max="' in page
    assert 'value="2014-06-30" required' in page
    assert 'value="2014-07-01" aria-describedby' in page
    assert "30 June 2014" in page
