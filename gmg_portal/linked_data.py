"""The rows of the API as linked data (JSON-LD 1.1): known terms where there are any, the portal's own for the rest."""

from typing import Any

from django.urls import reverse

SCHEMA = "https://schema.org/"
TERMS = "http://purl.org/dc/terms/"
# What a row of each kind is, in the words of schema.org.
TYPES = {
    "agencies": "schema:Organization",
    "agenda-points": "schema:DefinedTerm",
    "frameworks": "schema:CreativeWork",
    "workgroups": "schema:Organization",
    "recommendations": "schema:CreativeWork",
    "commitments": "schema:Action",
    "reports": "schema:Report",
    "status-changes": "schema:UpdateAction",
    "events": "schema:Event",
}
IDENTIFIER = {"@id": "dcterms:identifier"}
NAME = {"@id": "schema:name"}
PAGE = {"@id": "schema:url", "@type": "@id"}
CONTEXT = {
    "schema": SCHEMA,
    "dcterms": TERMS,
    "reference": IDENTIFIER,
    "code": IDENTIFIER,
    "slug": IDENTIFIER,
    "number": IDENTIFIER,
    "title": NAME,
    "name": NAME,
    "text": {"@id": "schema:text"},
    "acronym": {"@id": "schema:alternateName"},
    "summary": {"@id": "schema:description"},
    "mandate": {"@id": "schema:description"},
    "headquarters": {"@id": "schema:location"},
    "website": {"@id": "schema:sameAs", "@type": "@id"},
    "link": {"@id": "schema:sameAs", "@type": "@id"},
    "url": PAGE,
    "lead": {"@id": "schema:agent"},
    "partners": {"@id": "schema:participant", "@container": "@set"},
    "start_on": {"@id": "schema:startTime"},
    "due_on": {"@id": "schema:endTime"},
    "starts_on": {"@id": "schema:startDate"},
    "ends_on": {"@id": "schema:endDate"},
    "published_on": {"@id": "dcterms:issued"},
    "updated_at": {"@id": "dcterms:modified"},
    "citation": {"@id": "dcterms:bibliographicCitation"},
    "source": {"@id": "dcterms:source"},
    "superseded_by": {"@id": "dcterms:isReplacedBy"},
    "supersedes": {"@id": "dcterms:replaces", "@container": "@set"},
    "parent": {"@id": "dcterms:isPartOf"},
    "parts": {"@id": "dcterms:hasPart", "@container": "@set"},
    "agenda_points": {"@id": "dcterms:subject", "@container": "@set"},
}


def linked(row: dict[str, Any], kind: str, request) -> dict[str, Any]:
    """A row of a kind as one node: `@id` is the address of its page, and what has a page within it likewise."""
    own = request.build_absolute_uri(reverse("data")) + "#"
    return {
        "@context": {"@vocab": own, **CONTEXT},
        "@type": TYPES[kind],
        **_node(row),
    }


def _node(value: Any) -> Any:
    if isinstance(value, list):
        return [_node(each) for each in value]
    if not isinstance(value, dict):
        return value
    identified = {"@id": value["url"]} if value.get("url") else {}
    return identified | {name: _node(each) for name, each in value.items() if each is not None}
