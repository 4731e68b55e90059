from tests.factories import AgencyFactory, ChairTermFactory


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


def test_agency_says_all_of_itself(client, ilo):
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
        "parent": None,
        "constituents": [],
        "chair_terms": [{"starts_on": "2014-01-01", "ends_on": "2014-12-31", "source": "ilo.org"}],
        "commitments_url": "http://testserver/api/v1/commitments/?agency=ilo",
        "url": "http://testserver/agencies/ilo/",
    }


def test_list_is_sorted_as_asked(client, ilo, iom, ohchr):
    rows = client.get("/api/v1/agencies/", {"ordering": "-code"}).json()["results"]

    assert [row["code"] for row in rows] == ["ohchr", "iom", "ilo"]
