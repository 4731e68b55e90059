"""Page, API, file and a plain reading of all rows agree for every query and every past day.

PROPERTY_EXAMPLES says how many questions are tried.
"""

import csv
import io
import os
import random
from collections import Counter
from datetime import date
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.clock import today
from register.filtering.commitment_filters import CommitmentFilter
from tests.register.plain_model import FIRST, KINDS, LAST, OUTLOOKS, PLACES, RARE, SCOPES, STATUSES, World
from tests.support.factories import AgencyFactory, AgendaPointFactory, WorkGroupFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.exhaustive]

REGISTER = "/api/v1/commitments/"
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES") or 25)
DAYS = 20
FRESHNESS = ["current", "due", "overdue", "never_reported", "not_yet_due"]
VERIFICATION = ["self_reported", "peer_reviewed", "independently_assessed", "disputed"]
LONG_AGO = "2014-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def world(module_db):
    """Read by both tests, and changed by none."""
    with module_db.unblock():
        agencies = [AgencyFactory(code=code) for code in ("ilo", "iom", "ohchr", "unhcr")]
        groups = [WorkGroupFactory(slug=slug) for slug in ("data-and-research", "decent-work")]
        points = [AgendaPointFactory(number=number) for number in range(1, 9)]
        return World(random.Random(2014), agencies, groups, points)


def several(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


DAY = st.dates(FIRST, LAST).map(date.isoformat)
QUERIES = {
    "q": st.lists(st.sampled_from(RARE), min_size=1, max_size=2, unique=True).map(" ".join),
    "lead": several(["ilo", "iom", "ohchr", "decent-work", "data-and-research"]),
    "agency": several(["ilo", "iom", "ohchr", "unhcr"]),
    "workgroup": several(["decent-work", "data-and-research"]),
    "agenda_point": several([str(number) for number in range(1, 9)]),
    "recommendation": several(["P15-1", "P15-1a", "GOV-1", "POL-1"]),
    "level": several(["post_2015", "governance", "policy", "operational"]),
    "kind": several(KINDS),
    "status": several(STATUSES),
    "outlook": several(OUTLOOKS),
    "freshness": several(FRESHNESS),
    "verification": several(VERIFICATION),
    "scope": several(SCOPES[1:]),
    "place": several(PLACES),
    "due_after": DAY,
    "due_before": DAY,
    "as_of": DAY,
    "updated_since": st.just(LONG_AGO),
    "ordering": st.sampled_from(["reference", "-reference", "due", "-due", "published", "-published"]),
}
QUESTIONS = st.fixed_dictionaries({}, optional=QUERIES).filter(
    lambda params: not {"as_of", "updated_since"} <= params.keys()
)
# The condition of each parameter on a row and its standing: any of the values.
MEETS = {
    "lead": lambda row, stood, value: row.lead == value,
    "agency": lambda row, stood, value: value in row.partners or row.lead == value,
    "workgroup": lambda row, stood, value: row.is_group and row.lead == value,
    "agenda_point": lambda row, stood, value: value in row.points,
    "recommendation": lambda row, stood, value: value in row.recommendations,
    "level": lambda row, stood, value: value in row.levels,
    "kind": lambda row, stood, value: row.kind == value,
    "status": lambda row, stood, value: stood["status"] == value,
    "outlook": lambda row, stood, value: stood["outlook"] == value,
    "freshness": lambda row, stood, value: stood["freshness"] == value,
    "verification": lambda row, stood, value: stood["verification"] == value,
    "scope": lambda row, stood, value: row.scope == value,
    "place": lambda row, stood, value: value in row.places,
    "due_after": lambda row, stood, value: row.deadline is not None and row.deadline >= date.fromisoformat(value),
    "due_before": lambda row, stood, value: row.deadline is not None and row.deadline <= date.fromisoformat(value),
}


def test_every_filter_is_asked():
    assert QUERIES.keys() == CommitmentFilter.base_filters.keys(), (
        "Add the values to ask for to QUERIES, and the condition on a row of tests/register/plain_model.py to MEETS."
    )
    assert MEETS.keys() == CommitmentFilter.base_filters.keys() - {"q", "as_of", "updated_since", "ordering"}


def read_plainly(world, params):
    """The references that a question finds, in the order in which it asks for them."""
    day = date.fromisoformat(params["as_of"]) if "as_of" in params else today()
    results = []
    for row in world.commitments:
        there = row.published <= day if "updated_since" in params else row.stands(day)
        stood = row.standing(day, world.cycles)
        words = row.words(day)
        met = all(
            any(MEETS[word](row, stood, value) for value in (values if isinstance(values, list) else [values]))
            for word, values in params.items()
            if word in MEETS
        )
        if there and met and all(word in words for word in params.get("q", "").split()):
            results.append(row)
    return [row.reference for row in in_order(results, params.get("ordering", "reference"))]


def in_order(rows, word):
    """Sorted by a word, downwards with a minus; those without a value come last, equal ones by their number."""
    column = word.removeprefix("-")
    value = {
        "reference": lambda row: row.reference,
        "due": lambda row: row.deadline,
        "published": lambda row: row.published,
    }[column]
    rows = sorted(rows, key=lambda row: row.reference)
    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=word.startswith("-"))
    return known + [row for row in rows if value(row) is None]


