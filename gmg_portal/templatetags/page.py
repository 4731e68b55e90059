"""What a page says of itself to browsers, search engines and other sites: its title again, its address, its kind."""

import json
from typing import Any

from django import template
from django.template.loader_tags import BlockNode
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from foundation.clock import today
from gmg_portal.api.linked_data import linked, plain
from gmg_portal.open_data.datasets import data_catalog

register = template.Library()

# What would end a script element, or be read as markup in it.
IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
SCHEMA = "https://schema.org"


class BlockAgain(BlockNode):
    """A block of the page once more, on one line."""

    def render(self, context):
        return mark_safe(" ".join(super().render(context).split()))  # noqa: S308 - as the block itself was rendered


@register.tag
def block_again(parser, token):
    """`{% block_again title %}`: what the page puts into its block `title`, without surrounding space."""
    _tag, name = token.split_contents()
    return BlockAgain(name, template.NodeList())


@register.simple_tag(takes_context=True)
def absolute(context, path: str) -> str:
    """The full address of a path of this site."""
    return context.request.build_absolute_uri(path)


@register.simple_tag(takes_context=True)
def canonical(context) -> str:
    """The address under which search engines should keep this page: without the words that only turn its view."""
    request = context.request
    page = request.GET.get("page", "")
    return request.build_absolute_uri(
        f"{request.path}?page={page}" if page.isdecimal() and page != "1" else request.path
    )


@register.simple_tag(takes_context=True)
def breadcrumb_data(context, here: str, parent: str = "", parent_url: str = "") -> SafeString:
    """The way to this page, as schema.org's BreadcrumbList."""
    full = context.request.build_absolute_uri
    steps = [(_("Home"), full("/")), *([(parent, full(parent_url))] if parent_url else []), (here, "")]
    items = [
        {"@type": "ListItem", "position": position, "name": str(name)} | ({"item": url} if url else {})
        for position, (name, url) in enumerate(steps, start=1)
    ]
    return structured({"@context": SCHEMA, "@type": "BreadcrumbList", "itemListElement": items})


@register.simple_tag(takes_context=True)
def organization_data(context, agency) -> SafeString:
    """An agency, as the API tells it as linked data, in schema.org's words."""
    row = {name: getattr(agency, name) for name in ("acronym", "name", "mandate", "headquarters", "website")}
    day = context.request.as_of or today()
    row["is_member"], row["left"] = agency.belongs_on(day), agency.left if agency.has_left_by(day) else None
    row["url"] = context.request.build_absolute_uri(agency.get_absolute_url())
    return structured(plain(linked(row, "agencies", context.request)))


@register.simple_tag
def dataset_data(issue, licence) -> SafeString:
    """The data files, as schema.org's catalogue of data sets."""
    return structured(data_catalog(issue, licence))


# The list or row of the API that says what a page shows, by the names of the two addresses.
IN_THE_API = {
    "commitments:list": "commitments-list",
    "commitments:detail": "commitments-detail",
    "agencies:list": "agencies-list",
    "agencies:detail": "agencies-detail",
    "agenda:list": "agenda-points-list",
    "agenda:detail": "agenda-points-detail",
    "agenda:convergence": "frameworks-list",
    "workgroups:list": "workgroups-list",
    "workgroups:detail": "workgroups-detail",
    "recommendations:list": "recommendations-list",
    "recommendations:detail": "recommendations-detail",
    "gaps": "summary-gaps",
}


@register.simple_tag(takes_context=True)
def api_alternates(context) -> SafeString:
    """Links to what the API says of the page, on the page's day and under its question; none on pages of errors."""
    match = getattr(context.get("request"), "resolver_match", None)
    if "view" not in context or match is None or match.view_name not in IN_THE_API:
        return mark_safe("")
    route, day = IN_THE_API[match.view_name], getattr(context.request, "as_of", None)
    address = reverse(f"api:{route}", args=list(match.kwargs.values()))
    question = getattr(context.get("register_query"), "api_params", "") or (f"as_of={day.isoformat()}" if day else "")
    links = [("application/json", question)]
    if route.endswith("-detail"):
        links.append(("application/ld+json", "&".join(filter(None, [question, "format=jsonld"]))))
    return format_html_join(
        "\n",
        '<link rel="alternate" type="{}" href="{}">',
        [(media_type, f"{address}?{words}" if words else address) for media_type, words in links],
    )


def structured(data: dict[str, Any]) -> SafeString:
    """Data in a page: by its type the script element is no script, and nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(IN_SCRIPT)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above
