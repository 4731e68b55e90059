"""oEmbed 1.0 (oembed.com): a site that is given one of our addresses learns here which frame shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from agencies.models import Agency
from agencies.names import names_on
from commitments.filters import PastDayField, repeated_parameter, unknown_parameter
from commitments.models import Commitment
from foundation.http.tracking_params import without_tracking
from foundation.text.spreadsheet_cells import printable
from gmg_portal.http.identifiers import canonical_path

# `dnt` is sent by some consumers: nobody is tracked here, whatever it says.
WORDS = ("dnt", "format", "maxheight", "maxwidth", "url")
FORMATS = {"json": "application/json+oembed", "xml": "text/xml+oembed"}
KEPT = 3600  # seconds for which a consumer may hold on to an answer
WIDTH = 600  # pixels


@dataclass(frozen=True)
class Embed:
    """A frame for a page: its title, the path of what it shows, and how many pixels that takes."""

    title: str
    path: str
    height: int
    width: int = WIDTH

    def code(self, full: Callable[[str], str]) -> str:
        """What a page holds to show it; as wide as there is room."""
        return format_html(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" style="border:0;max-width:100%">'
            "</iframe>",
            full(self.path),
            " ".join(self.title.split()),
            self.width,
            self.height,
        )


def of_commitment(commitment: Commitment, day: date | None = None) -> Embed:
    """Return the frame of a commitment; of a withdrawn one the title says so, as the frame does with the reason.

    oEmbed has no answer for what is gone: a page that shows the frame already must show its withdrawal.
    """
    title = str(commitment)
    if commitment.is_withdrawn_on(day):
        title = _("Withdrawn: %(commitment)s") % {"commitment": title}
    return Embed(title, reverse("embed-commitment", args=[commitment.reference]), 320)


def of_agency(agency: Agency) -> Embed:
    title = _("%(agency)s: what it undertook") % {"agency": agency.name}
    return Embed(title, reverse("embed-agency", args=[agency.code]), 600)


def of_matrix() -> Embed:
    return Embed(_("Commitments by lead and agenda point"), reverse("embed-matrix"), 1120)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    form = request.GET.get("format", "json")
    try:
        _check(request)
        bounds = {word: _pixels(request, f"max{word}") for word in ("width", "height")}
        embed, day = _found(request)
    except (ValidationError, Http404) as refusal:
        status, sentence = (404, refusal) if isinstance(refusal, Http404) else (400, refusal.message)
        return _told(f"{sentence}", status)
    if form not in FORMATS:
        told = _("‘%(format)s’ is not a format here. Allowed: %(allowed)s.")
        return _told(told % {"format": form, "allowed": ", ".join(FORMATS)}, 501)
    size = {word: min(getattr(embed, word), bounds[word] or getattr(embed, word)) for word in bounds}
    path = f"{embed.path}?{urlencode({'as_of': day.isoformat()})}" if day else embed.path
    embed = Embed(embed.title, path, **size)
    answer = {
        "version": "1.0",
        "type": "rich",
        "title": embed.title,
        "provider_name": _("GMG HLD follow-up portal"),
        "provider_url": request.build_absolute_uri("/"),
        "cache_age": KEPT,
        "html": embed.code(request.build_absolute_uri),
        **size,
    }
    if form == "xml":
        return HttpResponse(_xml(answer), content_type="text/xml; charset=utf-8")
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _check(request: HttpRequest) -> None:
    for word, values in request.GET.lists():
        if word not in WORDS:
            raise ValidationError(unknown_parameter(word, WORDS))
        if len(values) > 1:
            raise ValidationError(repeated_parameter(word))
    if not request.GET.get("url"):
        raise ValidationError(_("url: give the address of a commitment, of an agency or of the home page."))


def _pixels(request: HttpRequest, word: str) -> int | None:
    text = request.GET.get(word)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text)):
        raise ValidationError(_("%(word)s is a whole number of pixels from 1.") % {"word": word})
    return int(text)


def _found(request: HttpRequest) -> tuple[Embed, date | None]:
    """What shows the page at `url`, and of which day that is; only what is public, and only in this portal."""
    try:
        parts = urlsplit(request.GET["url"])
        match = resolve(canonical_path(unquote(parts.path) or "/"))
    except (ValueError, Resolver404):
        raise Http404(_nothing()) from None
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != request.get_host().lower():
        raise Http404(
            _("url: only addresses of this portal are answered: %(site)s…") % {"site": request.build_absolute_uri("/")}
        )
    day = _day(without_tracking(parts.query))
    with names_on(day):
        return _embed(match.view_name, match.kwargs, day), day


def _embed(name: str, words: dict[str, str], day: date | None) -> Embed:
    if name in ("commitments:detail", "embed-commitment"):
        return of_commitment(_one(Commitment.objects.public(day).defer("search"), **words), day)
    if name in ("agencies:detail", "embed-agency"):
        return of_agency(_one(Agency.objects.all(), **words))
    if name in ("home", "embed-matrix"):
        return of_matrix()
    raise Http404(_("This page has no embed: commitments, agencies and the home page have one."))


def _one(rows: QuerySet, **words: str) -> Commitment | Agency:
    row = None if any("\0" in word for word in words.values()) else rows.filter(**words).first()
    if row is None:
        raise Http404(_nothing())
    return row


def _nothing() -> str:
    return _("url: nothing public of this portal is found at this address.")


def _day(query: str) -> date | None:
    words = dict(parse_qsl(query, keep_blank_values=True))
    if not words.keys() <= {"as_of"}:
        raise Http404(_("This page has no embed: of an address’s words an embed knows only as_of."))
    try:
        return PastDayField(required=False).clean(words.get("as_of"))
    except ValidationError as refusal:
        raise ValidationError(f"url: as_of: {refusal.message}") from None


def _told(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


def _xml(answer: dict) -> bytes:
    stream = StringIO()
    xml = SimplerXMLGenerator(stream, "utf-8")
    xml.startDocument()
    xml.startElement("oembed", {})
    for name, value in answer.items():
        xml.addQuickElement(name, printable(str(value)))
    xml.endElement("oembed")
    xml.endDocument()
    return stream.getvalue().encode()
