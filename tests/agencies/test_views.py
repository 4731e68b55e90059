from datetime import date

import pytest
from django.urls import reverse

from tests.factories import AgencyFactory, ChairTermFactory, CommitmentFactory, published_report

pytestmark = pytest.mark.django_db


def test_agency_list_is_of_the_members_with_their_constituents_nested(client, ilo):
    commissions = AgencyFactory(code="unrc", acronym="UNRC")
    AgencyFactory(code="eca", acronym="ECA", name="Economic Commission for Africa", parent=commissions)

    response = client.get(reverse("agencies:list"))

    assert {agency.code for agency in response.context["agencies"]} == {"ilo", "unrc"}
    assert "Economic Commission for Africa" in response.content.decode()


def test_agency_list_shows_what_each_leads_and_its_last_word_at_its_precision(client, ilo, commitment, draft):
    published_report(commitment, on="2014-06")

    response = client.get(reverse("agencies:list"))

    (agency,) = response.context["agencies"]
    assert agency.led == [commitment]
    assert '<time datetime="2014-06">June 2014</time>' in response.content.decode()


def test_agency_list_takes_the_same_queries_however_many_agencies(client, ilo, django_assert_num_queries):
    queries = 5

    with django_assert_num_queries(queries):
        client.get(reverse("agencies:list"))
    for _ in range(29):
        published_report(CommitmentFactory())
    with django_assert_num_queries(queries):
        client.get(reverse("agencies:list"))


def test_agency_page_shows_what_it_leads_and_what_it_is_a_partner_in(client, ilo, commitment, draft):
    ChairTermFactory(agency=ilo, source="ilo.org")
    joint = CommitmentFactory(partners=[ilo])
    CommitmentFactory(draft=True, partners=[ilo])

    response = client.get(ilo.get_absolute_url())

    assert response.context["led"] == [commitment]
    assert response.context["partner_in"] == [joint]
    assert "1 January 2014 – 31 December 2014" in response.content.decode()


def test_agency_page_of_the_silent_says_never(client, ilo, commitment):
    response = client.get(ilo.get_absolute_url())

    assert response.context["last_heard"] is None
    assert "never" in response.content.decode()


def test_agency_page_as_of_a_day_stands_as_the_record_then(client, ilo, commitment):
    published_report(commitment, on="2014-06-30")
    CommitmentFactory(lead_agency=ilo, published_on=date(2015, 1, 1))

    response = client.get(f"{ilo.get_absolute_url()}?as_of=2014-03-01")

    assert response.context["led"] == [commitment]
    assert response.context["last_heard"] is None
    assert "1 March 2014" in response.content.decode()


def test_agency_that_is_not_there_is_not_found(client):
    response = client.get("/agencies/nobody/")

    assert response.status_code == 404
    assert "There is nothing at this address." in response.content.decode()
