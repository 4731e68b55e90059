"""The lists of gaps, on the page and as files."""

import csv
import io
import re
from datetime import date

import pytest

from gmg_portal.website.gap_lists import COMMITMENT_LISTS, COVERAGE_LISTS
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

MARK = "Quetzalcoatlus"


def references_by_list(client, **words):
    """Return the code or reference of each row by the slug of its list, for lists that are not empty."""
    response = client.get("/gaps/", words)
    assert response.status_code == 200
    coverage_lists = [each for subject in response.context["subjects"] for each in subject.lists]
    references = {
        each.slug: [getattr(row, "reference", None) or row.code for row in each.rows]
        for each in [*coverage_lists, *response.context["commitments"]]
    }
    return {slug: rows for slug, rows in references.items() if rows}


def rows(client, name, **words):
    response = client.get(f"/gaps/{name}.csv", words)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


def request_report(commitment, cycle):
    return ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)


@pytest.fixture
def half_reported(ilo, iom, ohchr, points):
    """Create one of ILO with deadline and report on points 1 and 2, and one of IOM without, on point 3."""
    reported = CommitmentFactory(lead_agency=ilo, agenda_points=points[:2], deadline_on=date(2015, 1, 1))
    published_report(reported, on="2014-03-01")
    silent = CommitmentFactory(lead_agency=iom, agenda_points=points[2:3], title="=SUM(1)")
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(
            **{state: True}, lead_agency=ohchr, agenda_points=points, deadline_on=date(2015, 1, 1), title=MARK
        )
    return reported, silent


def test_gaps_before_the_first_cycle_list_rows_without_any_report(client, half_reported):
    _reported, silent = half_reported

    references = references_by_list(client)

    assert references == {
        "points-without-commitment": [4, 5, 6, 7, 8],
        "points-without-date": [3],
        "points-without-report": [3],
        "levels-without-commitment": ["governance", "policy", "operational", "post_2015"],
        "members-without-commitment": ["ohchr"],
        "members-without-date": ["iom"],
        "members-without-report": ["iom"],
        "commitments-without-date": [silent.reference],
        "silent-commitments": [silent.reference],
    }
    assert "No reporting cycle had opened yet" in client.get("/gaps/").content.decode()


def test_gaps_in_a_cycle_list_rows_without_a_report_in_it(client, half_reported):
    reported, silent = half_reported
    cycle = ReportingCycleFactory(opened=True, title="Second half of 2014")
    request_report(reported, cycle)

    html = client.get("/gaps/").content.decode()
    references = references_by_list(client)

    assert references["members-without-report"] == ["ilo"]
    assert references["points-without-report"] == [1, 2]
    assert references["silent-commitments"] == [silent.reference, reported.reference]
    assert "‘This cycle’ is Second half of 2014: opened on 1 July 2014" in html
    assert (
        'href="/commitments/?agenda_point=1&amp;freshness=due&amp;freshness=overdue&amp;freshness=never_reported"'
        in html
    )


def test_finished_and_reported_commitments_are_no_gaps(client, ilo, iom):
    cycle = ReportingCycleFactory(opened=True)
    finished, answered, other = (
        CommitmentFactory(lead_agency=lead, deadline_on=date(2015, 1, 1)) for lead in (ilo, iom, iom)
    )
    for commitment in (finished, answered, other):
        request_report(commitment, cycle)
    published_report(finished, on="2014-06-01", status="completed")
    published_report(answered, on="2014-08-01")

    references = references_by_list(client)

    assert [slug for slug in references if slug.endswith("report")] == []
    assert references["silent-commitments"] == [other.reference]


def test_silent_commitments_are_sorted_longest_silent_first(client, ilo):
    cycle = ReportingCycleFactory(opened=True)
    recent, old, never, unasked, finished = CommitmentFactory.create_batch(5, lead_agency=ilo)
    for commitment in (recent, old, never, finished):
        request_report(commitment, cycle)
    published_report(recent, on="2014-06-01")
    published_report(old, on="2014-03-01")
    published_report(unasked, on="2014-03-01")
    published_report(finished, on="2014-03-01", status="completed")

    assert references_by_list(client)["silent-commitments"] == [never.reference, old.reference, recent.reference]
    assert references_by_list(client, as_of="2014-08-01")["silent-commitments"] == [never.reference]


