"""Test that every address which readers reach by following links is answered."""

from collections import defaultdict
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import Resolver404, resolve

from agencies.models import Agency
from commitments.models import Commitment
from recommendations.models import Recommendation
from tests.support.factories import CommitmentFactory, published_report

pytestmark = pytest.mark.exhaustive

SITE = "http://testserver"
# Route parameters that name one of many similar rows, and how many of those are visited per route.
ROW_PARAMS = ("reference", "code")
FEW = 6
# Views whose rows are few and differ, so each is visited.
EACH_VISITED = ("agencies:detail", "recommendations:detail")


class Page(HTMLParser):
    """The links of a page, and the fragment ids to which links can point."""

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
    """Follow every link from the home page; return the pages by address, and the broken links."""
    with connection.cursor() as cursor:
        # Restart the references, so that the loaded data get those which the API description's examples name.
        cursor.execute("SELECT setval('commitments_reference', 1, false)")
    call_command("load_reference", verbosity=0)
    call_command("load_commitments", settings.BASE_DIR / "data" / "commitments.csv", verbosity=0)
    call_command("publish_edition", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner cannot know rows that no other transaction sees
    pages, broken, waiting, questions = {}, [], [(f"{SITE}/", "start")], VisitedQueries()
    while waiting:
        address, referrer = waiting.pop()
        if not questions.is_new(address):
            continue
        response = client.get(address.removeprefix(SITE))
        if response.status_code not in (200, 302):
            broken.append((referrer, address, response.status_code))
        html = response.status_code == 200 and response["Content-Type"].startswith("text/html")
        pages[address] = Page(response.content.decode()) if html else None
        if response.streaming:
            list(response.streaming_content)
        for link in sorted(pages[address].links) if html else ():
            target, anchor = urldefrag(urljoin(address, link))
            if urlsplit(target).netloc == "testserver" and not target.startswith(f"{SITE}/static/"):
                waiting.append((target, address))
                pages.setdefault(("anchors", target), set()).add((address, anchor))
    return pages, broken


class VisitedQueries:
    """The queries that were visited: those that differ only in the values of their parameters count as one.

    Of commitments, agencies and recommendations a few of each are visited. Of a file each format and each parameter is
    requested, but not each combination.
    """

    def __init__(self):
        self.seen = set()
        self.visited = defaultdict(set)

    def is_new(self, address: str) -> bool:
        queries = self.queries_in(address)
        if queries <= self.seen:
            return False
        self.seen |= queries
        return True

    def queries_in(self, address: str) -> set[tuple]:
        parts = urlsplit(address)
        names = frozenset(name for name, _value in parse_qsl(parts.query))
        try:
            match = resolve(parts.path)
        except Resolver404:
            return {(parts.path,)}
        named = {key: self.one_of_few(match, key, value) for key, value in match.kwargs.items()}
        form = named.pop("form", None)
        place = match.route, *sorted(named.items())
        if form is None and not match.route.endswith((".atom", ".ics")):
            return {(*place, names)}
        return {(*place, "form", form), *((*place, name) for name in names)}

    def one_of_few(self, match, key: str, value):
        """Return the value, or '…' for one beyond the few that are visited."""
        if key not in ROW_PARAMS or match.view_name in EACH_VISITED:
            return value
        values = self.visited[match.route, key]
        if len(values) < FEW:
            values.add(value)
        return value if value in values else "…"


def test_every_link_leads_somewhere_and_to_its_place_on_the_page(client, walk):
    pages, broken = walk
    addresses = [row.get_absolute_url() for row in Commitment.objects.public()]

    lost = [
        (referrer, target, anchor)
        for (_kind, target), uses in ((key, uses) for key, uses in pages.items() if isinstance(key, tuple))
        for referrer, anchor in uses
        if anchor and pages.get(target) and anchor not in pages[target].anchors
    ]
    assert broken == []
    assert lost == []
    # The links of a few commitments are followed, and the page of each answers.
    assert [address for address in addresses if client.get(address).status_code != 200] == []
    assert linked_values(pages, "commitment") == set(Commitment.objects.public().values_list("reference", flat=True))
    assert linked_values(pages, "agenc") == set(Agency.objects.values_list("code", flat=True))
    assert linked_values(pages, "recommendation") == set(Recommendation.objects.values_list("code", flat=True))


def linked_values(pages, word: str) -> set[str]:
    """Return the values in the addresses of all links whose route contains `word`, visited or not."""
    targets = {urlsplit(page[1]).path for page in pages if isinstance(page, tuple)}
    matches = [match for match in map(resolve, targets) if word in match.route]
    return {value for match in matches for key, value in match.kwargs.items() if key in ROW_PARAMS}


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
