from datetime import date
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict

from register.filtering.commitment_filters import CommitmentFilter
from reporting import actions
from tests.support.factories import (
    AgencyFactory,
    AnswerFactory,
    AssessmentFactory,
    CommitmentFactory,
    EvidenceFactory,
    MilestoneFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    UserFactory,
    WorkPlanFactory,
    published_report,
    run_deferred_triggers,
)

REGISTER = "/api/v1/commitments/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def get_commitment(client):
    """Ask for one commitment, as of a day or today."""

    def get_commitment(commitment, **words):
        return client.get(f"{REGISTER}{commitment.reference}/", words)

    return get_commitment


def page_of(commitment):
    return {
        "code": commitment.reference,
        "title": commitment.title,
        "state": commitment.state,
        "url": f"http://testserver/commitments/{commitment.reference}/",
    }


def agency(code, title):
    return {"code": code, "title": title, "url": f"http://testserver/agencies/{code}/"}


ILO = agency("ilo", "International Labour Organization")
IOM = agency("iom", "International Organization for Migration")


# The register


def moment_of(commitment):
    return commitment.movement.moved_at.isoformat().replace("+00:00", "Z")


def test_row_says_what_the_register_says(client, ilo, iom, points):
    recommendation = RecommendationFactory(code="OPS-1", text="Recruit fairly")
    commitment = CommitmentFactory(
        lead_agency=ilo,
        title="Fair recruitment",
        partners=[iom],
        agenda_points=[points[2], points[1]],
        recommendations=[recommendation],
        scope="global",
        places=["Tunisia"],
        start_on=date(2014, 12, 31),
        start_precision="year",
        deadline_on=date(2015, 6, 30),
        deadline_precision="month",
    )
    published_report(commitment, on="2015-03", outlook="on_track")

    run_deferred_triggers()

    (row,) = client.get(REGISTER).json()["results"]

    assert row.pop("updated_at") == moment_of(commitment)
    assert row == {
        "reference": commitment.reference,
        "title": "Fair recruitment",
        "state": "published",
        "withdrawn_on": None,
        "withdrawn_reason": "",
        "summary": "What is undertaken, in a few lines.",
        "original_text": "",
        "kind": "programme",
        "scope": "global",
        "places": ["Tunisia"],
        "lead": {"kind": "agency", **ILO},
        "partners": [IOM],
        "agenda_points": [
            {"code": 2, "title": "Reduce the costs of labour migration", "url": "http://testserver/agenda/2/"},
            {
                "code": 3,
                "title": "Eliminate migrant exploitation, including human trafficking",
                "url": "http://testserver/agenda/3/",
            },
        ],
        "recommendations": [
            {"code": "OPS-1", "title": "Recruit fairly", "url": "http://testserver/recommendations/OPS-1/"}
        ],
        "start_on": "2014",
        "start_precision": "year",
        "deadline_on": "2015-06",
        "deadline_precision": "month",
        "status": "in_progress",
        "status_reason": "",
        "superseded_by": None,
        "outlook": "on_track",
        "freshness": "not_yet_due",
        "verification": "self_reported",
        "last_update_on": "2015-03",
        "last_update_precision": "month",
        "stakeholders": [],
        "work_plan": None,
        "source_title": commitment.source_title,
        "source_location": commitment.source_location,
        "confidence": "confirmed",
        "published_on": "2014-02-20",
        "published_precision": "day",
        "url": f"http://testserver/commitments/{commitment.reference}/",
    }


def test_row_with_nothing_reported_pretends_nothing(client, decent_work):
    CommitmentFactory(workgroup=decent_work)

    (row,) = client.get(REGISTER).json()["results"]

    assert row["lead"] == {
        "kind": "workgroup",
        "code": "decent-work",
        "title": "Migration and Decent Work",
        "url": "http://testserver/workgroups/decent-work/",
    }
    unknown = (
        "status",
        "last_update_on",
        "last_update_precision",
        "start_on",
        "start_precision",
        "deadline_on",
        "scope",
    )
    assert {row[field] for field in unknown} == {None}


