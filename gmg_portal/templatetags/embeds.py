"""Template tags for embedding: oEmbed links in the head of a page, and HTML code to copy."""

from datetime import date
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from agencies.models import Agency
from commitments.models import Commitment
from gmg_portal.syndication.oembed import FORMATS, Embed, agency_embed, commitment_embed, matrix_embed
from gmg_portal.website.as_of_links import with_as_of

register = template.Library()


@register.simple_tag(takes_context=True)
def oembed_links(context: Context) -> SafeString:
    """Return the oEmbed discovery links of a page that can be embedded."""
    request = context.request
    absolute = request.build_absolute_uri
    page = absolute(with_as_of(request.path, context["as_of"]))
    links = [
        (media_type, absolute(f"{reverse('oembed')}?{urlencode({'url': page, 'format': form})}"))
        for form, media_type in FORMATS.items()
    ]
    return format_html_join("\n  ", '<link rel="alternate" type="{}" href="{}">', links)


@register.inclusion_tag("_partials/layout/embed_code.html", takes_context=True)
def embed_code(context: Context, subject: Commitment | Agency | None = None) -> dict[str, object]:
    """Render the HTML code that embeds a commitment, an agency, or without a subject the matrix, as of this page."""
    day = context["as_of"]
    embed = _embed_of(subject, day)
    path = with_as_of(embed.path, day)
    code = Embed(embed.title, path, embed.height).code(context.request.build_absolute_uri)
    return {"code": code, "path": path, "day": day}


def _embed_of(subject: Commitment | Agency | None, day: date | None) -> Embed:
    if isinstance(subject, Commitment):
        return commitment_embed(subject, day)
    return agency_embed(subject) if subject else matrix_embed()
