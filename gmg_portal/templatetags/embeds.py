"""How other sites show what is on a page: told to programs in its head, and to people as a text to copy."""

from datetime import date
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from agencies.models import Agency
from commitments.models import Commitment
from gmg_portal.syndication.oembed import FORMATS, Embed, of_agency, of_commitment, of_matrix
from gmg_portal.website.as_of_links import on_day

register = template.Library()


@register.simple_tag(takes_context=True)
def oembed_links(context) -> SafeString:
    """The discovery of oEmbed, for a page that has an embed."""
    full, request = context.request.build_absolute_uri, context.request
    page = full(on_day(request.path, request.as_of))
    links = [
        (media_type, full(f"{reverse('oembed')}?{urlencode({'url': page, 'format': form})}"))
        for form, media_type in FORMATS.items()
    ]
    return format_html_join("\n  ", '<link rel="alternate" type="{}" href="{}">', links)


@register.inclusion_tag("_partials/data/embed_code.html", takes_context=True)
def embed_this(context, subject: Commitment | Agency | None = None):
    """The code that shows a commitment, an agency, or with neither the matrix; on the day of this page."""
    request, embed = context.request, _of(subject, context.request.as_of)
    path = on_day(embed.path, request.as_of)
    code = Embed(embed.title, path, embed.height).code(request.build_absolute_uri)
    return {"code": code, "path": path, "day": request.as_of}


def _of(subject: Commitment | Agency | None, day: date | None) -> Embed:
    if isinstance(subject, Commitment):
        return of_commitment(subject, day)
    return of_agency(subject) if subject else of_matrix()