@pytest.mark.database
def test_register_answers_the_same_set_as_its_page(client, ilo, iom):
    mine = CommitmentFactory(lead_agency=ilo)
    ours = CommitmentFactory(lead_agency=iom, partners=[ilo])
    CommitmentFactory(lead_agency=iom)
    words = {"agency": "ilo", "ordering": "-reference"}

    rows = client.get(REGISTER, words).json()["results"]
    page = client.get("/commitments/", words).context["commitments"]

    assert [row["reference"] for row in rows] == [ours.reference, mine.reference]
    assert [commitment.reference for commitment in page] == [ours.reference, mine.reference]


@pytest.mark.parametrize(
    ("word", "value", "allowed"),
    [
        ("lead", "nasa", ["ilo"]),
        ("agency", "nasa", ["ilo"]),
        ("status", "done", None),
        ("kind", "promise", None),
        ("freshness", "stale", None),
        ("recommendation", "GOV-99", []),
        ("agenda_point", "9", [str(number) for number in range(1, 9)]),
        ("place", "Atlantis", []),
        ("due_before", "soon", None),
        ("updated_since", "lately", None),
    ],
)
def test_value_that_is_not_known_is_refused(client, commitment, points, word, value, allowed):
    response = client.get(REGISTER, {word: value})

    (error,) = response.json()["errors"]
    assert (response.status_code, error["parameter"]) == (400, word)
    assert allowed is None or error["allowed"] == allowed


@pytest.mark.database
def test_value_may_repeat(client, commitment, decent_work):
    other = CommitmentFactory(workgroup=decent_work)
    CommitmentFactory(lead_agency=AgencyFactory())

    rows = client.get(f"{REGISTER}?lead=ilo&lead=decent-work").json()["results"]

    assert {row["reference"] for row in rows} == {commitment.reference, other.reference}


# One commitment


def test_commitment_has_its_whole_record(get_commitment, ilo, iom, undesa, points):
    cycle = ReportingCycleFactory(title="Second half of 2014")
    commitment = CommitmentFactory(
        lead_agency=ilo,
        title="Fair recruitment",
        original_text="We shall recruit fairly.",
        source_title="Resolution",
        source_location="A/RES/68/4",
        stakeholders=[StakeholderFactory(name="Civil society platform", acronym="CSP")],
        work_plan=WorkPlanFactory(slug="mawp", title="Work plan"),
        partners=[iom],
    )
    MilestoneFactory(commitment=commitment, title="Begin", deadline_on=date(2014, 6, 30), met_on=date(2014, 7, 2))
    evidence = EvidenceFactory.build(
        report=None,
        title="Study",
        url="https://example.org/study",
        issued_on=date(2014, 12, 31),
        issued_precision="year",
    )
    published_report(commitment, on="2014-06-30", evidence=[evidence])
    published_report(commitment, on="2014-12", status="completed", cycle=cycle, on_behalf_of=ilo)
    AssessmentFactory(public=True, commitment=commitment, agency=undesa, report=commitment.reports.get(number=1))

    body = get_commitment(commitment).json()

    assert (body["state"], body["withdrawn_on"], body["withdrawn_reason"]) == ("published", None, "")
    assert body["original_text"] == "We shall recruit fairly."
    assert body["partners"] == [{"agency": IOM, "part": "Trains the trainers."}]
    assert body["stakeholders"] == [{"name": "Civil society platform", "acronym": "CSP", "kind": "civil_society"}]
    assert body["work_plan"] == {"code": "mawp", "title": "Work plan", "url": "http://testserver/workgroups/#mawp"}
    assert (body["source_title"], body["source_location"]) == ("Resolution", "A/RES/68/4")
    assert body["milestones"] == [
        {
            "title": "Begin",
            "deadline_on": "2014-06-30",
            "deadline_precision": "day",
            "met_on": "2014-07-02",
            "met_precision": "day",
        }
    ]
    code = commitment.reference
    assert [(report["code"], report["cycle"], report["on_behalf_of"]) for report in body["reports"]] == [
        (f"{code}-2", "Second half of 2014", ILO),
        (f"{code}-1", None, None),
    ]
    assert body["reports"][1]["evidence"] == [
        {
            "kind": "publication",
            "title": "Study",
            "url": "https://example.org/study",
            "symbol": "",
            "issued_on": "2014",
            "issued_precision": "year",
            "seen_on": None,
            "link_check": None,
            "link_checked_at": None,
            "media_type": None,
            "size": None,
            "digest": None,
        }
    ]
    assert [(change["code"], change["from_status"], change["to_status"]) for change in body["status_changes"]] == [
        (f"{code}-2", "in_progress", "completed"),
        (f"{code}-1", None, "in_progress"),
    ]
    assert body["assessments"] == [
        {
            "assessor_kind": "peer_agency",
            "assessor": {
                "code": "undesa",
                "title": "United Nations Department of Economic and Social Affairs",
                "url": "http://testserver/agencies/undesa/",
            },
            "report": f"{code}-1",
            "finding": "agrees",
            "text": "The courses were visited.",
            "source_title": "",
            "source_location": "",
            "published_on": "2014-10-01",
            "published_precision": "day",
            "reviewed_by": None,
            "answers": [],
        }
    ]
    assert (body["status"], body["verification"]) == ("completed", "peer_reviewed")
    assert body["citation"].startswith(f"ILO (2014). Fair recruitment. GMG HLD follow-up portal, {code}.")


