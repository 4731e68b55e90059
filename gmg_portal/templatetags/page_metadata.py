"""Template tags for metadata of pages: canonical address, structured data, links to the API."""

import json
from typing import Any

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.loader_tags import BlockNode
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agencies.models import Agency
from foundation.clock import today
from foundation.http.public_pages import public_page
from gmg_portal.api.linked_data import as_json_ld, as_schema_org
from gmg_portal.open_data.datasets import data_catalog
from gmg_portal.open_data.descriptions import Licence, Snapshot

register = template.Library()

# Characters that could end a script element or start markup in it.
SCRIPT_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
SCHEMA_ORG = "https://schema.org"


class RepeatedBlockNode(BlockNode):
    """A block of the page rendered a second time, on one line."""

    def render(self, context):
        return mark_safe(" ".join(super().render(context).split()))  # noqa: S308 - as the block itself was rendered


@register.tag
def repeat_block(parser: Parser, token: Token) -> RepeatedBlockNode:
    """Render a block again: `{% repeat_block title %}` gives the content of the block `title` without extra spaces."""
    _tag, name = token.split_contents()
    return RepeatedBlockNode(name, template.NodeList())


@register.simple_tag(takes_context=True)
def absolute_url(context: Context, path: str) -> str:
    """Return the absolute URL of a path."""
    return context.request.build_absolute_uri(path)


@register.simple_tag(takes_context=True)
def canonical_url(context: Context) -> str:
    """Return the canonical URL of the page: without query parameters, except for the number of a later page."""
    request = context.request
    page = request.GET.get("page", "")
    return request.build_absolute_uri(
        f"{request.path}?page={page}" if page.isdecimal() and page != "1" else request.path
    )


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: Context, here: str, parent: str = "", parent_url: str = "") -> SafeString:
    """Return the breadcrumb as structured data, schema.org's BreadcrumbList."""
    absolute_uri = context.request.build_absolute_uri
    parents = [(parent, absolute_uri(parent_url))] if parent_url else []
    steps = [(_("Home"), absolute_uri("/")), *parents, (here, "")]
    items = [
        {"@type": "ListItem", "position": position, "name": str(name)} | ({"item": url} if url else {})
        for position, (name, url) in enumerate(steps, start=1)
    ]
    return structured({"@context": SCHEMA_ORG, "@type": "BreadcrumbList", "itemListElement": items})


@register.simple_tag(takes_context=True)
def organization_data(context: Context, agency: Agency) -> SafeString:
    """Return an agency as structured data, with the same properties as in the API's JSON-LD."""
    row = {name: getattr(agency, name) for name in ("acronym", "name", "mandate", "headquarters", "website")}
    day = context["as_of"] or today()
    row["is_member"], row["left"] = agency.belongs_on(day), agency.left if agency.has_left_by(day) else None
    row["url"] = context.request.build_absolute_uri(agency.get_absolute_url())
    return structured(as_schema_org(as_json_ld(row, "agencies", context.request)))


@register.simple_tag
def dataset_data(issue: Snapshot, licence: Licence) -> SafeString:
    """Return the data files as structured data, schema.org's DataCatalog."""
    return structured(data_catalog(issue, licence))


@register.simple_tag(takes_context=True)
def api_alternates(context: Context) -> SafeString:
    """Return links to the same data in the API, with the page's `as_of` and query; nothing on error pages."""
    match = getattr(context.get("request"), "resolver_match", None)
    page = public_page(match.func) if match else None
    if "view" not in context or page is None or not page.api_route:
        return mark_safe("")
    day = context["as_of"]
    url = reverse(f"api:{page.api_route}", args=list(match.kwargs.values()))
    query = getattr(context.get("register_query"), "api_params", "") or (f"as_of={day.isoformat()}" if day else "")
    links = [("application/json", query)]
    if page.api_route.endswith("-detail"):
        links.append(("application/ld+json", "&".join(filter(None, [query, "format=jsonld"]))))
    return format_html_join(
        "\n",
        '<link rel="alternate" type="{}" href="{}">',
        [(media_type, f"{url}?{link_query}" if link_query else url) for media_type, link_query in links],
    )


def structured(data: dict[str, Any]) -> SafeString:
    """Return JSON-LD in a script element, which browsers do not run; the data cannot end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(SCRIPT_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above
