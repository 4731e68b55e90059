"""oEmbed 1.0 (oembed.com): for an address of this portal, return the frame that shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from agencies.models import Agency
from agencies.names_of_day import names_on
from commitments.models import Commitment
from foundation.filters.as_of import require_params
from foundation.filters.form_fields import PastDayField
from foundation.filters.lists import drop_empty_values
from foundation.http.tracking_params import strip_tracking_params
from foundation.text.spreadsheet_cells import replace_unprintable
from gmg_portal.http.identifiers import canonical_path

# Some consumers send `dnt` (do not track); it changes nothing, since the portal tracks nobody.
PARAMS = ("dnt", "format", "maxheight", "maxwidth", "url")
FORMATS = {"json": "application/json+oembed", "xml": "text/xml+oembed"}
CACHE_SECONDS = 3600
DEFAULT_WIDTH = 600  # pixels


@dataclass(frozen=True)
class Embed:
    """A frame for a page: its title, the path of the embedded page, and its size in pixels."""

    title: str
    path: str
    height: int
    width: int = DEFAULT_WIDTH

    def code(self, absolute_url: Callable[[str], str]) -> str:
        """Return the HTML of the frame; it is never wider than its container."""
        return format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" style="border:0;max-width:100%">'
            "</iframe>",
            absolute_url(self.path),
            " ".join(self.title.split()),
            self.width,
            self.height,
        )


def commitment_embed(commitment: Commitment, day: date | None = None) -> Embed:
    """Return the frame of a commitment; the title of a withdrawn one says so, and the frame shows the reason.

    oEmbed has no answer for removed content: a page that already shows the frame must show the withdrawal.
    """
    title = str(commitment)
    if commitment.is_withdrawn_on(day):
        title = _("Withdrawn: %(commitment)s") % {"commitment": title}
    return Embed(title, reverse("embed-commitment", args=[commitment.reference]), 320)


def agency_embed(agency: Agency) -> Embed:
    """Return the frame of an agency's commitments, 600 pixels high."""
    title = _("%(agency)s: what it undertook") % {"agency": agency.name}
    return Embed(title, reverse("embed-agency", args=[agency.code]), 600)


def matrix_embed() -> Embed:
    """Return the frame of the matrix of today, 1,120 pixels high."""
    return Embed(_("Commitments by lead and agenda point"), reverse("embed-matrix"), 1120)


@dataclass(frozen=True)
class OEmbedQuery:
    """The query of a consumer: the frame of the page at `url`, at most this wide and high (pixels)."""

    url: str
    format: str = "json"
    width: int | None = None
    height: int | None = None

    @classmethod
    def parse(cls, params: QueryDict) -> Self:
        """Read the parameters; raise ValidationError for an unknown, repeated or invalid one. Any format is taken."""
        params = drop_empty_values(params)
        require_params(params, PARAMS)
        if not params.get("url"):
            raise ValidationError(_("url: give the address of a commitment, of an agency or of the home page."))
        width, height = _pixels(params, "maxwidth"), _pixels(params, "maxheight")
        return cls(params["url"], params.get("format") or "json", width, height)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """Return the oEmbed response for the page at `url`, in JSON or XML."""
    try:
        query = OEmbedQuery.parse(request.GET)
        embed, day = _resolve_url(query.url, request)
    except (ValidationError, Http404) as error:
        status, message = (404, error) if isinstance(error, Http404) else (400, error.message)
        return _text_response(f"{message}", status)
    if query.format not in FORMATS:
        template = _("‘%(format)s’ is not a format here. Allowed: %(allowed)s.")
        return _text_response(template % {"format": query.format, "allowed": ", ".join(FORMATS)}, 501)
    size = {
        "width": min(embed.width, query.width or embed.width),
        "height": min(embed.height, query.height or embed.height),
    }
    path = f"{embed.path}?{urlencode({'as_of': day.isoformat()})}" if day else embed.path
    embed = Embed(embed.title, path, **size)
    payload = {
        "version": "1.0",
        "type": "rich",
        "title": embed.title,
        "provider_name": _("GMG HLD follow-up portal"),
        "provider_url": request.build_absolute_uri("/"),
        "cache_age": CACHE_SECONDS,
        "html": embed.code(request.build_absolute_uri),
        **size,
    }
    if query.format == "xml":
        return HttpResponse(_xml(payload), content_type="text/xml; charset=utf-8")
    return JsonResponse(payload, json_dumps_params={"ensure_ascii": False})


def _pixels(params: QueryDict, param: str) -> int | None:
    text = params.get(param)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text)):
        raise ValidationError(_("%(word)s is a whole number of pixels from 1.") % {"word": param})
    return int(text)


def _resolve_url(url: str, request: HttpRequest) -> tuple[Embed, date | None]:
    """Return the embed for the page at `url`, and the day of the record; only public pages of this portal have one."""
    try:
        parts = urlsplit(url)
        match = resolve(canonical_path(unquote(parts.path) or "/"))
    except (ValueError, Resolver404):
        raise Http404(_not_found_message()) from None
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != request.get_host().lower():
        raise Http404(
            _("url: only addresses of this portal are answered: %(site)s…") % {"site": request.build_absolute_uri("/")}
        )
    day = _parse_as_of(strip_tracking_params(parts.query))
    with names_on(day):
        return _embed(match.view_name, match.kwargs, day), day


def _embed(name: str, kwargs: dict[str, str], day: date | None) -> Embed:
    if name in ("commitments:detail", "embed-commitment"):
        return commitment_embed(_get_public(Commitment.objects.public(day).defer("search"), **kwargs), day)
    if name in ("agencies:detail", "embed-agency"):
        return agency_embed(_get_public(Agency.objects.all(), **kwargs))
    if name in ("home", "embed-matrix"):
        return matrix_embed()
    raise Http404(_("This page has no embed: commitments, agencies and the home page have one."))


def _get_public(rows: QuerySet, **lookups: str) -> Commitment | Agency:
    row = None if any("\0" in value for value in lookups.values()) else rows.filter(**lookups).first()
    if row is None:
        raise Http404(_not_found_message())
    return row


def _not_found_message() -> str:
    return _("url: nothing public of this portal is found at this address.")


def _parse_as_of(query: str) -> date | None:
    params = dict(parse_qsl(query, keep_blank_values=True))
    if not params.keys() <= {"as_of"}:
        raise Http404(_("This page has no embed: of an address’s words an embed knows only as_of."))
    try:
        return PastDayField(required=False).clean(params.get("as_of"))
    except ValidationError as error:
        raise ValidationError(f"url: as_of: {error.message}") from None


def _text_response(message: str, status: int) -> HttpResponse:
    return HttpResponse(f"{message}\n", status=status, content_type="text/plain; charset=utf-8")


def _xml(payload: dict) -> bytes:
    stream = StringIO()
    xml = SimplerXMLGenerator(stream, "utf-8")
    xml.startDocument()
    xml.startElement("oembed", {})
    for name, value in payload.items():
        xml.addQuickElement(name, replace_unprintable(str(value)))
    xml.endElement("oembed")
    xml.endDocument()
    return stream.getvalue().encode()
