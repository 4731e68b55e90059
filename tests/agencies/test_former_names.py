"""Former names: pages and the API of a past day show the agencies' names on that day."""

import json
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.models import Agency, FormerName
from agencies.names_of_day import names_on
from foundation.clock import today
from tests.support.factories import (
    AgencyFactory,
    CommitmentFactory,
    FormerNameFactory,
    PartnerFactory,
    published_report,
)
from tests.support.form_filling import filled

pytestmark = pytest.mark.django_db

LAST_DAY = "2015-12-31"
NEXT_DAY = "2016-01-01"
OLD, NEW = "Office of Old", "Office of New"


@pytest.fixture
def renamed(ilo):
    """An agency named 'Old' up to a day, and 'New' from the next day."""
    Agency.objects.filter(pk=ilo.pk).update(acronym="NEWACR", name=NEW)
    FormerNameFactory(agency=ilo, acronym="OLDACR", name=OLD, until=date(2015, 12, 31))
    ilo.refresh_from_db()
    return ilo


@pytest.fixture
def led(renamed, iom):
    commitment = CommitmentFactory(lead_agency=renamed, partners=[iom])
    published_report(commitment, on="2014-06-30", status="ongoing")
    return commitment


@pytest.fixture
def joined_in(renamed, iom):
    return CommitmentFactory(lead_agency=iom, partners=[renamed])


# The rule


@pytest.mark.database
@pytest.mark.parametrize(
    ("day", "acronym"),
    [
        (date(2009, 12, 31), "FIRST"),
        (date(2010, 1, 1), "OLDACR"),
        (date(2015, 12, 31), "OLDACR"),
        (date(2016, 1, 1), "NEWACR"),
        (None, "NEWACR"),
    ],
)
def test_names_on_a_day_are_those_borne_then(renamed, iom, day, acronym):
    FormerNameFactory(agency=renamed, acronym="FIRST", until=date(2009, 12, 31))

    with names_on(day):
        names = {agency.code: agency.acronym for agency in Agency.objects.all()}

    assert names == {"ilo": acronym, "iom": "IOM"}


def test_names_on_a_day_take_one_query_however_many_agencies(renamed, django_assert_num_queries):
    for _ in range(3):
        FormerNameFactory()

    with names_on(date(2015, 1, 1)), django_assert_num_queries(3):
        for _ in range(2):
            list(Agency.objects.select_related("parent"))


def test_names_end_with_their_block_also_after_an_error(renamed):
    with pytest.raises(ZeroDivisionError), names_on(date(2015, 1, 1)):
        raise ZeroDivisionError

    assert Agency.objects.get(code="ilo").name == NEW


def test_agency_with_the_name_of_a_past_day_is_not_saved(renamed):
    with names_on(date(2015, 1, 1)):
        agency = Agency.objects.get(code="ilo")

    with pytest.raises(ValueError, match="cannot be saved"):
        agency.save()

    assert Agency.objects.get(code="ilo").name == NEW


# What the form refuses and takes


@pytest.mark.parametrize(
    ("until", "problem"),
    [
        (
            date(2026, 11, 30),
            "30 November 2026 has not passed yet: a former name was borne until yesterday at the latest.",
        ),
        (date(2026, 12, 1), "1 December 2026 is in the future. Give a date up to today, 30 November 2026."),
        (date(1989, 12, 31), "31 December 1989 is not plausible. Give a date from 1 January 1990 to 30 November 2026."),
    ],
)
def test_former_name_until_a_day_that_cannot_be_is_refused(ilo, time_machine, until, problem):
    time_machine.move_to("2026-11-30T12:00:00Z")
    former = FormerName(agency=ilo, acronym="OLD", name=OLD, until=until)

    with pytest.raises(ValidationError) as refusal:
        former.full_clean()

    assert refusal.value.message_dict == {"until": [problem]}


