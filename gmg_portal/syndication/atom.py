"""Atom documents (RFC 4287): a feed, its entries, and the links between its pages (RFC 5005)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from uuid import UUID, uuid5

from django.utils.xmlutils import SimplerXMLGenerator

from foundation.text.spreadsheet_cells import replace_unprintable

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
# The namespace of identifiers (UUIDv5), which are independent of host, port and scheme.
NAMESPACE_UUID = UUID("6f6f6bd1-40a1-4a55-9b58-0b4b6a2d7c1e")


def identifier(key: str) -> str:
    """Return the permanent identifier for a key."""
    return f"urn:uuid:{uuid5(NAMESPACE_UUID, key)}"


@dataclass(frozen=True)
class FeedLink:
    """A link of a feed or entry: its relation (RFC 4287), address and media type."""

    rel: str
    href: str
    type: str = ""


@dataclass(frozen=True)
class FeedEntry:
    """An entry; `summary` is HTML, all else plain text."""

    key: str
    title: str
    link: str
    summary: str
    author: str
    published: datetime
    updated: datetime
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A feed or one page of it; `since` is when the record last changed."""

    key: str
    title: str
    subtitle: str
    author: str
    language: str
    links: list[FeedLink]
    since: datetime
    entries: list[FeedEntry] = field(default_factory=list)
    rights: str = ""

    @property
    def updated(self) -> datetime:
        return max([self.since, *(entry.updated for entry in self.entries)])

    def __bytes__(self) -> bytes:
        stream = StringIO()
        xml = _Writer(stream, "utf-8", short_empty_elements=True)
        xml.startDocument()
        xml.start("feed", {"xmlns": NAMESPACE, "xml:lang": self.language})
        xml.text("id", identifier(self.key))
        xml.text("title", self.title, type="text")
        xml.text("subtitle", self.subtitle, type="text")
        xml.moment("updated", self.updated)
        xml.person(self.author)
        xml.links(self.links)
        if self.rights:
            xml.text("rights", self.rights, type="text")
        for entry in self.entries:
            xml.entry(entry)
        xml.end("feed")
        xml.endDocument()
        return stream.getvalue().encode()


class _Writer(SimplerXMLGenerator):
    """An XML writer for the elements of feeds; characters that XML does not allow are replaced."""

    def start(self, name: str, attributes: dict[str, str] | None = None) -> None:
        self.startElement(name, {key: replace_unprintable(value) for key, value in (attributes or {}).items()})

    def end(self, name: str) -> None:
        self.endElement(name)

    def text(self, name: str, value: str, **attributes: str) -> None:
        self.start(name, attributes)
        self.characters(replace_unprintable(value))
        self.end(name)

    def moment(self, name: str, value: datetime) -> None:
        self.text(name, value.astimezone(UTC).isoformat().replace("+00:00", "Z"))

    def person(self, name: str) -> None:
        self.start("author")
        self.text("name", name)
        self.end("author")

    def links(self, links: Iterable[FeedLink]) -> None:
        for link in links:
            attributes = {"rel": link.rel, "type": link.type, "href": link.href}
            self.start("link", {key: value for key, value in attributes.items() if value})
            self.end("link")

    def entry(self, entry: FeedEntry) -> None:
        self.start("entry")
        self.text("id", identifier(entry.key))
        self.text("title", entry.title, type="text")
        self.links([FeedLink("alternate", entry.link, "text/html")])
        self.moment("published", entry.published)
        self.moment("updated", entry.updated)
        self.person(entry.author)
        for category in entry.categories:
            self.start("category", {"term": category})
            self.end("category")
        self.text("summary", entry.summary, type="html")
        self.end("entry")
