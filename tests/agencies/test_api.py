from datetime import date

import pytest

from tests.support.factories import AgencyFactory, ChairTermFactory

pytestmark = pytest.mark.database


def test_list_holds_the_members_with_their_constituents(client, ilo, iom):
    commissions = AgencyFactory(code="unrc", position=9)
    AgencyFactory(code="eca", name="Economic Commission for Africa", parent=commissions)

    rows = client.get("/api/v1/agencies/").json()["results"]

    assert [row["code"] for row in rows] == ["ilo", "iom", "unrc"]
    assert rows[2]["constituents"] == [
        {"code": "eca", "title": "Economic Commission for Africa", "url": "http://testserver/agencies/eca/"}
    ]


def test_constituent_has_its_own_row_and_names_its_member(client, ilo):
    AgencyFactory(code="eca", parent=ilo)

    row = client.get("/api/v1/agencies/eca/").json()

    assert row["parent"] == {
        "code": "ilo",
        "title": "International Labour Organization",
        "url": "http://testserver/agencies/ilo/",
    }


def test_agency_has_all_its_fields(client, ilo):
    ChairTermFactory(agency=ilo, source="ilo.org")

    assert client.get("/api/v1/agencies/ilo/").json() == {
        "code": "ilo",
        "acronym": "ILO",
        "name": "International Labour Organization",
        "mandate": "",
        "headquarters": "",
        "website": None,
        "joined": None,
        "left": None,
        "is_member": True,
        "former_names": [],
        "parent": None,
        "constituents": [],
        "chair_terms": [{"starts_on": "2014-01-01", "ends_on": "2014-12-31", "source": "ilo.org"}],
        "commitments_url": "http://testserver/api/v1/commitments/?agency=ilo",
        "url": "http://testserver/agencies/ilo/",
    }


def test_list_is_sorted_as_asked(client, ilo, iom, ohchr):
    rows = client.get("/api/v1/agencies/", {"ordering": "-code"}).json()["results"]

    assert [row["code"] for row in rows] == ["ohchr", "iom", "ilo"]


def test_day_of_the_past_knows_who_had_joined_left_and_chaired(client, ilo, iom):
    ilo.left = date(2016, 1, 1)
    ilo.save()
    AgencyFactory(code="late", joined=date(2015, 1, 1))
    ChairTermFactory(agency=ilo, starts_on=date(2014, 1, 1), ends_on=date(2014, 12, 31))
    ChairTermFactory(agency=ilo, starts_on=date(2015, 1, 1), ends_on=date(2015, 12, 31))

    rows = client.get("/api/v1/agencies/", {"as_of": "2014-07-01"}).json()["results"]

    assert [row["code"] for row in rows] == ["ilo", "iom"]
    assert rows[0]["left"] is None
    assert [term["starts_on"] for term in rows[0]["chair_terms"]] == ["2014-01-01"]
    assert client.get("/api/v1/agencies/late/", {"as_of": "2014-12-31"}).status_code == 404
    assert client.get("/api/v1/agencies/late/", {"as_of": "2015-01-01"}).status_code == 200