def test_commitment_asks_the_database_as_often_for_many_reports_as_for_one(
    get_commitment, commitment, django_assert_num_queries
):
    published_report(commitment, on="2014-06-30")
    AssessmentFactory(public=True, commitment=commitment)
    with django_assert_num_queries(18):
        assert len(get_commitment(commitment).json()["reports"]) == 1

    for number in range(2, 12):
        published_report(commitment, on=f"2015-{number:02}-01", on_behalf_of=AgencyFactory())
        AssessmentFactory(public=True, commitment=commitment)
    with django_assert_num_queries(18):
        assert len(get_commitment(commitment).json()["reports"]) == 11


def test_withdrawn_commitment_answers_and_says_so(client, get_commitment):
    commitment = CommitmentFactory(withdrawn=True)

    body = get_commitment(commitment).json()

    assert (body["state"], body["withdrawn_on"]) == ("withdrawn", "2014-09-01")
    assert body["withdrawn_reason"] == "Entered twice."
    assert client.get(REGISTER).json()["results"] == []


def test_superseded_commitment_names_its_successor(get_commitment, commitment):
    successor = CommitmentFactory(title="Fair recruitment, renewed")
    published_report(commitment, status="superseded", superseded_by=successor, status_reason="Renewed.")

    old, new = get_commitment(commitment).json(), get_commitment(successor).json()

    assert (old["superseded_by"], old["supersedes"], old["status_reason"]) == (page_of(successor), [], "Renewed.")
    assert (new["superseded_by"], new["supersedes"], new["status_reason"]) == (None, [page_of(commitment)], "")


def test_assessors_are_an_agency_a_group_or_somebody_independent(get_commitment, commitment, iom, data_and_research):
    AssessmentFactory(public=True, commitment=commitment, agency=iom, published_on=date(2014, 10, 3))
    AssessmentFactory(
        public=True,
        commitment=commitment,
        assessor_kind="group_lead",
        agency=None,
        workgroup=data_and_research,
        published_on=date(2014, 10, 2),
    )
    AssessmentFactory(
        public=True, commitment=commitment, assessor_kind="independent", agency=None, assessor_name="A panel"
    )

    assessments = get_commitment(commitment).json()["assessments"]

    assert [assessment["assessor"] for assessment in assessments] == [
        IOM,
        {
            "code": "data-and-research",
            "title": "Data and Research",
            "url": "http://testserver/workgroups/data-and-research/",
        },
        {"code": None, "title": "A panel", "url": None},
    ]


def test_evidence_in_a_file_is_found_by_the_address_of_the_site(client, commitment):
    evidence = EvidenceFactory.build(report=None, url="", file="evidence/0b0e7a4e-70f5-4ac5-b77d-2ea1f2b6a5ee.pdf")
    published_report(commitment, evidence=[evidence])

    (report,) = client.get("/api/v1/reports/").json()["results"]

    assert report["evidence"][0]["url"] == (
        f"http://testserver/commitments/{commitment.reference}/evidence/0b0e7a4e-70f5-4ac5-b77d-2ea1f2b6a5ee/"
    )