def test_agency_form_takes_former_names_with_a_history(client, secretariat, ilo):
    client.force_login(secretariat)
    page, yesterday = reverse("admin:agencies_agency_change", args=[ilo.pk]), today() - timedelta(days=1)
    typed = {
        "former_names-0-acronym": "OLDACR",
        "former_names-0-name": OLD,
        "former_names-0-until": str(yesterday),
        "former_names-TOTAL_FORMS": "1",
    }

    response = client.post(page, filled(client.get(page)) | typed)

    assert response.status_code == 302
    former = ilo.former_names.get()
    assert (former.acronym, former.name, former.until) == ("OLDACR", OLD, yesterday)
    assert former.history.get().history_user == secretariat


# Where it shows


PAGES = [
    "/",
    "/?by=status",
    "/agencies/",
    "/agencies/ilo/",
    "/embed/agency/ilo/",
    "/embed/matrix/",
    "/commitments/",
    "/commitments/?lead=ilo",
    "/commitments/?fields=lead.title",
    "/gaps/",
    "/charts/matrix.csv",
    "/api/v1/agencies/",
    "/api/v1/agencies/ilo/",
    "/api/v1/summary/matrix/",
]
ON_COMMITMENT = {
    "commitment": "/commitments/{}/",
    "frame of a commitment": "/embed/commitment/{}/",
    "citation for BibTeX": "/commitments/{}/cite.bib",
    "citation for RIS": "/commitments/{}/cite.ris",
    "API: commitment": "/api/v1/commitments/{}/",
}


def names_in(client, address, day):
    """Return the names in a response, without those in lists of former names."""
    glue = "&" if "?" in address else "?"
    response = client.get(f"{address}{glue}as_of={day}")
    assert response.status_code == 200, address
    text = response.content.decode()
    text = re.sub(r"<dt>Former names</dt>\s*<dd>.*?</dd>", "", text, flags=re.DOTALL)
    text = re.sub(r'"former_names":\s*\[.*?\]', "", text, flags=re.DOTALL)
    return {word for word in ("OLD", "NEW") if f"{word}ACR" in text or f"Office of {word.title()}" in text}


def names_on_both_days(client, addresses):
    return {address: [names_in(client, address, day) for day in (LAST_DAY, NEXT_DAY)] for address in addresses}


def test_answer_of_a_past_day_bears_the_name_of_that_day(client, led):
    assert names_on_both_days(client, PAGES) == {page: [{"OLD"}, {"NEW"}] for page in PAGES}


def test_answer_on_a_commitment_bears_the_lead_name_of_that_day(client, led):
    addresses = [address.format(led.reference) for address in ON_COMMITMENT.values()]

    assert names_on_both_days(client, addresses) == {address: [{"OLD"}, {"NEW"}] for address in addresses}


def test_answer_on_a_commitment_bears_the_partner_name_of_that_day(client, joined_in):
    addresses = [ON_COMMITMENT[kind].format(joined_in.reference) for kind in ("commitment", "API: commitment")]

    assert names_on_both_days(client, addresses) == {address: [{"OLD"}, {"NEW"}] for address in addresses}


def test_api_row_of_a_commitment_names_lead_and_partners_as_of_the_day(client, led):
    rows = client.get("/api/v1/commitments/", {"as_of": LAST_DAY}).json()["results"]

    assert [row["lead"]["title"] for row in rows] == [OLD]
    assert [partner["title"] for partner in rows[0]["partners"]] == ["International Organization for Migration"]


def test_answers_of_today_bear_the_name_of_today(client, led):
    pages = [client.get(address).content.decode() for address in ("/", "/agencies/", led.get_absolute_url())]

    assert [page for page in pages if OLD in page or "OLDACR" in page] == []
    assert client.get("/api/v1/agencies/ilo/").json()["name"] == NEW


def test_agency_says_its_former_names_up_to_the_day(client, renamed):
    FormerNameFactory(agency=renamed, acronym="FIRST", name="First Office", until=date(2009, 12, 31))
    first = {"acronym": "FIRST", "name": "First Office", "until": "2009-12-31", "source": ""}
    old = {"acronym": "OLDACR", "name": OLD, "until": LAST_DAY, "source": ""}

    answers = {
        day: client.get("/api/v1/agencies/ilo/", {"as_of": day} if day else {}).json()["former_names"]
        for day in ("", LAST_DAY, NEXT_DAY, "2009-12-31")
    }
    page = client.get("/agencies/ilo/").content.decode()

    assert answers == {"": [old, first], LAST_DAY: [first], NEXT_DAY: [old, first], "2009-12-31": []}
    assert f"OLDACR, {OLD}, until 31 December 2015" in page


