"""Rows of the API as linked data (JSON-LD 1.1): standard terms where there are any, the portal's own for the rest."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.rest.sparse_fields import FieldTree

SCHEMA_ORG = "https://schema.org/"
DCTERMS = "http://purl.org/dc/terms/"
# The schema.org type of each kind of row.
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
EXTERNAL_URL = {"@id": "schema:url", "@type": "@id"}
DATETIME = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
CONTEXT = {
    "schema": SCHEMA_ORG,
    "dcterms": DCTERMS,
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
    "website": EXTERNAL_URL,
    "link": {"@id": "schema:sameAs", "@type": "@id"},
    "url": PAGE,
    "lead": {"@id": "schema:agent"},
    "partners": {"@id": "schema:participant", "@container": "@set"},
    "start_on": {"@id": "schema:startTime"},
    "deadline_on": {"@id": "schema:endTime"},
    "starts_on": {"@id": "schema:startDate"},
    "ends_on": {"@id": "schema:endDate"},
    "published_on": {"@id": "dcterms:issued", "@type": "dcterms:W3CDTF"},
    "updated_at": {"@id": "dcterms:modified", **DATETIME},
    "citation": {"@id": "dcterms:bibliographicCitation"},
    "source_location": {"@id": "dcterms:source"},
    "evidence": {"@id": "dcterms:references", "@container": "@set", "@context": {"url": EXTERNAL_URL}},
    "superseded_by": {"@id": "dcterms:isReplacedBy"},
    "supersedes": {"@id": "dcterms:replaces", "@container": "@set"},
    "parent": {"@id": "dcterms:isPartOf"},
    "parts": {"@id": "dcterms:hasPart", "@container": "@set"},
    "agenda_points": {"@id": "dcterms:subject", "@container": "@set"},
    "recorded_at": {"@id": "dcterms:created", **DATETIME},
    "commitments_url": {"@type": "@id"},
}
# Terms for one kind only: elsewhere `number` is no identifier (a report's counts it within its commitment).
CONTEXTS = {"agenda-points": {"number": IDENTIFIER}}


def as_json_ld(
    row: dict[str, Any], resource: str, request: HttpRequest, tree: FieldTree | None = None
) -> dict[str, Any]:
    """Return a row, or those of its fields that `tree` names, as one JSON-LD node under its permanent address."""
    own_vocabulary = request.build_absolute_uri(reverse("api:docs")) + "#term-"
    node = _node(row, resource, request, tree)
    if resource == "agencies" and not tree:
        node |= _membership(row)
    return {
        "@context": {"@vocab": own_vocabulary, **CONTEXT, **CONTEXTS.get(resource, {})},
        "@type": TYPES[resource],
        **node,
    }


def _membership(row: dict[str, Any]) -> dict[str, Any]:
    """Return the group as the organization of which an agency is, or was until a day, a member."""
    group = {"@type": "schema:Organization", "name": _("Global Migration Group")}
    if row["is_member"]:
        return {"member_of": group}
    if row["left"]:
        return {"member_of": {"@type": "schema:OrganizationRole", "member_of": group, "ends_on": str(row["left"])}}
    return {}


def as_schema_org(node: Any) -> Any:
    """Return a node with schema.org terms only, without prefixes: search engines read no others."""
    if not isinstance(node, dict):
        return node
    context = {"@context": SCHEMA_ORG.rstrip("/")} if "@context" in node else {}
    identity = {key: _without_prefix(node[key]) for key in ("@type", "@id") if key in node}
    term_of = {name: CONTEXT[name].get("@id", "") for name in node if name in CONTEXT}
    properties = {
        _without_prefix(term): as_schema_org(node[name]) for name, term in term_of.items() if term.startswith("schema:")
    }
    return context | identity | properties


def _without_prefix(term: str) -> str:
    return term.removeprefix("schema:")


def _node(value: Any, resource: str, request: HttpRequest, tree: FieldTree | None = None) -> Any:
    if isinstance(value, list):
        return [_node(item, resource, request, tree) for item in value]
    if not isinstance(value, dict):
        return value
    node_id = _node_id(value, resource, request)
    fields = {
        name: _node(item, name.replace("_", "-"), request, tree and tree[name])
        for name, item in value.items()
        if item not in (None, "") and (not tree or name in tree)
    }
    return ({"@id": node_id} if node_id else {}) | fields


def _node_id(row: dict[str, Any], resource: str, request: HttpRequest) -> str | None:
    """Return the address of the row's page. Status changes share a page, so theirs is the address in the API."""
    if resource == "status-changes":
        return request.build_absolute_uri(reverse("api:status-changes-detail", args=[row["code"]]))
    return row.get("url")
