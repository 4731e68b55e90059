import re
from datetime import date
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from gmg_portal.syndication.embeds import MAX_COMMITMENTS
from tests.support.factories import CommitmentFactory, WorkGroupFactory, published_report

pytestmark = pytest.mark.django_db

# Refused and missing addresses, and addresses of the API, whose routes are regular expressions.
OTHER_ADDRESSES = [
    "/?as_of=never",
    "/commitments/?statsu=1",
    "/nowhere/",
    "/embed/",
    "/api/v1/commitments/",
    "/api/v1/nothing/",
]
KILOBYTES_20 = 20 * 1024


@pytest.fixture
def addresses(commitment):
    return [
        reverse("embed-commitment", args=[commitment.reference]),
        reverse("embed-matrix"),
        reverse("embed-agency", args=["ilo"]),
    ]


def properties(sheet):
    """Return the custom properties of a style sheet's root, with `var()` resolved."""
    root = re.search(r":root \{(.*?)\n\}", Path(finders.find(sheet)).read_text(), re.DOTALL)[1]
    variables = dict(re.findall(r"(--[a-z0-9_-]+): (.*?);", root))

    def resolved(value):
        return re.sub(r"var\((--[a-z0-9_-]+)\)", lambda match: resolved(variables[match[1]]), value)

    return {name: resolved(value) for name, value in variables.items()}


def policy(response):
    return dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))


def test_embeds_may_be_framed_anywhere_and_nothing_else_changes(client, addresses):
    ordinary = policy(client.get(reverse("data")))

    for address in addresses:
        response = client.get(address)
        assert "X-Frame-Options" not in response
        assert policy(response) == ordinary | {"frame-ancestors": "*"}


@pytest.mark.exhaustive
def test_no_other_page_may_be_framed(client, commitment, points):
    samples = {
        "reference": commitment.reference,
        "code": "ilo",
        "slug": "decent-work",
        "number": "1",
        "table": "commitments",
        "form": "csv",
        "name": "status",
        "level": "governance",
    }
    answers = {address: client.get(address) for address in {*routes(get_resolver(), samples), *OTHER_ADDRESSES}}

    for response in answers.values():
        list(response)
    framed = {
        address
        for address, response in answers.items()
        if response.get("X-Frame-Options") != "DENY" or policy(response)["frame-ancestors"] != "'none'"
    }
    assert framed == {"/embed/matrix/", "/embed/agency/ilo/", f"/embed/commitment/{commitment.reference}/"}
    assert len([address for address, response in answers.items() if response.status_code == 200]) > 40


def routes(resolver, samples, before="/"):
    """Return an example address of every route; routes with regular expressions are left out."""
    for entry in resolver.url_patterns:
        if not isinstance(entry.pattern, RoutePattern):
            continue
        address = before + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: samples.get(match[1], "x"), str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from routes(entry, samples, address)
        else:
            yield address


def test_every_link_leaves_the_frame(client, addresses, commitment):
    for address in addresses:
        links = re.findall(r"<a [^>]*>", client.get(address).content.decode())
        assert links
        assert all('target="_blank" rel="noopener"' in link for link in links)


def test_nothing_is_inline(client, addresses):
    for address in addresses:
        html = client.get(address).content.decode()
        assert not re.search(r"<script|<style|style=|\son\w+=", html)


def test_commitment_shows_its_standing(client, commitment):
    type(commitment).objects.filter(pk=commitment.pk).update(deadline_on=date(2015, 3, 31), deadline_precision="month")
    published_report(commitment, on="2014-06-30", status="in_progress", outlook="at_risk")

    html = client.get(reverse("embed-commitment", args=[commitment.reference])).content.decode()

    facts = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html, re.DOTALL)
    assert {name: " ".join(re.sub(r"<[^>]+>", "", value).split()) for name, value in facts} == {
        "Lead": "ILO",
        "Status": "In progress",
        "Outlook": "At risk",
        "Deadline": "March 2015",
        "Last update": "30 June 2014 (Not yet due)",
        "Verification": "Self-reported",
    }


def test_commitment_of_nothing_reported_says_so(client, commitment):
    html = client.get(reverse("embed-commitment", args=[commitment.reference])).content.decode()

    assert "Nothing reported yet" in html


def test_withdrawn_commitment_says_so_from_its_day_on(client, ilo):
    withdrawn = CommitmentFactory(withdrawn=True, lead_agency=ilo)
    address = reverse("embed-commitment", args=[withdrawn.reference])

    assert "Withdrawn on 1 September 2014: <bdi>Entered twice.</bdi>" in client.get(address).content.decode()
    assert "Withdrawn" not in client.get(f"{address}?as_of=2014-08-31").content.decode()


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_commitment_that_is_not_public_is_missing_inside_the_frame(client, ilo, state):
    hidden = CommitmentFactory(**{state: True}, lead_agency=ilo, title="Quetzalcoatlus")

    response = client.get(reverse("embed-commitment", args=[hidden.reference]))

    assert response.status_code == 404
    assert "There is nothing public at this address." in response.content.decode()
    assert "Quetzalcoatlus" not in response.content.decode()
    assert "X-Frame-Options" not in response


