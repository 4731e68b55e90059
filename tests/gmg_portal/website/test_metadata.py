"""Metadata of pages: canonical address, Open Graph, structured data, the search description."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import reverse

from gmg_portal.models import Revision
from gmg_portal.open_data.tables import TABLES
from gmg_portal.templatetags.page_metadata import structured
from tests.support.factories import AgencyFactory, CommitmentFactory, RecommendationFactory

pytestmark = pytest.mark.django_db


def html_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def data_in(html):
    """Return the structured data of a page, by type."""
    entries = [
        json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    ]
    return {entry["@type"]: entry for entry in entries}


def meta_in(html):
    return dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', html))


def test_canonical_url_has_no_view_parameters(client, commitment):
    html = html_of(client, f"{reverse('commitments:list')}?kind=programme&page_size=20&page=1")

    assert '<link rel="canonical" href="http://testserver/commitments/">' in html


def test_canonical_url_of_a_later_page_has_its_number(client, ilo):
    for _ in range(3):
        CommitmentFactory(lead_agency=ilo)

    html = html_of(client, f"{reverse('commitments:list')}?page_size=2&page=2")

    assert '<link rel="canonical" href="http://testserver/commitments/?page=2">' in html


def test_open_graph_has_title_description_and_url(client):
    agency = AgencyFactory(code="unep", acronym="UN <E>", name='The "Programme" & more')

    tags = meta_in(html_of(client, agency.get_absolute_url()))

    assert tags["og:title"] == "UN &lt;E&gt;"
    assert tags["og:description"].startswith("The &quot;Programme&quot; &amp; more")
    assert tags["og:url"] == "http://testserver/agencies/unep/"
    assert tags["og:image"] == "http://testserver/static/img/share.png"


def test_open_graph_image_exists():
    start = (settings.BASE_DIR / "static" / "img" / "share.png").read_bytes()[:24]

    assert start[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")) == (1200, 630)


def test_breadcrumb_is_structured_data(client, commitment):
    data = data_in(html_of(client, commitment.get_absolute_url()))

    assert [(step["name"], step.get("item")) for step in data["BreadcrumbList"]["itemListElement"]] == [
        ("Home", "http://testserver/"),
        ("Commitments", "http://testserver/commitments/"),
        (commitment.reference, None),
    ]


def test_agency_is_an_organization(client):
    agency = AgencyFactory(code="unep", acronym="UNEP", website="https://unep.example", mandate="")

    organization = data_in(html_of(client, agency.get_absolute_url()))["Organization"]

    assert (organization["@id"], organization["name"], organization["alternateName"], organization["url"]) == (
        "http://testserver/agencies/unep/",
        agency.name,
        "UNEP",
        "https://unep.example",
    )
    assert "description" not in organization


def test_data_page_is_a_catalogue_of_data_sets_with_their_files(client, settings):
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "", ""
    Revision.objects.update_or_create(pk=1, defaults={"number": 7, "moved_at": datetime(2014, 7, 1, 9, 30, tzinfo=UTC)})

    catalog = data_in(html_of(client, reverse("data")))["DataCatalog"]

    assert [each["@id"] for each in catalog["dataset"]] == [f"http://testserver/data/#{name}" for name in TABLES]
    of_all = {"creator", "publisher", "keywords", "temporalCoverage", "version", "identifier", "dateModified"}
    for table, dataset in zip(TABLES.values(), catalog["dataset"], strict=True):
        addresses = {file["contentUrl"]: file["encodingFormat"] for file in dataset["distribution"]}
        assert addresses[f"http://testserver/data/{table.name}.csv"] == "text/csv"
        assert [client.head(address).status_code for address in addresses] == [200] * len(addresses)
        assert [variable["name"] for variable in dataset["variableMeasured"]] == table.header
        assert of_all - set(dataset) == set()
        assert (dataset["version"], dataset["dateModified"]) == ("7", "2014-07-01T09:30:00+00:00")
        assert 50 <= len(dataset["description"]) <= 5000
        assert "license" not in dataset


def test_data_sets_name_the_stated_licence(client, settings):
    settings.DATA_LICENCE_NAME, settings.DATA_LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"

    catalog = data_in(html_of(client, reverse("data")))["DataCatalog"]

    assert {each["license"] for each in [catalog, *catalog["dataset"]]} == {settings.DATA_LICENCE_URL}


@pytest.mark.parametrize("query", ["", "?as_of=2014-12-31"])
def test_page_links_to_its_data_in_the_api(client, commitment, points, decent_work, query):
    RecommendationFactory(code="GOV-1")
    rows = [commitment, commitment.lead_agency, points[0], decent_work]
    pages = [row.get_absolute_url() for row in rows] + [
        "/recommendations/GOV-1/",
        "/commitments/",
        "/agencies/",
        "/gaps/",
    ]

    for page in pages:
        html = client.get(f"{page}{query}").content.decode()
        links = re.findall(r'<link rel="alternate" type="application/(json|ld\+json)" href="(/api/[^"]*)">', html)
        answers = [client.get(unescape(address)) for _kind, address in links]

        assert [kind for kind, _address in links] == ["json", "ld+json"][: 1 if page in pages[5:] else 2], page
        assert [answer.headers["Content-Type"] for answer in answers] == [f"application/{kind}" for kind, _ in links]
        assert [answer.status_code for answer in answers] == [200] * len(links)
        assert all(query.removeprefix("?") in unescape(address) for _kind, address in links)


def test_list_links_to_its_query_in_the_api_and_an_error_page_does_not(client, commitment, iom):
    list_page = client.get("/commitments/?lead=ilo,iom&view=table&page=1").content.decode()
    errors = [client.get(address).content.decode() for address in ("/commitments/?leed=ilo", "/commitments/HLD-9999/")]

    assert 'type="application/json" href="/api/v1/commitments/?lead=ilo&amp;lead=iom"' in list_page
    assert ['type="application/json"' in page for page in errors] == [False, False]


def test_structured_data_cannot_end_its_element():
    script = structured({"name": "</script><script>alert(1)</script> & “more”"})

    assert script.count("<") == 2
    assert json.loads(script.partition(">")[2].rpartition("<")[0])["name"] == (
        "</script><script>alert(1)</script> & “more”"
    )


def test_opensearch_description_is_linked(client):
    home = html_of(client, reverse("home"))
    response = client.get(reverse("opensearch"))

    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(response.content)
    assert f'<link rel="search" href="{reverse("opensearch")}"' in home
    assert response["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    assert len(root.find(f"{space}ShortName").text) <= 16
    assert root.find(f"{space}Url").get("template") == "http://testserver/commitments/?q={searchTerms}"