def test_disputed_commitment_shows_status_and_assessment(client, commitment, iom, ohchr):
    published_report(commitment, on="2014-06-30", status="completed")
    AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees")
    AssessmentFactory(public=True, commitment=commitment, agency=ohchr, finding="agrees")
    AssessmentFactory(commitment=commitment, agency=AgencyFactory(name=MARK), finding="disagrees")

    html = client.get("/gaps/").content.decode()

    assert references_by_list(client)["disputed-commitments"] == [commitment.reference]
    section = html[html.index('id="disputed-commitments"') : html.index('id="commitments-without-date"')]
    assert [word for word in ("Completed", "Disagrees", str(iom), "1 October 2014") if word not in section] == []
    assert str(ohchr) not in section
    assert rows(client, "disputed-commitments") == [
        {
            "reference": commitment.reference,
            "title": commitment.title,
            "lead": "ilo",
            "status": "completed",
            "assessor": str(iom),
            "finding": "disagrees",
            "assessed_on": "2014-10-01",
            "url": f"http://testserver/commitments/{commitment.reference}/",
        }
    ]


def test_dispute_ends_with_a_new_assessment(client, commitment, iom):
    AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees")
    AssessmentFactory(public=True, commitment=commitment, agency=iom, published_on=date(2015, 1, 1))

    assert "disputed-commitments" not in references_by_list(client)
    assert references_by_list(client, as_of="2014-12-31")["disputed-commitments"] == [commitment.reference]


def test_empty_list_has_its_own_message(client, ilo, points):
    CommitmentFactory(lead_agency=ilo, agenda_points=points)

    html = client.get("/gaps/").content.decode()

    assert "Every point has a commitment." in html
    assert "No assessor disagrees with a lead." in html


def test_every_number_of_the_summary_leads_to_its_list(client, half_reported):
    html = client.get("/gaps/").content.decode()

    summary = html[html.index('id="summary"') : html.index('id="points"')]
    named = re.findall(r'href="#([a-z-]+)"', summary)
    assert len(named) == 15
    assert [slug for slug in named if f'<h3 id="{slug}">' not in html] == []
    assert set(named) == set(COVERAGE_LISTS) | set(COMMITMENT_LISTS)


def test_every_list_is_a_file_of_the_same_rows(client, half_reported):
    RecommendationFactory(code="GOV-1")
    shown = references_by_list(client)

    files = {name: [row.get("code") or row["reference"] for row in rows(client, name)] for name in named_lists()}

    assert {name: references for name, references in files.items() if references} == {
        name: [str(code) for code in references] for name, references in shown.items()
    }


def named_lists():
    return [*COVERAGE_LISTS, *COMMITMENT_LISTS]


def test_file_escapes_formulas_and_has_the_counts(client, half_reported):
    assert rows(client, "commitments-without-date")[0]["title"] == "'=SUM(1)"
    assert rows(client, "points-without-date") == [
        {
            "code": "3",
            "title": "Eliminate migrant exploitation, including human trafficking",
            "commitments": "1",
            "dated": "0",
            "reported": "0",
            "reported_in_cycle": "0",
            "owed": "0",
            "lacks": "date;report",
            "url": "http://testserver/agenda/3/",
        }
    ]


def test_file_answers_as_of_a_day(client, half_reported):
    response = client.get("/gaps/members-without-report.csv?as_of=2014-02-28")

    assert [row["code"] for row in rows(client, "members-without-report", as_of="2014-02-28")] == ["ilo", "iom"]
    assert 'filename="members-without-report-as-of-2014-02-28.csv"' in response["Content-Disposition"]


def test_unknown_file_is_not_found(client, db):
    assert client.get("/gaps/points-without-hope.csv").status_code == 404


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("agency=ilo", "‘agency’ is not a parameter here. Allowed: as_of."),
        ("as_of=soon", "as_of: ‘soon’ is not a day"),
        ("as_of=2999-01-01", "in the future"),
    ],
)
@pytest.mark.parametrize(
    ("address", "kind"), [("/gaps/", "text/html"), ("/gaps/points-without-date.csv", "text/plain")]
)
def test_invalid_parameter_is_refused(client, db, address, kind, query, says):
    response = client.get(f"{address}?{query}")

    assert (response.status_code, response["Content-Type"]) == (400, f"{kind}; charset=utf-8")
    assert says in response.content.decode()


def test_drafts_show_nowhere(client, half_reported):
    texts = [client.get("/gaps/").content.decode()]
    texts += [client.get(f"/gaps/{name}.csv").getvalue().decode() for name in named_lists()]

    assert [text for text in texts if MARK in text] == []


@pytest.mark.parametrize("count", first_fast([1, 12]))
def test_gaps_take_the_same_queries_however_many_rows(client, ilo, points, django_assert_num_queries, count):
    commitments = many(CommitmentFactory, count, lead_agency=ilo, agenda_points=points)
    fields = {"public": True, "finding": "disagrees"}
    many(AssessmentFactory, count, **fields, commitment=Each(commitments), agency=Each(many(AgencyFactory, count)))

    with django_assert_num_queries(22):
        client.get("/gaps/")