def test_page_api_file_and_plain_reading_agree_on_every_question(client, world):
    sizes = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(QUESTIONS)
    def agree(params):
        expected = read_plainly(world, params)
        query = urlencode(params, doseq=True)
        page = client.get(f"/commitments/?{query}&page_size=200")
        api = client.get(f"{REGISTER}?{query}&page_size=200").json()["results"]
        table = csv.DictReader(io.StringIO(client.get(f"/data/commitments.csv?{query}&bom=0").getvalue().decode()))
        results = {
            "page": [row.reference for row in page.context["commitments"]],
            "api": [row["reference"] for row in api],
            "file": [row["reference"] for row in table],
        }
        sizes[len(expected)] += 1
        if "q" in params and "ordering" not in params:  # by rank, which is PostgreSQL's own
            assert results["page"] == results["api"] == results["file"]
            results, expected = {name: sorted(rows) for name, rows in results.items()}, sorted(expected)
        assert results == dict.fromkeys(results, expected)
        assert page.context["facet_counts"].count == len(expected)

    agree()
    # Questions that find nothing prove little: most must have found something, and not always everything.
    assert len(sizes) > 3 and sizes.total() - sizes[0] >= EXAMPLES / 4


def test_any_past_day_stands_as_a_replay_of_what_happened_has_it(client, world):
    chance = random.Random(68190)
    for day in sorted(world.day() for _number in range(DAYS)):
        stood = {plain.reference: standing for plain, standing in world.stood(day)}
        words = {"as_of": day.isoformat(), "page_size": 200}

        rows = {row["reference"]: row for row in client.get(REGISTER, words).json()["results"]}
        table = client.get("/data/commitments.csv", {"as_of": day.isoformat(), "bom": "0"}).getvalue().decode()
        filed = {row["reference"]: row for row in csv.DictReader(io.StringIO(table))}
        freshness = client.get("/api/v1/summary/freshness/", {"as_of": day.isoformat()}).json()
        matrix = client.get("/api/v1/summary/matrix/", {"as_of": day.isoformat()}).json()

        assert {reference: of(row) for reference, row in rows.items()} == stood
        assert {reference: of(row, empty="") for reference, row in filed.items()} == stood
        counted = Counter(standing["freshness"] for standing in stood.values())
        assert {each["freshness"]: each["count"] for each in freshness["counts"]} == {
            word: counted[word] for word in FRESHNESS
        }
        assert matrix["total"] == freshness["total"] == len(stood)
        one = chance.choice(world.commitments)
        answer = client.get(f"{REGISTER}{one.reference}/", {"as_of": day.isoformat()})
        assert answer.status_code == (200 if one.published <= day else 404)
        if one.published <= day:
            data = answer.json()
            assert data["state"] == ("withdrawn" if one.is_withdrawn(day) else "published")
            assert len(data["reports"]) == len(one.published_reports(day))
            assert of(data) == one.standing(day, world.cycles)


def of(row, empty=None):
    """Return the status fields of a row of the API or of a file, with None for missing ones."""
    names = ("status", "outlook", "freshness", "verification", "last_update_on")
    return {name: None if row[name] == empty else row[name] for name in names}
