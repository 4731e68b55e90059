"""What a page says of itself to browsers, search engines and other sites: its title again, its address, its kind."""

import json
from typing import Any

from django import template
from django.template.loader_tags import BlockNode
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from gmg_portal.linked_data import linked, plain

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
    row["url"] = context.request.build_absolute_uri(agency.get_absolute_url())
    return structured(plain(linked(row, "agencies", context.request)))


@register.simple_tag(takes_context=True)
def dataset_data(context, formats, licence) -> SafeString:
    """The whole register, as schema.org's Dataset with its files."""
    full = context.request.build_absolute_uri
    told = {
        "@context": SCHEMA,
        "@type": "Dataset",
        "@id": full(reverse("data")),
        "name": _("GMG HLD follow-up portal: commitments"),
        "description": _(
            "What the Global Migration Group undertook after the 2013 High-level Dialogue on International Migration "
            "and Development, by whom, on which point, and what became of it."
        ),
        "url": full(reverse("data")),
        "isAccessibleForFree": True,
        "license": licence.url,
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": form.content_type.partition(";")[0],
                "contentUrl": full(reverse("data-file", args=["commitments", form.name])),
            }
            for form in formats
        ],
    }
    return structured({name: value for name, value in told.items() if value})


def structured(data: dict[str, Any]) -> SafeString:
    """Data in a page: by its type the script element is no script, and nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(IN_SCRIPT)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above