def test_agency_shows_the_newest_of_what_it_leads(client, ilo, iom):
    for number in range(MAX_COMMITMENTS + 1):
        CommitmentFactory(lead_agency=ilo, title=f"Undertaking {number}.", published_on=date(2014, 3, 1 + number))
    CommitmentFactory(lead_agency=iom, partners=[ilo], title="Of another")
    CommitmentFactory(lead_agency=ilo, draft=True, title="A draft")

    html = client.get(reverse("embed-agency", args=["ilo"])).content.decode()

    assert re.findall(r"Undertaking (\d+)\.", html) == [str(number) for number in range(MAX_COMMITMENTS, 0, -1)]
    assert "It leads 21 commitments." in html
    assert "The newest 20 are shown." in html
    assert "Of another" not in html
    assert "A draft" not in html


def test_agency_of_no_commitment_says_so(client, ilo):
    html = client.get(reverse("embed-agency", args=["ilo"])).content.decode()

    assert "It leads 0 commitments." in html
    assert "<ul" not in html


def test_unknown_agency_is_missing_inside_the_frame(client, db):
    response = client.get(reverse("embed-agency", args=["nobody"]))

    assert response.status_code == 404
    assert policy(response)["frame-ancestors"] == "*"


def test_matrix_counts_leads_by_points(client, ilo, points):
    CommitmentFactory(lead_agency=ilo, agenda_points=points[:2])
    CommitmentFactory(lead_agency=ilo, agenda_points=points[:1])
    CommitmentFactory(lead_agency=ilo, agenda_points=points, draft=True)

    html = client.get(reverse("embed-matrix")).content.decode()

    (row,) = re.findall(r"<tr>(?:(?!</tr>).)*>ILO<.*?</tr>", html, re.DOTALL)
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
    assert cells == ["2", "1", "0", "0", "0", "0", "0", "0", "2"]


def test_embeds_are_small_however_much_they_hold(client, ilo, points):
    for number in range(20):
        WorkGroupFactory(
            slug=f"a-group-with-a-rather-long-name-{number}", title=f"Working group on {number} " + "x" * 40
        )
        CommitmentFactory(lead_agency=ilo, title="年&" * 150, agenda_points=points)

    withdrawn = CommitmentFactory(withdrawn=True, title="“年” " * 75, withdrawn_reason="年" * 5000)

    for address in ("/embed/matrix/", "/embed/agency/ilo/", f"/embed/commitment/{withdrawn.reference}/"):
        html = client.get(address).content
        sheets = re.findall(r'<link rel="stylesheet" href="/static/([^"]+)"', html.decode())
        assert sheets == ["css/marks.css", "css/embed.css"]
        assert len(html) + sum(Path(finders.find(sheet)).stat().st_size for sheet in sheets) < KILOBYTES_20
        assert not re.search(r"<(img|svg|script|style|iframe|object)", html.decode())


def test_sheet_of_embeds_has_the_values_of_all_other_pages():
    whole, own = (properties(name) for name in ("css/tokens.css", "css/embed.css"))

    assert own == {name: whole[name] for name in own}
    marks = Path(finders.find("css/marks.css")).read_text() + Path(finders.find("css/embed.css")).read_text()
    local = {"--point", "--heat", "--on-heat"}
    assert set(re.findall(r"var\((--[a-z0-9-]+)", marks)) - local == set(own), (
        "The colours that embed.css uses and those that its :root declares differ. "
        "Copy what is missing from tokens.css as plain colours, and remove what no rule uses."
    )


def test_embed_as_of_a_day_says_so(client, commitment):
    html = client.get(f"{reverse('embed-agency', args=['ilo'])}?as_of=2014-02-19").content.decode()

    assert "The record as it stood at the end of 19 February 2014 (UTC)." in html
    assert "It leads 0 commitments." in html
    assert 'href="/agencies/ilo/?as_of=2014-02-19"' in html


def test_embed_says_its_source_and_its_day(client, addresses, time_machine):
    time_machine.move_to("2016-05-09T12:00:00Z", tick=False)

    for address in addresses:
        html = client.get(address).content.decode()
        assert '<a href="/" target="_blank" rel="noopener">GMG HLD follow-up portal</a>' in html
        assert "The record on 9 May 2016." in html


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("as_of=2999-01-01", "in the future"),
        ("as_of=2014-01-01&as_of=2015-01-01", "‘as_of’ is given more than once"),
        ("theme=dark", "‘theme’ is not a parameter here. Allowed: as_of."),
    ],
)
def test_embed_refuses_inside_the_frame(client, addresses, words, says):
    for address in addresses:
        response = client.get(f"{address}?{words}")
        assert response.status_code == 400
        assert says in response.content.decode()
        assert "X-Frame-Options" not in response
        assert policy(response)["frame-ancestors"] == "*"


def test_embed_leaves_nothing_with_its_reader(client, addresses):
    for address in addresses:
        response = client.get(address)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
