from datetime import date
from xml.etree import ElementTree

import pytest

from foundation.http.public_pages import public_urls
from tests.support.exhaustive import first_fast
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    CommitmentFactory,
    EditionFactory,
    RecommendationFactory,
    WorkGroupFactory,
    run_deferred_triggers,
)

pytestmark = pytest.mark.django_db

HOST = "http://testserver"
LEVELS = 4
PAGES = [url for url in public_urls() if url.page.in_sitemap and not url.takes_arguments]
NAMES = {"map": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def entries(client):
    response = client.get("/sitemap.xml")
    assert response.status_code == 200
    return {
        url.findtext("map:loc", namespaces=NAMES): url.findtext("map:lastmod", namespaces=NAMES)
        for url in ElementTree.fromstring(response.content).findall("map:url", NAMES)
    }


def test_sitemap_names_every_public_page_and_nothing_else(client, ilo, commitment):
    AgendaPointFactory(number=3)
    AgencyFactory(code="ece", parent=ilo)
    WorkGroupFactory(slug="decent-work")
    RecommendationFactory(code="GOV-1")
    EditionFactory(day=date(2014, 6, 30))
    CommitmentFactory(withdrawn=True, lead_agency=ilo)
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo)

    paths = {address.removeprefix(HOST) for address in entries(client)}

    assert paths == {
        "/",
        "/about/",
        "/methods/",
        "/accessibility/",
        "/agenda/",
        "/agenda/3/",
        "/agenda/convergence/",
        "/agencies/",
        "/agencies/ilo/",
        "/agencies/ece/",
        "/workgroups/",
        "/workgroups/decent-work/",
        "/recommendations/",
        "/recommendations/GOV-1/",
        "/recommendations/levels/governance/",
        "/recommendations/levels/policy/",
        "/recommendations/levels/operational/",
        "/recommendations/levels/post_2015/",
        "/commitments/",
        f"/commitments/{commitment.reference}/",
        "/gaps/",
        "/timeline/",
        "/compare/",
        "/data/",
        "/data/versions/",
        "/data/editions/",
        "/data/editions/2014-06-30/",
    }


def test_commitment_says_when_it_last_changed(client, commitment):
    run_deferred_triggers()

    moved = commitment.movement.moved_at.date().isoformat()
    assert entries(client)[f"{HOST}/commitments/{commitment.reference}/"] == moved


def test_every_address_of_the_sitemap_answers(client, ilo, commitment):
    statuses = {address: client.get(address).status_code for address in entries(client)}

    assert set(statuses.values()) == {200}
    assert len(statuses) == len(PAGES) + LEVELS + 2


@pytest.mark.parametrize("rows", first_fast([1, 30]))
def test_sitemap_takes_as_many_queries_for_any_number_of_rows(client, ilo, django_assert_num_queries, rows):
    for _ in range(rows):
        CommitmentFactory(lead_agency=ilo)

    with django_assert_num_queries(9):
        urls = entries(client)

    assert len(urls) == len(PAGES) + LEVELS + 1 + rows


def test_robots_are_kept_from_the_editors_side_and_shown_the_sitemap(client, db):
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Sitemap: http://testserver/sitemap.xml",
    ]