def test_structured_data_of_a_past_day_bear_the_name_of_that_day(client, renamed):
    html = client.get("/agencies/ilo/", {"as_of": LAST_DAY}).content.decode()

    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert [data["name"] for data in map(json.loads, scripts) if data["@type"] == "Organization"] == [OLD]


@pytest.mark.database
def test_register_as_of_a_day_takes_the_same_queries_however_many_former_names(client, led, django_assert_num_queries):
    address, queries = f"/commitments/?as_of={LAST_DAY}", 10
    with django_assert_num_queries(queries):
        client.get(address)
    for number in range(5):
        agency = AgencyFactory()
        FormerNameFactory(agency=agency, acronym=f"OLD{number}")
        PartnerFactory(agency=agency, commitment=CommitmentFactory(lead_agency=agency))

    with django_assert_num_queries(queries):
        client.get(address)


@pytest.mark.database
@pytest.mark.parametrize(
    ("until", "lead", "chosen"),
    [
        (LAST_DAY, ["OLDACR"], "Agency: OLDACR"),
        (NEXT_DAY, ["NEWACR", f"on 30 June 2014: OLDACR, {OLD}"], "Agency: NEWACR"),
    ],
)
def test_comparison_names_the_lead_as_on_each_of_its_days(client, led, until, lead, chosen):
    published_report(led, on="2015-06-30", status="completed")

    html = client.get("/compare/", {"from": "2014-06-30", "until": until, "agency": "ilo"}).content.decode()

    moved = html.split('<h3 id="moved">')[1].split("</section>")[0]
    assert re.findall(r'class="agency"[^>]*>([^<]+)</a>\s*(?:<span class="note">([^<]+)</span>)?\s*</td>', moved) == [
        (lead[0], lead[1] if lead[1:] else "")
    ]
    assert f"<p>{chosen}</p>" in html


def test_comparison_until_today_names_the_lead_of_a_new_row_as_today(client, led):
    html = client.get("/compare/", {"from": "2013-12-31"}).content.decode()

    new = html.split('<h3 id="new">')[1].split("</section>")[0]
    assert ("NEWACR" in new, "OLDACR" in new) == (True, False)


def test_title_of_an_embed_bears_the_name_of_the_day_of_its_page(client, renamed):
    page = "http://testserver/agencies/ilo/"

    titles = {
        day: client.get("/oembed/", {"url": f"{page}?as_of={day}" if day else page}).json()["title"]
        for day in (LAST_DAY, NEXT_DAY, "")
    }

    assert titles == {
        LAST_DAY: f"{OLD}: what it undertook",
        NEXT_DAY: f"{NEW}: what it undertook",
        "": f"{NEW}: what it undertook",
    }


@pytest.mark.database
@pytest.mark.parametrize("field", ["acronym", "name"])
def test_list_of_a_past_day_is_sorted_by_the_names_of_that_day(client, renamed, field):
    AgencyFactory(code="middle", acronym="NNN", name="Office of Nnn")

    def codes(**params):
        rows = client.get("/api/v1/agencies/", {"ordering": field} | params).json()["results"]
        return [row["code"] for row in rows]

    assert codes() == ["ilo", "middle"]
    assert codes(as_of=NEXT_DAY) == ["ilo", "middle"]
    assert codes(as_of=LAST_DAY) == ["middle", "ilo"]


def test_editor_page_ignores_the_day_of_names(client, secretariat, renamed):
    client.force_login(secretariat)

    html = client.get(reverse("admin:agencies_agency_change", args=[renamed.pk]), {"as_of": LAST_DAY}).content.decode()

    assert f'value="{NEW}"' in html


def test_invalid_day_is_refused_as_before(client, renamed):
    assert client.get("/api/v1/agencies/", {"as_of": "yesterday"}).status_code == 400
