"""Every address that a reader can reach by following links answers."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import CommitmentFactory, published_report

SITE = "http://testserver"
PAGE_OF_COMMITMENT = re.compile(r"/commitments/HLD-\d{4}/")
MOST_COMMITMENTS = re.compile(r"HLD-\d{3}[02-9]")


class Page(HTMLParser):
    """The links of a page and the places in it that links may name."""

    def __init__(self, html):
        super().__init__()
        self.links, self.anchors = set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors.add(attrs.get("id"))
        if tag in ("a", "link") and "href" in attrs:
            assert attrs["href"], f"a link of {attrs} leads nowhere"
            self.links.add(attrs["href"])


@pytest.fixture
def walk(client, settings, editions, db):
    """Follow every link of the portal from its home; gives the pages by address and the links that led nowhere."""
    with connection.cursor() as cursor:
        # The examples of the API's description name the references that the data have in a portal of their own.
        cursor.execute("SELECT setval('commitments_reference', 1, false)")
    call_command("load_reference", verbosity=0)
    call_command("load_commitments", settings.BASE_DIR / "data" / "commitments.csv", verbosity=0)
    call_command("publish_edition", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner cannot know rows that no other transaction sees
    pages, broken, waiting, shapes = {}, [], [(f"{SITE}/", "start")], set()
    while waiting:
        address, referrer = waiting.pop()
        if shape(address) in shapes:
            continue
        shapes.add(shape(address))
        response = client.get(address.removeprefix(SITE))
        if response.status_code not in (200, 302):
            broken.append((referrer, address, response.status_code))
        html = response.status_code == 200 and response["Content-Type"].startswith("text/html")
        pages[address] = Page(response.content.decode()) if html else None
        if response.streaming:
            list(response.streaming_content)
        for link in pages[address].links if html else ():
            target, anchor = urldefrag(urljoin(address, link))
            if urlsplit(target).netloc == "testserver" and not target.startswith(f"{SITE}/static/"):
                waiting.append((target, address))
                pages.setdefault(("anchors", target), set()).add((address, anchor))
    return pages, broken


def shape(address):
    """Return a path and the names of its parameters: questions that differ by values alone are one question here.

    What belongs to a commitment (its row, drawings, citations) is visited for six of the sixty, its page for all.
    """
    parts = urlsplit(address)
    path = parts.path
    if not PAGE_OF_COMMITMENT.fullmatch(path):
        path = MOST_COMMITMENTS.sub("HLD-", path)
    return path, frozenset(name for name, _value in parse_qsl(parts.query))


def test_every_link_leads_somewhere_and_to_its_place_on_the_page(walk):
    pages, broken = walk

    lost = [
        (referrer, target, anchor)
        for (_kind, target), uses in ((key, uses) for key, uses in pages.items() if isinstance(key, tuple))
        for referrer, anchor in uses
        if anchor and pages.get(target) and anchor not in pages[target].anchors
    ]
    assert broken == []
    assert lost == []
    assert sum("/commitments/HLD-" in str(address) for address in pages if isinstance(address, str)) >= 60


def test_every_page_is_at_most_three_clicks_from_home(client, db, points):
    commitment = CommitmentFactory(agenda_points=points[:1])
    published_report(commitment)
    reached = frontier = {"/"}

    for _click in range(3):
        links = {urlsplit(link).path for path in frontier for link in Page(client.get(path).content.decode()).links}
        pages = ("/agen", "/comm", "/work", "/reco", "/gaps", "/time")
        frontier = {link for link in links if link.startswith(pages) and link.endswith("/")}
        reached = reached | frontier

    assert {commitment.get_absolute_url(), commitment.lead.get_absolute_url(), points[0].get_absolute_url()} <= reached