def test_people_are_never_named(client, get_commitment, commitment, secretariat, ilo_focal_point):
    report = published_report(commitment, author=UserFactory(username="writer-of-it"))

    bodies = [get_commitment(commitment), client.get("/api/v1/reports/"), client.get("/api/v1/status-changes/")]

    assert not [body for body in bodies if "writer-of-it" in body.content.decode()]
    assert {row["origin"] for row in bodies[1].json()["results"]} == {"lead"}
    assert bodies[0].json()["reports"][0]["code"] == report.reference


# Reports and status changes


@pytest.fixture
def two_reports(ilo, decent_work):
    """By ILO in June 2014, and by the group in September."""
    led = CommitmentFactory(lead_agency=ilo)
    ours = CommitmentFactory(workgroup=decent_work)
    return [
        published_report(led, on="2014-06-30", status="in_progress", outlook="on_track"),
        published_report(ours, on="2014-09-30", status="completed"),
    ]


@pytest.mark.database
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 0]),
        ("?ordering=published", [0, 1]),
        ("?ordering=commitment", [0, 1]),
        ("?lead=ilo", [0]),
        ("?lead=decent-work", [1]),
        ("?lead=ilo&lead=decent-work", [1, 0]),
        ("?status=completed", [1]),
        ("?outlook=on_track", [0]),
        ("?published_after=2014-07-01", [1]),
        ("?published_before=2014-06-30", [0]),
        ("?as_of=2014-06-30", [0]),
        ("?as_of=2014-06-29", []),
    ],
)
def test_reports_are_found(client, two_reports, query, numbers):
    rows = client.get(f"/api/v1/reports/{query}").json()["results"]

    assert [row["code"] for row in rows] == [two_reports[number].reference for number in numbers]


@pytest.mark.database
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 0]),
        ("?ordering=changed", [0, 1]),
        ("?lead=decent-work", [1]),
        ("?to_status=completed", [1]),
        ("?changed_after=2014-07-01", [1]),
        ("?changed_before=2014-06-30", [0]),
        ("?as_of=2014-06-30", [0]),
    ],
)
def test_status_changes_are_found(client, two_reports, query, numbers):
    rows = client.get(f"/api/v1/status-changes/{query}").json()["results"]

    assert [row["code"] for row in rows] == [two_reports[number].reference for number in numbers]


@pytest.mark.database
@pytest.mark.parametrize("name", ["reports", "status-changes"])
def test_rows_are_found_by_their_commitment(client, two_reports, name):
    reference = two_reports[0].commitment.reference

    rows = client.get(f"/api/v1/{name}/", {"commitment": reference}).json()["results"]

    assert [row["commitment"]["code"] for row in rows] == [reference]


@pytest.mark.database
@pytest.mark.parametrize("name", ["reports", "status-changes"])
def test_row_is_absent_before_its_day(client, two_reports, name):
    address = f"/api/v1/{name}/{two_reports[0].reference}/"

    codes = [client.get(address, {"as_of": day}).status_code for day in ("2014-06-29", "2014-06-30")]

    assert codes == [404, 200]


@pytest.mark.parametrize("name", ["reports", "status-changes"])
@pytest.mark.parametrize("number", ["2", "0", "9999999999999999999999"])
def test_report_that_was_never_made_is_not_found(client, two_reports, name, number):
    address = f"/api/v1/{name}/{two_reports[0].commitment.reference}-{number}/"

    assert client.get(address).status_code == 404


# As of a day


