"""Addresses with tracking parameters."""

import pytest
from django.urls import reverse

from foundation.http import tracking_params
from foundation.http.public_pages import public_urls
from foundation.http.tracking_params import is_tracking_param, strip_tracking_params
from gmg_portal.website.query_forms import CompareQueryForm, PagedTimelineQueryForm
from register.filtering.commitment_filters import CommitmentFilter
from register.filtering.query import PAGINATION_PARAMS
from tests.support import shared_cast
from tests.support.exhaustive import first_fast

TRACKED = "utm_source=newsletter&fbclid=x&gclid=y&mc_cid=z&UTM_Medium=mail"
ADDRESSES = [
    *(reverse(url.name) for url in public_urls() if not url.takes_arguments),
    "/agenda/3/",
    "/agencies/ilo/",
    "/workgroups/decent-work/",
    "/commitments/HLD-0001/",
    "/commitments/HLD-0001/cite.bib",
    "/commitments/HLD-0001/mistake/",
    "/gaps/silent-commitments.csv",
    "/compare.csv?from=2014-01-01",
    "/data/commitments.csv",
    "/data/agencies.json",
    "/data/datapackage.json",
    "/data/catalog.jsonld",
    "/feeds/changes.atom",
    "/feeds/agencies/ilo.atom",
    "/commitments.atom",
    "/calendar/due.ics",
    "/charts/matrix.svg",
    "/charts/commitments/HLD-0001.csv",
    "/embed/commitment/HLD-0001/",
    "/embed/agency/ilo/",
    "/embed/matrix/",
    "/oembed/?url=http://testserver/commitments/HLD-0001/",
    "/sitemap.xml",
    "/opensearch.xml",
]


pytestmark = pytest.mark.django_db

points, decent_work, ilo, iom = shared_cast.points, shared_cast.decent_work, shared_cast.ilo, shared_cast.iom
commitment = shared_cast.commitment


@pytest.fixture(scope="module")
def public(points, decent_work, ilo, commitment):
    return commitment


def read(client, address):
    response = client.get(address)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response, content.decode("latin-1")


@pytest.mark.parametrize("address", first_fast(ADDRESSES))
def test_tracked_address_answers_as_the_address_itself(client, public, address):
    address = address.replace("HLD-0001", public.reference)
    tracked = f"{address}{'&' if '?' in address else '?'}{TRACKED}"

    plain, _content = read(client, address)
    response, content = read(client, tracked)

    assert (response.status_code, response.get("ETag")) == (200, plain.get("ETag"))
    assert not any(word in content + str(response.headers) for word in ("utm_", "fbclid", "gclid=", "mc_cid"))


def test_other_words_of_a_tracked_address_are_kept(client, public):
    response, content = read(client, "/commitments/?utm_source=x&status=completed&fbclid=y&page_size=50")

    assert response.status_code == 200
    assert "status=completed" in content


@pytest.mark.parametrize("address", ["/", "/methods/", "/agencies/", "/data/", "/embed/matrix/", "/oembed/"])
def test_other_unknown_params_are_refused_with_the_closest_and_all_allowed(client, db, address):
    response, content = read(client, f"{address}?{'urk' if 'oembed' in address else 'as_off'}=x")

    assert response.status_code == 400
    assert f"Did you mean â\x80\x98{'url' if 'oembed' in address else 'as_of'}" in content
    assert "Allowed: " in content


def test_api_refuses_tracking_parameters(client, db):
    assert client.get("/api/v1/commitments/?utm_source=x").status_code == 400


def test_own_params_are_not_tracking_params():
    ours = {
        *CommitmentFilter.base_filters,
        *PAGINATION_PARAMS,
        *PagedTimelineQueryForm.base_fields,
        *CompareQueryForm.base_fields,
        *("from", "by", "url", "format", "maxwidth", "maxheight", "dnt", "cursor", "next", "lack", "q", "o", "p", "e"),
    }

    assert not [word for word in ours if is_tracking_param(word)]


def test_names_are_written_in_the_case_in_which_they_are_compared():
    assert {name.lower() for name in tracking_params.TRACKING_NAMES} == tracking_params.TRACKING_NAMES


@pytest.mark.parametrize(
    ("query", "clean"),
    [
        ("", ""),
        ("a=1", "a=1"),
        ("a=%2B&utm_x=1&b=c+d", "a=%2B&b=c+d"),
        ("fbclid", ""),
        ("%66bclid=1&a=", "a="),
        ("q=utm_source", "q=utm_source"),
    ],
)
def test_query_keeps_its_writing(query, clean):
    assert strip_tracking_params(query) == clean
