"""The rows of the API as linked data (JSON-LD 1.1): known terms where there are any, the portal's own for the rest."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.rest.sparse_fields import FieldTree

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
PAGE = {"@id": "schema:mainEntityOfPage", "@type": "@id"}
ELSEWHERE = {"@id": "schema:url", "@type": "@id"}
MOMENT = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
CONTEXT = {
    "schema": SCHEMA,
    "dcterms": TERMS,
    "reference": IDENTIFIER,
    "code": IDENTIFIER,
    "slug": IDENTIFIER,
    "title": NAME,
    "name": NAME,
    "text": {"@id": "schema:text"},
    "acronym": {"@id": "schema:alternateName"},
    "summary": {"@id": "schema:description"},
    "mandate": {"@id": "schema:description"},
    "headquarters": {"@id": "schema:location"},
    "member_of": {"@id": "schema:memberOf"},
    "website": ELSEWHERE,
    "link": {"@id": "schema:sameAs", "@type": "@id"},
    "url": PAGE,
    "lead": {"@id": "schema:agent"},
    "partners": {"@id": "schema:participant", "@container": "@set"},
    "start_on": {"@id": "schema:startTime"},
    "due_on": {"@id": "schema:endTime"},
    "starts_on": {"@id": "schema:startDate"},
    "ends_on": {"@id": "schema:endDate"},
    "published_on": {"@id": "dcterms:issued", "@type": "dcterms:W3CDTF"},
    "updated_at": {"@id": "dcterms:modified", **MOMENT},
    "citation": {"@id": "dcterms:bibliographicCitation"},
    "source": {"@id": "dcterms:source", "@context": {"url": ELSEWHERE}},
    "evidence": {"@id": "dcterms:references", "@container": "@set", "@context": {"url": ELSEWHERE}},
    "superseded_by": {"@id": "dcterms:isReplacedBy"},
    "supersedes": {"@id": "dcterms:replaces", "@container": "@set"},
    "parent": {"@id": "dcterms:isPartOf"},
    "parts": {"@id": "dcterms:hasPart", "@container": "@set"},
    "agenda_points": {"@id": "dcterms:subject", "@container": "@set"},
    "recorded_at": {"@id": "dcterms:created", **MOMENT},
    "commitments_url": {"@type": "@id"},
}
# A report's number only counts it among those on its commitment.
CONTEXTS = {"agenda-points": {"number": IDENTIFIER}}


def linked(row: dict[str, Any], kind: str, request: HttpRequest, tree: FieldTree | None = None) -> dict[str, Any]:
    """A row of a kind, or those of its fields that a tree names, as one node under its permanent address."""
    own = request.build_absolute_uri(reverse("api:docs")) + "#term-"
    told = _node(row, kind, request, tree)
    if kind == "agencies" and not tree:
        told |= _membership(row)
    return {"@context": {"@vocab": own, **CONTEXT, **CONTEXTS.get(kind, {})}, "@type": TYPES[kind], **told}


def _membership(row: dict[str, Any]) -> dict[str, Any]:
    """The group as that of which an agency is a member, or was one until a day."""
    group = {"@type": "schema:Organization", "name": _("Global Migration Group")}
    if row["is_member"]:
        return {"member_of": group}
    if row["left"]:
        return {"member_of": {"@type": "schema:OrganizationRole", "member_of": group, "ends_on": str(row["left"])}}
    return {}


def plain(node: Any) -> Any:
    """What a node says in the words of schema.org, alone and by themselves: search engines know no others."""
    if not isinstance(node, dict):
        return node
    about = {"@context": SCHEMA.rstrip("/")} if "@context" in node else {}
    known = {key: _bare(node[key]) for key in ("@type", "@id") if key in node}
    terms = {name: CONTEXT[name].get("@id", "") for name in node if name in CONTEXT}
    told = {_bare(term): plain(node[name]) for name, term in terms.items() if term.startswith("schema:")}
    return about | known | told


def _bare(term: str) -> str:
    return term.removeprefix("schema:")


def _node(value: Any, kind: str, request: HttpRequest, tree: FieldTree | None = None) -> Any:
    if isinstance(value, list):
        return [_node(each, kind, request, tree) for each in value]
    if not isinstance(value, dict):
        return value
    address = _address(value, kind, request)
    told = {
        name: _node(each, name.replace("_", "-"), request, tree and tree[name])
        for name, each in value.items()
        if each not in (None, "") and (not tree or name in tree)
    }
    return ({"@id": address} if address else {}) | told


def _address(row: dict[str, Any], kind: str, request: HttpRequest) -> str | None:
    """That of the row's page; changes of a status share one, and are known by their address in the API."""
    if kind == "status-changes":
        return request.build_absolute_uri(reverse("api:status-changes-detail", args=[row["code"]]))
    return row.get("url")