@pytest.mark.database
def test_commitment_answers_as_it_stood(get_commitment, commitment):
    MilestoneFactory(commitment=commitment, met_on=date(2014, 8, 1))
    published_report(commitment, on="2014-06-30", outlook="at_risk")
    published_report(commitment, on="2014-09-30", status="completed")

    then, now = get_commitment(commitment, as_of="2014-07-31").json(), get_commitment(commitment).json()

    assert (then["status"], then["outlook"], then["last_update_on"]) == ("in_progress", "at_risk", "2014-06-30")
    assert (now["status"], now["outlook"], now["last_update_on"]) == ("completed", "not_assessed", "2014-09-30")
    assert [len(body["reports"]) for body in (then, now)] == [1, 2]
    assert [len(body["status_changes"]) for body in (then, now)] == [1, 2]
    assert [body["milestones"][0]["met_on"] for body in (then, now)] == [None, "2014-08-01"]
    assert "?as_of=2014-07-31 " in then["citation"]


@pytest.mark.parametrize(
    ("day", "status", "state"),
    [
        ("2014-02-19", 404, None),
        ("2014-02-20", 200, "published"),
        ("2014-08-31", 200, "published"),
        ("2014-09-01", 200, "withdrawn"),
    ],
)
def test_withdrawn_commitment_answers_as_it_stood(client, get_commitment, day, status, state):
    commitment = CommitmentFactory(withdrawn=True)

    response = get_commitment(commitment, as_of=day)
    listed = client.get(REGISTER, {"as_of": day}).json()["count"]

    assert (response.status_code, response.json().get("state")) == (status, state)
    assert listed == (state == "published")


def test_assessment_is_absent_before_its_day(get_commitment, commitment):
    AssessmentFactory(public=True, commitment=commitment)

    answers = [get_commitment(commitment, as_of=day).json() for day in ("2014-09-30", "2014-10-01")]

    assert [answer["verification"] for answer in answers] == ["self_reported", "peer_reviewed"]
    assert [len(answer["assessments"]) for answer in answers] == [0, 1]


def test_answer_stands_with_its_assessment_from_its_day_on(get_commitment, commitment):
    assessment = AssessmentFactory(public=True, commitment=commitment)
    AnswerFactory(assessment=assessment, public=True, text="So it was.")
    AnswerFactory(assessment=assessment, submitted=True, text="LEAK")

    (before, after) = (
        get_commitment(commitment, as_of=day).json()["assessments"] for day in ("2014-10-14", "2014-10-15")
    )

    assert before[0]["answers"] == []
    assert after[0]["answers"] == [
        {"text": "So it was.", "published_on": "2014-10-15", "published_precision": "day", "reviewed_by": None}
    ]


# Summaries


@pytest.mark.exhaustive
def test_every_cell_of_the_matrix_leads_to_as_many_rows(client, ilo, iom, decent_work, points):
    part = AgencyFactory(code="eca", parent=iom)
    CommitmentFactory(lead_agency=ilo, agenda_points=points[:2])
    CommitmentFactory(lead_agency=iom, agenda_points=points[:1])
    CommitmentFactory(lead_agency=part, agenda_points=points[:1])
    CommitmentFactory(workgroup=decent_work)
    CommitmentFactory(draft=True, lead_agency=ilo, agenda_points=points)

    for words in ({}, {"as_of": "2014-03-01"}, {"as_of": "2014-01-01"}):
        body = client.get("/api/v1/summary/matrix/", words).json()
        counts = [cell for row in body["rows"] for cell in (*row["cells"], row["total"])] + body["totals"]

        for count in counts:
            query = QueryDict(urlsplit(count["url"]).query)
            rows = CommitmentFilter(query).qs
            assert rows.count() == count["count"], count["url"]
        for count in (counts[0], counts[-1]):
            page = client.get(count["url"].replace("http://testserver", "").replace("/commitments/", REGISTER))
            assert page.json()["count"] == count["count"], count["url"]
    assert body["total"] == 0


@pytest.mark.database
def test_matrix_counts_constituents_with_their_member_and_each_commitment_once(client, ilo, decent_work, points):
    CommitmentFactory(lead_agency=AgencyFactory(parent=ilo), agenda_points=points[:3])

    body = client.get("/api/v1/summary/matrix/").json()

    assert [(row["lead"]["code"], row["total"]["count"]) for row in body["rows"] if row["total"]["count"]] == [
        ("ilo", 1)
    ]
    assert [cell["count"] for cell in body["totals"]] == [1, 1, 1, 0, 0, 0, 0, 0]
    assert body["total"] == 1


