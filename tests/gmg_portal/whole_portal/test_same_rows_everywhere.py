"""Test that commitments and reports are the same set in every list, file, count and feed."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from time_machine import travel

from commitments.models import Commitment
from reporting import actions
from tests.support import shared_cast
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    UserFactory,
    in_group,
    published_report,
    run_deferred_triggers,
)

pytestmark = pytest.mark.django_db


ilo, iom, points = shared_cast.ilo, shared_cast.iom, shared_cast.points


@pytest.fixture(scope="module")
def references(module_db, ilo, iom, points):
    with module_db.unblock():
        return references_of_register(ilo, iom, points)


def references_of_register(ilo, iom, points):
    """Create four commitments of ILO, each with a report to which IOM contributed."""
    names = ("stands", "withdrawn", "restored", "superseded")
    rows = {
        name: CommitmentFactory(lead_agency=ilo, title=name, agenda_points=points[:1], deadline_on="2030-01-01")
        for name in names
    }
    for name, row in rows.items():
        status = {"status": "superseded", "superseded_by": rows["stands"]} if name == "superseded" else {}
        published_report(row, parts={iom: f"IOM on {name}"}, **status)
    secretariat = in_group(UserFactory(), "secretariat")
    for day, name, act in (
        ("2014-09-01", "withdrawn", actions.withdraw),
        ("2014-09-01", "restored", actions.withdraw),
        ("2014-10-15", "restored", actions.restore),
    ):
        with travel(f"{day}T12:00:00Z", tick=False):
            act(rows[name], reason="Entered twice.", by=secretariat)
    run_deferred_triggers()
    return {name: row.reference for name, row in rows.items()}


@pytest.fixture
def register(references, time_machine):
    """Return the references of the four by name, on a day after all their changes."""
    time_machine.move_to("2014-12-01T12:00:00Z", tick=False)
    return references


DAYS = {
    None: {"stands", "restored", "superseded"},
    "2014-10-15": {"stands", "restored", "superseded"},
    "2014-10-14": {"stands", "superseded"},
    "2014-08-31": {"stands", "withdrawn", "restored", "superseded"},
}


def of_api(client, path, field, query):
    def reference(row):
        value = row[field]
        return value["code"] if isinstance(value, dict) else value

    return {reference(row) for row in client.get(path, {"page_size": 200, **query}).json()["results"]}


def of_csv(client, path, field, query):
    text = client.get(path, query).getvalue().decode("utf-8-sig")
    return {row[field] for row in csv.DictReader(io.StringIO(text))}


def of_ndjson(client, path, field, query):
    lines = client.get(path, query).getvalue().decode().splitlines()
    return {json.loads(line)[field] for line in lines}


# Every list of commitments or reports, with a function that returns its references.
PLACES = {
    "API commitments": lambda client, query: of_api(client, "/api/v1/commitments/", "reference", query),
    "API reports": lambda client, query: of_api(client, "/api/v1/reports/", "commitment", query),
    "API status changes": lambda client, query: of_api(client, "/api/v1/status-changes/", "commitment", query),
    "commitments.csv": lambda client, query: of_csv(client, "/data/commitments.csv", "reference", query),
    "reports.csv": lambda client, query: of_csv(client, "/data/reports.csv", "commitment", query),
    "reports.ndjson": lambda client, query: of_ndjson(client, "/data/reports.ndjson", "commitment", query),
    "register page": lambda client, query: {
        row.reference for row in client.get("/commitments/", query).context["commitments"]
    },
    "page of the lead": lambda client, query: {
        row.reference for row in client.get("/agencies/ilo/", query).context["led"]
    },
    "parts on a partner's page": lambda client, query: {
        part.report.commitment.reference for part in client.get("/agencies/iom/", query).context["contributions"]
    },
}


@pytest.mark.parametrize("place", first_fast(PLACES))
def test_every_place_lists_the_same_set(register, client, place):
    listed = {day: PLACES[place](client, {"as_of": day} if day else {}) for day in DAYS}

    assert listed == {day: {register[name] for name in names} for day, names in DAYS.items()}


@pytest.mark.parametrize("day", DAYS)
def test_every_count_is_of_the_same_set(register, client, day):
    query = {"as_of": day} if day else {}

    tally = client.get("/commitments/", query).context["facet_counts"]
    counts = {
        "home": client.get("/", query).context["total"],
        "register": tally.count,
        "facet of the lead": next(
            option.count
            for facet in tally.facets
            for option in facet.options
            if (facet.name, option.value) == ("lead", "ilo")
        ),
        "matrix": client.get("/api/v1/summary/matrix/", query).json()["total"],
        "freshness": client.get("/api/v1/summary/freshness/", query).json()["total"],
    }

    assert set(counts.values()) == {len(DAYS[day])}, counts


def test_calendar_holds_what_stands_and_is_not_finished(register, client):
    expected = {register[name] for name in ("stands", "restored")}

    for query in ({}, {"updated_since": "2014-01-01"}):
        text = client.get("/calendar/due.ics", query).content.decode().replace("\r\n ", "")
        assert {reference for reference in register.values() if reference in text} == expected


PATHS = {
    "commitments": ("/api/v1/commitments/", "reference"),
    "reports": ("/api/v1/reports/", "commitment"),
    "status changes": ("/api/v1/status-changes/", "commitment"),
}


@pytest.mark.parametrize("act", ["withdraw", "restore"])
@pytest.mark.parametrize("kind", PATHS)
def test_feed_has_a_withdrawal_and_a_restoration(register, client, secretariat, kind, act):
    name = {"withdraw": "stands", "restore": "withdrawn"}[act]
    since = Commitment.objects.values_list("movement__moved_at", flat=True).order_by("-movement__moved_at").first()
    since += timedelta(microseconds=1)
    before = of_api(client, *PATHS[kind], {"updated_since": since.isoformat()})

    getattr(actions, act)(Commitment.objects.get(reference=register[name]), reason="A mistake.", by=secretariat)
    run_deferred_triggers()

    after = of_api(client, *PATHS[kind], {"updated_since": since.isoformat()})
    assert before == set()
    # A superseded commitment names its successor and the successor's state.
    assert register[name] in after
    assert after <= {register[name], register["superseded"]}


@pytest.mark.parametrize("kind", ["reports", "status-changes"])
def test_report_has_the_state_of_its_commitment(register, client, kind):
    def states(query):
        answer = client.get(f"/api/v1/{kind}/", {"page_size": 200, **query}).json()["results"]
        return {row["commitment"]["code"]: row["commitment"]["state"] for row in answer}

    gone = reverse(f"api:{kind}-detail", args=[f"{register['withdrawn']}-1"])

    assert states({"updated_since": "2014-01-01"}) == {
        reference: "withdrawn" if name == "withdrawn" else "published" for name, reference in register.items()
    }
    assert set(states({}).values()) == {"published"}
    assert client.get(gone).json()["commitment"]["state"] == "withdrawn"
    assert client.get(gone, {"as_of": "2014-08-31"}).json()["commitment"]["state"] == "published"


def test_states_take_the_same_queries_for_any_number_of_rows(ilo, client, django_assert_max_num_queries):
    def answer():
        return client.get("/api/v1/reports/", {"as_of": "2026-01-01"}).json()

    published_report(CommitmentFactory(lead_agency=ilo))
    with django_assert_max_num_queries(20) as few:
        count = answer()["count"]

    for _number in range(6):
        published_report(CommitmentFactory(lead_agency=AgencyFactory()))
    with django_assert_max_num_queries(len(few)):
        assert answer()["count"] == count + 6


def test_file_of_reports_by_updated_since_is_the_list_of_the_api(register, client):
    names = {reference: name for name, reference in register.items()}
    moments = [row["updated_at"] for row in client.get("/api/v1/reports/?updated_since=2014-01-01").json()["results"]]
    everything = set(register.values())

    references = {}
    for moment in ("2014-01-01", *moments, "2999-01-01"):
        query = {"updated_since": moment}
        references[moment] = of_csv(client, "/data/reports.csv", "commitment", query)
        assert references[moment] == of_ndjson(client, "/data/reports.ndjson", "commitment", query)
        assert references[moment] == of_api(client, "/api/v1/reports/", "commitment", query)

    assert (references["2014-01-01"], references["2999-01-01"]) == (everything, set())
    rows = list(
        csv.DictReader(io.StringIO(client.get("/data/reports.csv?updated_since=2014-01-01&bom=0").getvalue().decode()))
    )
    assert {names[row["commitment"]]: row["commitment_state"] for row in rows} == {
        "stands": "published",
        "withdrawn": "withdrawn",
        "restored": "published",
        "superseded": "published",
    }


@pytest.mark.parametrize(
    "query",
    [
        "status=in_progress",
        "lead=ilo,iom&ordering=-commitment",
        "lead=ilo&lead=iom&as_of=2014-08-31",
        "outlook=at_risk",
    ],
)
def test_file_of_reports_takes_the_params_of_the_api_list(register, client, query):
    listed = [row["code"] for row in client.get(f"/api/v1/reports/?{query}").json()["results"]]

    lines = client.get(f"/data/reports.ndjson?{query}").getvalue().decode().splitlines()

    filed = [json.loads(line)["code"] for line in lines]
    assert set(filed) == set(listed)
    assert len(filed) == len(listed)
    assert filed == (listed if "ordering" in query else sorted(listed))
