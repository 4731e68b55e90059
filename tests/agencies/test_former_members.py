"""Former members: an agency is a member from its first to its last day, and is not counted later."""

import json
import re
from datetime import date

import pytest

from agencies.models import Agency
from tests.support.factories import AgencyFactory, CommitmentFactory

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 6, 30)
FORMER = "Former member until 30 June 2026"
MEMBER = "Member of the Global Migration Group"


@pytest.fixture
def former_member(db):
    """An agency that left the group, with a constituent."""
    former_member = AgencyFactory(code="gone", acronym="GONE", name="Organization Gone", left=LAST_DAY, position=9)
    AgencyFactory(code="part", parent=former_member)
    return former_member


def organization(html):
    scripts = map(json.loads, re.findall(r'<script type="application/ld\+json">(.*?)</script>', html))
    return next(data for data in scripts if data["@type"] == "Organization")


def figure_of_home(client, **words):
    return client.get("/", words).context["members"]


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2013, 12, 31), {"ilo", "gone"}),
        (date(2014, 1, 1), {"ilo", "gone", "late"}),
        (LAST_DAY, {"ilo", "gone", "late"}),
        (date(2026, 7, 1), {"ilo", "late"}),
        (None, {"ilo", "late"}),
    ],
)
def test_members_of_a_day_are_those_who_had_joined_and_not_left(ilo, former_member, day, codes):
    AgencyFactory(code="late", joined=date(2014, 1, 1))

    members = Agency.objects.members(day)

    assert {agency.code for agency in members} == codes
    if day:
        own = Agency.objects.with_own_membership()
        assert {agency.code for agency in own if agency.belongs_on(day)} == codes


def test_home_and_about_count_the_members_of_the_day(client, ilo, iom, former_member):
    assert figure_of_home(client) == 2
    assert figure_of_home(client, as_of="2026-06-30") == 3
    assert figure_of_home(client, as_of="2026-07-01") == 2
    assert client.get("/about/").context["members"] == 2


def test_agency_list_counts_members_and_lists_former_ones_apart(client, ilo, iom, former_member):
    html = client.get("/agencies/").content.decode()

    assert "2 members of the Global Migration Group" in html
    members, former = html.split('<section aria-labelledby="former-members">')
    assert "Organization Gone" not in members
    assert "Organization Gone" in former
    assert FORMER in former


def test_agency_list_of_the_last_day_still_counts_it(client, ilo, former_member):
    html = client.get("/agencies/", {"as_of": "2026-06-30"}).content.decode()

    assert "2 members of the Global Migration Group" in html
    assert "Former member" not in html


def test_agency_page_says_former_member_until_its_last_day(client, former_member):
    today, then = (client.get("/agencies/gone/", words).content.decode() for words in ({}, {"as_of": "2026-06-30"}))

    assert f'<p class="kicker">{FORMER}' in today
    assert MEMBER not in today
    assert f'<p class="kicker">{MEMBER}' in then
    assert "Former member" not in then


def test_agency_page_of_a_day_before_it_joined_says_from_when(client):
    AgencyFactory(code="late", joined=date(2015, 1, 1))

    html = client.get("/agencies/late/", {"as_of": "2014-12-31"}).content.decode()

    assert f"{MEMBER} from 1 January 2015" in html


def test_constituent_page_says_until_when_it_was_one(client, ilo):
    AgencyFactory(code="past", parent=ilo, left=LAST_DAY)

    assert "Former constituent of a member, until 30 June 2026" in client.get("/agencies/past/").content.decode()


def test_structured_data_of_a_former_member_ends_its_membership(client, former_member):
    today, then = (client.get("/agencies/gone/", words).content.decode() for words in ({}, {"as_of": "2026-06-30"}))

    group = {"@type": "Organization", "name": "Global Migration Group"}
    assert organization(today)["memberOf"] == {"@type": "OrganizationRole", "memberOf": group, "endDate": "2026-06-30"}
    assert organization(then)["memberOf"] == group


def test_api_marks_former_members(client, ilo, former_member):
    def standing(**words):
        rows = client.get("/api/v1/agencies/", words).json()["results"]
        return {row["code"]: (row["is_member"], row["left"]) for row in rows}

    assert standing() == {"ilo": (True, None), "gone": (False, "2026-06-30")}
    assert standing(as_of="2026-06-30") == {"ilo": (True, None), "gone": (True, "2026-06-30")}
    assert standing(as_of="2026-06-29") == {"ilo": (True, None), "gone": (True, None)}


def test_linked_data_of_the_api_end_the_membership(client, former_member):
    row = client.get("/api/v1/agencies/gone/", {"format": "jsonld"}).json()

    assert row["member_of"]["@type"] == "schema:OrganizationRole"
    assert row["member_of"]["ends_on"] == "2026-06-30"


def test_matrix_keeps_a_former_member_only_for_what_it_leads(client, ilo, former_member):
    def leads(**words):
        return [str(row.lead) for row in client.get("/", words).context["matrix"].rows]

    empty_handed = leads()
    CommitmentFactory(lead_agency=former_member)

    assert empty_handed == ["ILO"]
    assert leads() == ["ILO", "GONE"]
    assert leads(as_of="2014-01-01") == ["ILO", "GONE"]


@pytest.mark.parametrize("address", ["/", "/?by=status", "/embed/matrix/", "/charts/matrix.csv", "/charts/matrix.svg"])
def test_matrix_says_when_a_former_member_left(client, ilo, former_member, address):
    CommitmentFactory(lead_agency=former_member)
    glue = "&" if "?" in address else "?"

    def notes(day=""):
        response = client.get(f"{address}{glue}as_of={day}" if day else address)
        content = response.getvalue() if response.streaming else response.content
        return "left on 30 June 2026" in content.decode()

    assert notes() is True
    assert notes("2026-07-01") is True
    assert notes("2026-06-30") is False


def test_gaps_count_no_former_member_that_leads_nothing(client, ilo, former_member):
    def members(**words):
        return [row.code for row in client.get("/gaps/", words).context["gaps"].members]

    assert members() == ["ilo"]
    assert members(as_of="2026-06-30") == ["ilo", "gone"]


def test_freshness_lists_no_former_member_that_leads_nothing(client, ilo, former_member):
    rows = client.get("/api/v1/summary/freshness/").json()["leads"]

    assert [row["lead"]["code"] for row in rows] == ["ilo"]
