"""Test `fields` on the API: a chosen field has the value that it has in the whole row, and the others are not read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.rest.sparse_fields import keep_fields, offered_fields, select_fields
from register.serializers import CommitmentRowSerializer, CommitmentSerializer
from tests.support.factories import (
    AssessmentFactory,
    ChairTermFactory,
    CommitmentFactory,
    FormerNameFactory,
    MilestoneFactory,
    PartnerFactory,
    published_report,
)

LIST = "/api/v1/commitments/"


@pytest.fixture
def full(commitment, points, iom):
    """Return a commitment with related rows of every kind."""
    PartnerFactory(commitment=commitment, agency=iom)
    MilestoneFactory(commitment=commitment, met_on="2015-01-01")
    commitment.agenda_points.set(points[:2])
    successor = CommitmentFactory()
    published_report(commitment, on="2014-06-30", status="superseded", superseded_by=successor, status_reason="Merged.")
    AssessmentFactory(public=True, commitment=commitment)
    return commitment


def row_of(client, path, **params):
    row = client.get(path, params).json()
    return row["results"][0] if "results" in row else row


def tables_read(client, path, **params):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, params).status_code == 200
    return " ".join(query["sql"] for query in queries)


@pytest.mark.parametrize("day", [{}, {"as_of": "2014-12-31"}])
@pytest.mark.parametrize("serializer", [CommitmentRowSerializer, CommitmentSerializer])
def test_chosen_field_has_the_value_of_the_whole_row(client, full, serializer, day):
    path = LIST if serializer is CommitmentRowSerializer else f"{LIST}{full.reference}/"
    tree = offered_fields(serializer)
    whole = row_of(client, path, **day)

    for name in [*tree, *(f"{name}.{list(subtree)[-1]}" for name, subtree in tree.items() if subtree)]:
        chosen, _unknown = select_fields([name], tree)
        assert row_of(client, path, fields=name, **day) == keep_fields(chosen, whole), name


def test_rows_of_fields_that_are_not_chosen_are_not_read(client, full):
    sql = tables_read(client, LIST, fields="reference,lead.code")

    assert "agenda_agendapoint" not in sql
    assert "commitments_partner" not in sql
    assert "commitments_stakeholder" not in sql
    assert "standing_reason" not in sql
    assert "agenda_agendapoint" in tables_read(client, LIST, fields="agenda_points")


def test_reports_of_a_commitment_are_not_read_unless_chosen(client, full):
    path = f"{LIST}{full.reference}/"

    assert "reporting_evidence" not in tables_read(client, path, fields="reference")
    assert "reporting_evidence" in tables_read(client, path, fields="reports.code")


def test_terms_and_former_names_of_a_past_day_can_be_chosen_in_part(client, ilo):
    ChairTermFactory(agency=ilo, starts_on="2007-01-01", ends_on="2007-06-30", source="Early")
    ChairTermFactory(agency=ilo, starts_on="2014-01-01", ends_on="2014-12-31", source="Late")
    FormerNameFactory(agency=ilo, acronym="OLD", until="2005-01-01")

    row = row_of(client, "/api/v1/agencies/ilo/", as_of="2010-01-01", fields="chair_terms.source,former_names.acronym")

    assert row == {"former_names": [{"acronym": "OLD"}], "chair_terms": [{"source": "Early"}]}


def test_linked_data_of_chosen_fields_keep_their_identifiers(client, full):
    node = client.get(f"{LIST}{full.reference}/", {"fields": "lead.code", "format": "jsonld"}).json()

    assert node["@id"].endswith(full.get_absolute_url())
    assert node.keys() == {"@context", "@type", "@id", "lead"}
    assert node["lead"].keys() == {"@id", "code"}
