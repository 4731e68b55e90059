import re
from html import unescape
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from tests.support.factories import CommitmentFactory

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


def ask(client, url, **words):
    return client.get("/oembed/", {"url": url, **words}, headers={"Origin": "https://elsewhere.example"})


def test_page_that_has_an_embed_is_answered_with_its_frame(client, commitment):
    answers = {
        page: ask(client, f"{HOST}{page}").json()
        for page in ("/", "/agencies/ilo/", commitment.get_absolute_url(), "/embed/matrix/")
    }

    assert {page: re.search(r'src="([^"]+)"', answer["html"])[1] for page, answer in answers.items()} == {
        "/": f"{HOST}/embed/matrix/",
        "/agencies/ilo/": f"{HOST}/embed/agency/ilo/",
        commitment.get_absolute_url(): f"{HOST}/embed/commitment/{commitment.reference}/",
        "/embed/matrix/": f"{HOST}/embed/matrix/",
    }
    answer = answers[commitment.get_absolute_url()]
    assert {word: answer[word] for word in answer if word != "html"} == {
        "version": "1.0",
        "type": "rich",
        "title": str(commitment),
        "provider_name": "GMG HLD follow-up portal",
        "provider_url": f"{HOST}/",
        "cache_age": 3600,
        "width": 600,
        "height": 320,
    }


def test_answer_is_open_to_every_site_and_keeps_within_its_bounds(client, commitment):
    response = ask(client, f"{HOST}{commitment.get_absolute_url()}", maxwidth=320, maxheight=9999, dnt=1, format="json")

    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert (response.json()["width"], response.json()["height"]) == (320, 320)
    assert 'width="320" height="320"' in response.json()["html"]


def test_day_of_the_page_is_that_of_its_embed(client, commitment):
    address = f"{HOST}{commitment.get_absolute_url()}?as_of=2014-12-31"

    assert f"/embed/commitment/{commitment.reference}/?as_of=2014-12-31" in ask(client, address).json()["html"]
    assert ask(client, address.replace("2014-12-31", "2014-02-19")).status_code == 404


def test_xml_response_has_the_same_content(client, ilo):
    commitment = CommitmentFactory(lead_agency=ilo, title='A < B & "C"\x0b')
    address = f"{HOST}{commitment.get_absolute_url()}"
    response = ask(client, address, format="xml")
    answer = {element.tag: element.text for element in ElementTree.fromstring(response.content)}

    expected = {word: str(value).replace("\x0b", "\ufffd") for word, value in ask(client, address).json().items()}
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert answer == expected
    assert 'title="' + f"{commitment.reference} A &lt; B &amp; &quot;C&quot;" in answer["html"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://elsewhere.example/commitments/HLD-0001/", "only addresses of this portal are answered"),
        ("http://testserver:81/", "only addresses of this portal are answered"),
        ("http://testserver@elsewhere.example/", "only addresses of this portal are answered"),
        ("javascript://testserver/", "only addresses of this portal are answered"),
        ("/agencies/ilo/", "only addresses of this portal are answered"),
        ("http://[", "nothing public of this portal is found"),
        ("http://testserver/nowhere/", "nothing public of this portal is found"),
        ("http://testserver/agencies/nobody/", "nothing public of this portal is found"),
        ("http://testserver/commitments/HLD-9999/", "nothing public of this portal is found"),
        ("http://testserver/commitments/%00/", "nothing public of this portal is found"),
        ("http://testserver/commitments/\0/", "nothing public of this portal is found"),
        ("http://testserver/timeline/", "This page has no embed"),
        ("http://testserver/?by=status", "an embed knows only as_of"),
    ],
)
def test_address_that_has_no_embed_is_not_found(client, ilo, url, says):
    response = ask(client, url)

    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert says in response.content.decode()


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
def test_commitment_that_is_not_public_is_not_found(client, ilo, state):
    hidden = CommitmentFactory(**{state: True}, lead_agency=ilo, title="Quetzalcoatlus")

    response = ask(client, f"{HOST}{hidden.get_absolute_url()}")

    assert response.status_code == 404
    assert "Quetzalcoatlus" not in response.content.decode()


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ("", 400, "url: give the address of a commitment, of an agency or of the home page."),
        (
            "url=http://testserver/&max_width=3",
            400,
            "‘max_width’ is not a parameter here. Did you mean ‘maxwidth’? Allowed: dnt, format,",
        ),
        ("url=http://testserver/&url=x", 400, "‘url’ is given more than once"),
        ("url=http://testserver/&maxwidth=0", 400, "maxwidth is a whole number of pixels from 1."),
        ("url=http://testserver/&maxheight=١", 400, "maxheight is a whole number of pixels from 1."),
        (
            "url=http://testserver/%3Fas_of=2999-01-01",
            400,
            "url: as_of: ‘2999-01-01’ is in the future. Use a day up to today (UTC), 20",
        ),
        ("url=http://testserver/&format=yaml", 501, "‘yaml’ is not a format here. Allowed: json, xml."),
    ],
)
def test_question_that_is_not_known_is_refused(client, db, words, status, says):
    response = client.get(f"/oembed/?{words}")

    assert response.status_code == status
    assert says in response.content.decode()


@pytest.mark.parametrize("day", ["", "?as_of=2015-01-01"])
def test_page_says_to_programs_and_to_readers_how_to_embed_it(client, commitment, day):
    embeds = {
        "/": "/embed/matrix/",
        "/agencies/ilo/": "/embed/agency/ilo/",
        commitment.get_absolute_url(): reverse("embed-commitment", args=[commitment.reference]),
    }

    for page, embed in embeds.items():
        html = client.get(f"{page}{day}").content.decode()
        links = dict(re.findall(r'<link rel="alternate" type="(\S+)\+oembed" href="([^"]+)">', html))
        code = unescape(re.search(r'<pre id="embed-code" dir="ltr" tabindex="0">(&lt;iframe .*?)</pre>', html)[1])
        assert "<iframe" not in html
        assert links.keys() == {"application/json", "text/xml"}
        assert client.get(unescape(links["application/json"])).json()["html"] == code
        assert client.get(unescape(links["text/xml"])).status_code == 200
        assert f'src="{HOST}{embed}{day}"' in code
