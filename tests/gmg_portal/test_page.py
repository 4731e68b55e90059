"""What a page says of itself: canonical address, Open Graph, structured data, the search description."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import reverse

from gmg_portal.templatetags.page import structured
from tests.factories import AgencyFactory, CommitmentFactory

pytestmark = pytest.mark.django_db


def html_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def data_in(html):
    """What a page says in structured data, by its type."""
    found = [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)]
    return {entry["@type"]: entry for entry in found}


def meta_in(html):
    return dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', html))


def test_page_is_known_by_one_address_however_its_view_is_turned(client, commitment):
    html = html_of(client, f"{reverse('commitments:list')}?kind=programme&page_size=20&page=1")

    assert '<link rel="canonical" href="http://testserver/commitments/">' in html


def test_later_page_of_a_list_is_known_by_itself(client, ilo):
    for _ in range(3):
        CommitmentFactory(lead_agency=ilo)

    html = html_of(client, f"{reverse('commitments:list')}?page_size=2&page=2")

    assert '<link rel="canonical" href="http://testserver/commitments/?page=2">' in html


def test_page_tells_other_sites_its_title_words_and_address(client):
    agency = AgencyFactory(code="unep", acronym="UN <E>", name='The "Programme" & more')

    told = meta_in(html_of(client, agency.get_absolute_url()))

    assert told["og:title"] == "UN &lt;E&gt;"
    assert told["og:description"].startswith("The &quot;Programme&quot; &amp; more")
    assert told["og:url"] == "http://testserver/agencies/unep/"
    assert told["og:image"] == "http://testserver/static/img/share.png"


def test_image_for_other_sites_is_there():
    start = (settings.BASE_DIR / "static" / "img" / "share.png").read_bytes()[:24]

    assert start[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")) == (1200, 630)


def test_breadcrumb_is_there_for_programs_too(client, commitment):
    told = data_in(html_of(client, commitment.get_absolute_url()))

    assert [(step["name"], step.get("item")) for step in told["BreadcrumbList"]["itemListElement"]] == [
        ("Home", "http://testserver/"),
        ("Commitments", "http://testserver/commitments/"),
        (commitment.reference, None),
    ]


def test_agency_is_an_organization(client):
    agency = AgencyFactory(code="unep", acronym="UNEP", website="https://unep.example", mandate="")

    told = data_in(html_of(client, agency.get_absolute_url()))["Organization"]

    assert (told["@id"], told["name"], told["alternateName"], told["url"]) == (
        "http://testserver/agencies/unep/",
        agency.name,
        "UNEP",
        "https://unep.example",
    )
    assert "description" not in told


def test_data_page_is_a_data_set_with_its_files(client):
    told = data_in(html_of(client, reverse("data")))["Dataset"]

    addresses = {file["contentUrl"]: file["encodingFormat"] for file in told["distribution"]}
    assert addresses["http://testserver/data/commitments.csv"] == "text/csv"
    assert told["url"] == "http://testserver/data/"
    assert [client.get(address).status_code for address in addresses] == [200] * len(addresses)


def test_structured_data_cannot_end_its_element():
    told = structured({"name": "</script><script>alert(1)</script> & “more”"})

    assert told.count("<") == 2
    assert json.loads(told.partition(">")[2].rpartition("<")[0])["name"] == (
        "</script><script>alert(1)</script> & “more”"
    )


def test_browser_is_told_how_to_search_the_register(client):
    home = html_of(client, reverse("home"))
    response = client.get(reverse("opensearch"))

    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(response.content)
    assert f'<link rel="search" href="{reverse("opensearch")}"' in home
    assert response["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    assert len(root.find(f"{space}ShortName").text) <= 16
    assert root.find(f"{space}Url").get("template") == "http://testserver/commitments/?q={searchTerms}"
