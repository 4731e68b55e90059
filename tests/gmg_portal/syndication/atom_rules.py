"""Check a feed against RFC 4287, RFC 5005 and the recommendations of the W3C's validator."""

import re
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
from django.utils.dateparse import parse_datetime

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
ONE, AT_MOST_ONE, ANY = (1, 1), (0, 1), (0, 1_000_000)
FEED_ELEMENTS = {
    "id": ONE,
    "title": ONE,
    "updated": ONE,
    "subtitle": AT_MOST_ONE,
    "rights": AT_MOST_ONE,
    "author": ANY,
    "link": ANY,
    "entry": ANY,
}
ENTRY_ELEMENTS = {
    "id": ONE,
    "title": ONE,
    "updated": ONE,
    "published": AT_MOST_ONE,
    "summary": AT_MOST_ONE,
    "author": (1, 1_000_000),
    "link": (1, 1_000_000),
    "category": ANY,
}
NEVER = datetime.min.replace(tzinfo=UTC)
TEXTS = ("title", "subtitle", "summary", "rights")
PAGES = {"first", "previous", "next", "last"}


def feed_errors(response):
    """Return the errors of a response that should be a feed; [] if it is valid."""
    errors = []
    if response.headers["Content-Type"] != "application/atom+xml; charset=utf-8":
        errors.append(f"content type {response.headers['Content-Type']}")
    feed = ElementTree.fromstring(response.content)
    errors += [f"root {feed.tag}"] if feed.tag != f"{ATOM}feed" else []
    errors += [] if feed.get(XML_LANG) else ["no language"]
    errors += [
        *_counted(feed, FEED_ELEMENTS),
        *_elements(feed),
        *_links(feed, {"self", "alternate", "license", *PAGES}),
    ]
    if [link for link in feed.findall(f"{ATOM}link[@rel='self']") if link.get("type") != "application/atom+xml"]:
        errors.append("self without its type")
    if len(feed.findall(f"{ATOM}link[@rel='self']")) != 1 or not feed.findall(f"{ATOM}link[@rel='alternate']"):
        errors.append("self and alternate are missing")
    entries = feed.findall(f"{ATOM}entry")
    for entry in entries:
        errors += [*_counted(entry, ENTRY_ELEMENTS), *_elements(entry), *_links(entry, {"alternate"})]
        if _moment(entry, "updated") < _moment(entry, "published"):
            errors.append(f"updated before it was published: {_of(entry, 'id')}")
    ids = [_of(each, "id") for each in (feed, *entries)]
    errors += [f"twice: {key}" for key, count in Counter(ids).items() if count > 1]
    if entries and _moment(feed, "updated") < max(_moment(entry, "updated") for entry in entries):
        errors.append("the feed is older than its newest entry")
    read = feedparser.parse(response.content, response_headers={"content-type": response.headers["Content-Type"]})
    if read.bozo or read.version != "atom10" or len(read.entries) != len(entries):
        errors.append(f"feedparser: {read.get('bozo_exception')}, {read.version}")
    return errors


def _counted(element, rules):
    counts = Counter(child.tag.removeprefix(ATOM) for child in element)
    unknown = [f"{name} does not belong into {element.tag}" for name in counts if name not in rules]
    return unknown + [
        f"{counts[name]} × {name} in {element.tag}"
        for name, (least, most) in rules.items()
        if not least <= counts[name] <= most
    ]


def _elements(element):
    for child in element:
        name, text = child.tag.removeprefix(ATOM), (child.text or "").strip()
        if name == "id" and (not urlsplit(text).scheme or text != child.text):
            yield f"no absolute identifier: {child.text!r}"
        if name in TEXTS and (child.get("type") not in ("text", "html") or not text):
            yield f"{name} is empty or of no type: {child.attrib}"
        if name in ("updated", "published") and not RFC_3339.fullmatch(child.text or ""):
            yield f"no date: {child.text!r}"
        if name == "author" and ([part.tag for part in child] != [f"{ATOM}name"] or not child[0].text.strip()):
            yield "an author without a name"
        if name == "category" and not child.get("term"):
            yield "a category without a term"
        if name == "summary" and re.search(r"<(script|style|iframe)|<[^>]+\son\w+=|javascript:", text):
            yield f"what a reader must not run: {text}"


def _links(element, allowed):
    seen = Counter()
    for link in element.findall(f"{ATOM}link"):
        rel, parts = link.get("rel"), urlsplit(link.get("href", ""))
        seen[rel, link.get("type")] += 1
        if rel not in allowed or parts.scheme not in ("http", "https") or not parts.netloc:
            yield f"link {link.attrib}"
        if rel != "license" and not MEDIA_TYPE.fullmatch(link.get("type", "")):
            yield f"link of no type {link.attrib}"
    yield from (f"two links {key}" for key, count in seen.items() if count > 1)


def _of(element, name):
    return element.find(f"{ATOM}{name}").text


def _moment(element, name):
    moment = parse_datetime(_of(element, name)) or NEVER
    return moment if moment.tzinfo else NEVER