@pytest.mark.database
def test_freshness_has_the_last_update_of_each_lead(client, ilo, iom, secretariat):
    quiet, heard = CommitmentFactory(lead_agency=iom), CommitmentFactory(lead_agency=ilo)
    published_report(heard, on="2014-06", status="in_progress")
    published_report(CommitmentFactory(lead_agency=ilo), on="2014-05-31", status="completed")
    actions.open_cycle(ReportingCycleFactory(), by=secretariat)

    body = client.get("/api/v1/summary/freshness/").json()

    counts = {
        row["lead"]["code"]: {count["freshness"]: count["count"] for count in row["counts"] if count["count"]}
        for row in body["leads"]
    }
    assert counts == {"ilo": {"overdue": 1, "current": 1}, "iom": {"never_reported": 1}}
    assert {row["lead"]["code"]: (row["last_update_on"], row["last_update_precision"]) for row in body["leads"]} == {
        "ilo": ("2014-06", "month"),
        "iom": (None, None),
    }
    assert (body["total"], quiet.reports.count()) == (3, 1)


@pytest.mark.database
def test_gaps_list_what_is_missing(client, ilo, iom, ohchr, points):
    whole = RecommendationFactory(code="P15-1", level="post_2015")
    part = RecommendationFactory(code="P15-1a", level="post_2015", parent=whole)
    reported = CommitmentFactory(
        lead_agency=ilo, agenda_points=points[:1], recommendations=[part], deadline_on=date(2015, 1, 1)
    )
    published_report(reported)
    CommitmentFactory(lead_agency=iom, agenda_points=points[1:2])
    CommitmentFactory(draft=True, lead_agency=ohchr, agenda_points=points, recommendations=[whole])

    body = client.get("/api/v1/summary/gaps/").json()

    def lacks(name):
        return {row["code"]: row["lacks"] for row in body[name]}

    assert lacks("members") == {"ilo": [], "iom": ["date", "report"], "ohchr": ["commitment"]}
    assert lacks("agenda_points") == {1: [], 2: ["date", "report"]} | dict.fromkeys(range(3, 9), ["commitment"])
    assert lacks("recommendations") == {"P15-1": [], "P15-1a": []}
    assert lacks("levels") == {
        "governance": ["commitment"],
        "policy": ["commitment"],
        "operational": ["commitment"],
        "post_2015": [],
    }


@pytest.mark.database
def test_gaps_as_of_a_day(client, ilo):
    published_report(CommitmentFactory(lead_agency=ilo, deadline_on=date(2015, 1, 1)), on="2014-06-30")

    lacks = [
        client.get("/api/v1/summary/gaps/", {"as_of": day}).json()["members"][0]["lacks"]
        for day in ("2014-01-01", "2014-06-29", "2014-06-30")
    ]

    assert lacks == [["commitment"], ["report"], []]


@pytest.mark.database
def test_gaps_list_expected_reports_and_disputed_commitments(client, commitment, iom, secretariat):
    published_report(commitment, status="completed")
    AssessmentFactory(public=True, commitment=commitment, agency=iom, finding="disagrees")
    AssessmentFactory(commitment=commitment, agency=iom, text="A draft.")
    owing = CommitmentFactory(lead_agency=iom)
    actions.open_cycle(ReportingCycleFactory(title="Second half of 2014"), by=secretariat)

    body = client.get("/api/v1/summary/gaps/").json()

    assert body["cycle"] == "Second half of 2014"
    assert {row["code"]: (row["reported_in_cycle"], row["owed"], row["lacks"]) for row in body["members"]} == {
        "ilo": (0, 0, ["date"]),
        "iom": (0, 1, ["date", "report", "report_in_cycle"]),
    }
    assert [
        (
            row["commitment"]["code"],
            row["status"],
            [(d["assessor"]["code"], d["finding"], d["published_on"]) for d in row["dissent"]],
        )
        for row in body["disputed"]
    ] == [(commitment.reference, "completed", [("iom", "disagrees", "2014-10-01")])]
    assert owing.reference not in str(body["disputed"])
