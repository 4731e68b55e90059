from datetime import date

import pytest
from drf_spectacular.generators import SchemaGenerator

from gmg_portal.api import deprecations
from gmg_portal.api.deprecations import Deprecation

WHY, INSTEAD = "It was rarely used.", "Ask for ‘page_size’."
LIST, ONE = "/api/v1/commitments/", "/api/v1/commitments/{reference}/"
PAGE = "http://testserver/data/versions/"
ENDPOINT = Deprecation("/api/v1/summary/gaps/", date(2030, 1, 1), WHY, INSTEAD, until=date(2031, 6, 1))
PARAMETER = Deprecation(LIST, date(2030, 2, 1), WHY, INSTEAD, parameter="scope")
FIELD = Deprecation(LIST, date(2030, 3, 1), WHY, INSTEAD, field="lead.title", until=date(2031, 3, 1))
DETAIL_FIELD = Deprecation(ONE, date(2030, 4, 1), WHY, INSTEAD, field="scope")
COLUMN = Deprecation("/data/commitments.csv", date(2030, 5, 1), WHY, INSTEAD, field="scope")


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setattr(deprecations, "DEPRECATIONS", (ENDPOINT, PARAMETER, FIELD, DETAIL_FIELD, COLUMN))


def test_nothing_is_deprecated_unless_declared(client, commitment):
    answer = client.get(LIST)
    page = client.get("/data/versions/").content.decode()

    assert not {"Deprecation", "Sunset"} & set(answer.headers)
    assert "Nothing is deprecated" in page
    assert "'deprecated': True" not in str(SchemaGenerator().get_schema(request=None, public=True)["paths"])


def test_response_announces_deprecated_parts_in_use(client, commitment, declared):
    def deprecation_headers(address, **headers):
        answer = client.get(address, headers=headers)
        links = [link for link in answer.get("Link", "").split(", ") if "versions" in link]
        return answer.get("Deprecation"), answer.get("Sunset"), links

    def line(anchor, *relations):
        return [f'<{PAGE}#{anchor}>; rel="{rel}"; type="text/html"' for rel in relations]

    of_field = line("api-v1-commitments-lead-title", "deprecation", "sunset")
    assert deprecation_headers("/api/v1/summary/gaps/") == (
        "@1893456000",
        "Sun, 01 Jun 2031 00:00:00 GMT",
        line("api-v1-summary-gaps", "deprecation", "sunset"),
    )
    assert deprecation_headers(LIST) == ("@1898553600", "Sat, 01 Mar 2031 00:00:00 GMT", of_field)
    assert deprecation_headers(f"{LIST}?scope=global") == (
        "@1896134400",
        "Sat, 01 Mar 2031 00:00:00 GMT",
        line("api-v1-commitments-scope", "deprecation") + of_field,
    )
    assert deprecation_headers(f"{LIST}?fields=reference,lead") == deprecation_headers(LIST)
    assert (
        deprecation_headers(f"{LIST}?fields=reference,title")
        == deprecation_headers("/api/v1/events/")
        == (None, None, [])
    )
    assert deprecation_headers(f"{LIST}{commitment.reference}/")[0] == "@1901232000"
    assert deprecation_headers("/data/commitments.csv")[0] == "@1903824000"
    held = deprecation_headers(LIST, **{"If-None-Match": client.get(LIST)["ETag"]})
    assert held == deprecation_headers(LIST)
    assert 'rel="first"' in client.get(LIST)["Link"]


def test_description_and_page_say_the_same(client, db, declared):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    page = client.get("/data/versions/").content.decode()

    whole = schema["paths"]["/api/v1/summary/gaps/"]["get"]
    listed = schema["paths"][LIST]["get"]
    assert whole["deprecated"] is True and whole["description"].endswith(f"{WHY} {INSTEAD}")
    assert [part["name"] for part in listed["parameters"] if part.get("deprecated")] == ["scope"]
    assert "deprecated" not in listed
    schemas = schema["components"]["schemas"]
    marked = [
        (name, field)
        for name, part in schemas.items()
        for field, schema in part.get("properties", {}).items()
        if schema.get("deprecated")
    ]
    assert {field for _name, field in marked} == {"title", "scope"}
    for deprecation in deprecations.DEPRECATIONS:
        assert f'id="{deprecation.key}"' in page
    assert "1 June 2031" in page and "not settled yet" in page and "Nothing is deprecated" not in page


def test_promise_of_a_year_is_kept_by_the_declaration():
    with pytest.raises(ValueError, match="a year at least"):
        Deprecation(LIST, date(2030, 1, 1), WHY, INSTEAD, until=date(2030, 12, 31))
    with pytest.raises(ValueError, match="each by itself"):
        Deprecation(LIST, date(2030, 1, 1), WHY, INSTEAD, parameter="scope", field="scope")


def test_policy_is_found_from_where_programs_are_written(client, db, settings):
    assert client.get("/api/v1/").json()["versions"] == PAGE
    assert 'href="/data/versions/"' in client.get("/data/").content.decode()
    assert client.get("/api/v1/schema/").json()["externalDocs"]["url"] == f"{settings.PUBLIC_URL}/data/versions/"
    assert client.get("/data/versions/?nothing=1").status_code == 400
