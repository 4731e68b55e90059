from datetime import date

import pytest
from django.urls import reverse

from tests.support.factories import (
    AgencyFactory,
    ChairTermFactory,
    CommitmentFactory,
    Each,
    ParticipationFactory,
    PartnerFactory,
    ProgressReportFactory,
    ReportingCycleFactory,
    WorkGroupFactory,
    many,
    published_report,
)

pytestmark = pytest.mark.django_db

MARK = "Quetzalcoatlus"


@pytest.fixture
def commissions(db):
    return AgencyFactory(code="unrc", acronym="UNRC")


@pytest.fixture
def eca(commissions):
    return AgencyFactory(code="eca", acronym="ECA", name="Economic Commission for Africa", parent=commissions)


# The list


def test_agency_list_is_of_the_members_with_their_constituents_nested(client, ilo, eca):
    response = client.get(reverse("agencies:list"))

    assert {agency.code for agency in response.context["members"]} == {"ilo", "unrc"}
    assert "Economic Commission for Africa" in response.content.decode()


def test_agency_list_shows_statuses_and_last_update_at_its_precision(client, ilo, commitment, draft):
    published_report(commitment, on="2014-06", status="ongoing")

    html = client.get(reverse("agencies:list")).content.decode()

    assert '<a href="/commitments/?lead=ilo">1</a>' in html
    assert '<a href="/commitments/?lead=ilo&amp;status=ongoing">Ongoing: 1</a>' in html
    assert '<time datetime="2014-06">June 2014</time>' in html


def test_agency_list_counts_what_a_constituent_leads_for_its_member_too(client, commissions, eca):
    CommitmentFactory(lead_agency=eca)
    CommitmentFactory(lead_agency=commissions)

    html = client.get(reverse("agencies:list")).content.decode()

    assert '<a href="/commitments/?lead=unrc&amp;lead=eca">2</a>' in html
    assert '<a href="/commitments/?lead=eca">1</a>' in html


def test_agency_list_counts_the_expected_reports(client, ilo, commitment):
    cycle = ReportingCycleFactory(opened=True)
    ProgressReportFactory(commitment=commitment, cycle=cycle, blank=True)

    html = client.get(reverse("agencies:list")).content.decode()

    owed = "lead=ilo&amp;freshness=due&amp;freshness=overdue&amp;freshness=never_reported"
    assert f'<a href="/commitments/?{owed}">1</a>' in html


def test_agency_list_as_of_a_day_stands_as_the_record_then(client, ilo, commitment):
    published_report(commitment, on="2014-06-30", status="ongoing")
    CommitmentFactory(lead_agency=ilo, published_on=date(2015, 1, 1))

    html = client.get(f"{reverse('agencies:list')}?as_of=2014-03-01").content.decode()

    assert '<a href="/commitments/?lead=ilo&amp;as_of=2014-03-01">1</a>' in html
    assert "Nothing reported: 1" in html
    assert "Ongoing" not in html


def test_agency_list_takes_the_same_queries_however_many_agencies(client, ilo, django_assert_num_queries):
    queries = 5
    published_report(CommitmentFactory(lead_agency=ilo))

    with django_assert_num_queries(queries):
        client.get(reverse("agencies:list"))
    parents = many(AgencyFactory, 12)
    leads = [*parents, *many(AgencyFactory, 12, parent=Each(parents))]
    many(CommitmentFactory, 24, lead_agency=Each(leads))
    with django_assert_num_queries(queries):
        client.get(reverse("agencies:list"))


# The page of one


def test_agency_page_shows_what_it_leads_and_what_it_is_a_partner_in(client, ilo, commitment, draft):
    ChairTermFactory(agency=ilo, source="ilo.org")
    joint = CommitmentFactory(partners=[ilo])
    CommitmentFactory(draft=True, partners=[ilo])

    response = client.get(ilo.get_absolute_url())

    html = response.content.decode()
    assert response.context["led"] == [commitment]
    assert response.context["partner_in"] == [joint]
    assert "1 January 2014 – 31 December 2014" in html
    assert "source: ilo.org" in html


def test_agency_page_is_in_groups_of_statuses_that_lead_to_their_rows(client, ilo, commitment):
    other = CommitmentFactory(lead_agency=ilo)
    published_report(other, status="ongoing")

    response = client.get(ilo.get_absolute_url())

    groups = response.context["groups"]
    assert [(count.code, rows) for count, rows in groups] == [("ongoing", [other]), ("", [commitment])]
    assert groups[0][0].url == "/commitments/?lead=ilo&status=ongoing"
    assert f'href="{groups[0][0].url.replace("&", "&amp;")}"' in response.content.decode()


