"""Titles in the order of a dictionary, moments as addresses write them, and lists that have no values yet."""

import json

import pytest
from django.utils.dateparse import parse_datetime

from foundation.filters.form_fields import restore_offset_plus
from tests.support.factories import CommitmentFactory

pytestmark = pytest.mark.database

TITLES = ["Cote d'Ivoire", "côté", "Côte", "zebra", "Zebra", "apple", "Éclair", "Über", "2 steps", "Apple pie"]
SORTED = ["2 steps", "apple", "Apple pie", "Côte", "côté", "Cote d'Ivoire", "Éclair", "Über", "Zebra", "zebra"]


@pytest.fixture
def library(ilo):
    for title in TITLES:
        CommitmentFactory(lead_agency=ilo, title=title)


@pytest.mark.parametrize(("ordering", "titles"), [("title", SORTED), ("-title", SORTED[::-1])])
def test_titles_are_sorted_as_in_a_dictionary_on_page_in_api_and_file(client, library, ordering, titles):
    page = client.get("/commitments/", {"ordering": ordering, "view": "table"})
    rows = client.get("/api/v1/commitments/", {"ordering": ordering, "fields": "title"}).json()["results"]
    file = client.get("/data/commitments.json", {"ordering": ordering})
    records = json.loads(b"".join(file.streaming_content))

    assert [row.title for row in page.context["commitments"]] == titles
    assert [row["title"] for row in rows] == titles
    assert [row["title"] for row in records] == titles


@pytest.mark.parametrize(
    "moment",
    ["2014-06-30T10:00:00+02:00", "2014-06-30T10:00+02:00", "2014-06-30T10:00:00.123+0200", "2014-06-30T10:00:00+02"],
)
def test_moment_whose_plus_was_not_escaped_is_read_as_it_was_meant(client, commitment, moment):
    for address in ("/api/v1/commitments/", "/commitments/", "/commitments.atom", "/data/commitments.csv"):
        response = client.get(f"{address}?updated_since={moment}")

        assert response.status_code == 200, address
    assert parse_datetime(restore_offset_plus(moment.replace("+", " "))) == parse_datetime(moment)


def test_moment_that_cannot_be_read_is_named_with_what_to_write(client, db):
    sentence = (
        "‘01/07/2026’ is not a valid date or time. Write 2014-06-30 or 2014-06-30T12:00:00Z;"
        " in an offset write + as %2B."
    )

    problem = client.get("/api/v1/commitments/", {"updated_since": "01/07/2026"}).json()

    assert problem["detail"] == f"updated_since: {sentence}"
    assert sentence in client.get("/data/commitments.csv", {"updated_since": "01/07/2026"}).content.decode()


def test_detail_of_a_problem_names_each_parameter(client, commitment):
    problem = client.get("/api/v1/commitments/", {"status": "done", "ordering": "titel"}).json()

    assert problem["detail"].count("‘done’") == problem["detail"].count("status: ‘done’ is not a valid value.") == 1
    assert "ordering: ‘titel’ is not a valid value. Did you mean ‘title’?" in problem["detail"]


def test_place_is_refused_with_a_sentence_where_no_commitment_has_one(client, db):
    sentence = "‘Africa’ is not a valid value: no published commitment names a place yet."

    for address in ("/commitments/", "/data/commitments.csv", "/commitments.atom", "/calendar/due.ics"):
        assert sentence in client.get(address, {"place": "Africa"}).content.decode(), address
    (error,) = client.get("/api/v1/commitments/", {"place": "Africa"}).json()["errors"]
    assert error == {"parameter": "place", "code": "unknown_value", "detail": sentence, "allowed": []}


def test_lead_is_refused_with_a_sentence_where_there_is_none(client, db):
    for address in ("/commitments/?lead=ilo", "/timeline/?agency=ilo", "/api/v1/commitments/?lead=ilo"):
        content = client.get(address).content.decode()

        assert "‘ilo’ is not a valid value: nothing has a value of this kind yet." in content
        assert "Allowed: –" not in content