def test_agency_page_of_a_member_counts_what_its_constituents_lead_and_take_part_in(client, commissions, eca):
    own, theirs = CommitmentFactory(lead_agency=commissions), CommitmentFactory(lead_agency=eca)
    within = CommitmentFactory(lead_agency=eca, partners=[commissions])
    joint = CommitmentFactory(partners=[eca])

    response = client.get(commissions.get_absolute_url())

    assert response.context["led"] == [own, theirs, within]
    assert response.context["partner_in"] == [joint]
    assert response.context["breakdown"].url == "/commitments/?lead=unrc&lead=eca"
    assert client.get(response.context["breakdown"].url).context["paginator"].count == 3


def test_agency_page_of_a_constituent_is_of_its_own(client, commissions, eca):
    CommitmentFactory(lead_agency=commissions)
    own = CommitmentFactory(lead_agency=eca)

    response = client.get(eca.get_absolute_url())

    assert response.context["led"] == [own]
    assert commissions.get_absolute_url() in response.content.decode()


def test_agency_page_names_the_points_on_which_it_leads_nothing(client, ilo, iom, points):
    CommitmentFactory(lead_agency=ilo, agenda_points=points[:6])
    CommitmentFactory(lead_agency=iom, partners=[ilo], agenda_points=points[6:7])
    CommitmentFactory(lead_agency=ilo, draft=True, agenda_points=points)

    response = client.get(ilo.get_absolute_url())

    assert response.context["unaddressed_points"] == points[6:]


def test_agency_page_of_the_silent_says_never(client, ilo, commitment):
    response = client.get(ilo.get_absolute_url())

    assert response.context["breakdown"].last_update is None
    assert "never" in response.content.decode()


def test_agency_page_as_of_a_day_stands_as_the_record_then(client, ilo, commitment):
    published_report(commitment, on="2014-06-30")
    CommitmentFactory(lead_agency=ilo, published_on=date(2015, 1, 1))

    response = client.get(f"{ilo.get_absolute_url()}?as_of=2014-03-01")

    assert response.context["led"] == [commitment]
    assert response.context["breakdown"].last_update is None
    assert "1 March 2014" in response.content.decode()


def test_agency_page_shows_nothing_that_is_not_published(client, ilo, commitment):
    for state in ("draft", "submitted", "sent_back"):
        CommitmentFactory(**{state: True}, lead_agency=ilo, title=MARK, summary=MARK)
        CommitmentFactory(**{state: True}, partners=[ilo], title=MARK)
        ProgressReportFactory(**{state: True}, commitment=commitment, achieved=MARK, status="completed")

    response = client.get(ilo.get_absolute_url())

    assert MARK not in response.content.decode()
    assert [(count.code, count.count) for count in response.context["breakdown"].nonzero_counts] == [("", 1)]


def test_agency_page_leads_to_its_feed_its_frame_and_its_answers_of_the_api(client, ilo, commitment):
    html = client.get(ilo.get_absolute_url()).content.decode()

    addresses = ["/feeds/agencies/ilo.atom", "/embed/agency/ilo/", "/api/v1/agencies/ilo/"]
    addresses += ["/api/v1/commitments/?lead=ilo"]
    assert [address for address in addresses if f'href="{address}"' not in html] == []
    assert [client.get(address).status_code for address in addresses] == [200] * 4


def test_agency_page_takes_the_same_queries_however_many_rows(
    client, commissions, eca, points, django_assert_num_queries
):
    queries = 35
    rows = {"lead_agency": eca, "partners": [commissions], "agenda_points": points}
    ParticipationFactory(agency=commissions)
    published_report(CommitmentFactory(**rows))
    CommitmentFactory(partners=[eca])

    with django_assert_num_queries(queries):
        client.get(commissions.get_absolute_url())
    led = many(CommitmentFactory, 12, lead_agency=eca, agenda_points=points)
    joint = many(CommitmentFactory, 12, lead_agency=Each(many(AgencyFactory, 12)), agenda_points=points)
    many(PartnerFactory, 12, commitment=Each(led), agency=commissions)
    many(PartnerFactory, 12, commitment=Each(joint), agency=eca)
    many(ParticipationFactory, 12, agency=commissions, workgroup=Each(many(WorkGroupFactory, 12)))
    with django_assert_num_queries(queries):
        client.get(commissions.get_absolute_url())


def test_agency_that_is_not_there_is_not_found(client):
    response = client.get("/agencies/nobody/")

    assert response.status_code == 404
    assert "There is nothing at this address." in response.content.decode()
