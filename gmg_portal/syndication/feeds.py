"""What changed, for feed readers: of the whole register, of one subject, or of what a search of the register finds.

An entry is a published change and has the same identifier in every feed. A feed is in the order in which this portal
recorded the changes, newest first, in pages: what was just published comes first, however long ago it happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.models import Agency
from agenda.models import AgendaPoint
from commitments.changes import change_refs
from commitments.filters import form_error_messages, has_agenda_point, has_recommendation
from commitments.models import Commitment
from commitments.register import PageForm
from foundation.clock import today
from gmg_portal.http.revision import Standing
from gmg_portal.open_data.descriptions import Licence
from gmg_portal.open_data.views import asked_day, refused
from gmg_portal.syndication import atom
from gmg_portal.syndication.feed_entries import Moments, Step, told
from gmg_portal.syndication.followed_searches import FollowedSearch
from gmg_portal.website.query_forms import PagedTimeQuestion
from gmg_portal.website.timeline import asked
from recommendations.models import Recommendation
from workgroups.models import WorkGroup

ENTRIES = 50
BEGINNING = datetime(2013, 10, 3, tzinfo=UTC)  # of the Dialogue: before it nothing of this record can have changed


@dataclass(frozen=True)
class Channel:
    """What a feed is about; `key` names it for ever, `page` shows the same, and `words` stand in its address."""

    title: str
    subtitle: str
    key: str
    page: str
    words: dict[str, list[str]]
    day: date | None = None


@require_safe
def changes_feed(request: HttpRequest) -> HttpResponse:
    """What the timeline shows, under the same words; an event that is to come waits for its day."""
    question = PagedTimeQuestion(request.GET)
    if not question.is_valid():
        return refused(ValidationError(" ".join(question.problems)))
    narrowed = ", ".join(question.chosen)
    title = _("Changes of the register – GMG HLD follow-up portal")
    if narrowed:
        title = _("Changes of the register (%(narrowed)s) – GMG HLD follow-up portal") % {"narrowed": narrowed}
    words = urlencode(sorted(pair for pair in question.pairs if pair[0] != "as_of"))
    channel = Channel(
        title=title,
        subtitle=_("Every commitment, report, assessment and answer as published, every withdrawal, every event."),
        key=_with(_key(request), words),
        page=_with(reverse("timeline"), question.query),
        words=dict(request.GET.lists()),
        day=request.as_of,
    )
    steps = asked(question, request.as_of or today(), recorded=True).of(question.cleaned_data["year"])[:]
    return _answer(request, channel, steps, question.cleaned_data["page"])


@require_safe
def agency_feed(request: HttpRequest, code: str) -> HttpResponse:
    """The changes of what an agency or one of its constituents leads or takes part in."""
    agency = get_object_or_404(Agency, code=code)
    words = {"agency": agency}
    return _of_subject(
        request,
        Commitment.objects.involving(agency, *agency.constituents.all()),
        title=_("%(agency)s: changes of the register – GMG HLD follow-up portal") % words,
        subtitle=_("Every commitment that %(agency)s leads or takes part in, and every report on it.") % words,
        page=agency.get_absolute_url(),
    )


@require_safe
def workgroup_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The changes of what a work group leads."""
    workgroup = get_object_or_404(WorkGroup, slug=slug)
    words = {"group": workgroup.title}
    return _of_subject(
        request,
        workgroup.commitments.all(),
        title=_("%(group)s: changes of the register – GMG HLD follow-up portal") % words,
        subtitle=_("Every commitment that the group %(group)s leads, and every report on it.") % words,
        page=workgroup.get_absolute_url(),
    )


@require_safe
def point_feed(request: HttpRequest, number: int) -> HttpResponse:
    """The changes of what was undertaken on a point of the agenda."""
    point = get_object_or_404(AgendaPoint, number=number)
    words = {"number": point.number, "point": point.title}
    return _of_subject(
        request,
        Commitment.objects.filter(has_agenda_point([point.number])),
        title=_("Agenda point %(number)s: changes of the register – GMG HLD follow-up portal") % words,
        subtitle=_("Every commitment on “%(point)s”, and every report on it.") % words,
        page=point.get_absolute_url(),
    )


@require_safe
def recommendation_feed(request: HttpRequest, code: str) -> HttpResponse:
    """The changes of what answers a recommendation or one of its parts."""
    recommendation = get_object_or_404(Recommendation, code=code)
    words = {"code": recommendation.code}
    return _of_subject(
        request,
        Commitment.objects.filter(has_recommendation([recommendation.code])),
        title=_("Recommendation %(code)s: changes of the register – GMG HLD follow-up portal") % words,
        subtitle=_("Every commitment that answers %(code)s or a part of it, and every report on it.") % words,
        page=recommendation.get_absolute_url(),
    )


@require_safe
def register_feed(request: HttpRequest) -> HttpResponse:
    """The changes of what a search of the register finds; who has fallen silent, if it asks by freshness."""
    search = FollowedSearch(request.GET)
    if search.problems:
        return refused(ValidationError(" ".join(search.problems)))
    narrowed = ", ".join(f"{word.label}: {word.value}" for word in search.question.active_filters)
    title = _("Commitments – GMG HLD follow-up portal")
    if narrowed:
        title = _("Commitments found (%(narrowed)s) – GMG HLD follow-up portal") % {"narrowed": narrowed}
    channel = Channel(
        title=title,
        subtitle=_("Every published change of the commitments that the register finds by these words."),
        key=_with(_key(request), search.question.feed_params),
        page=_with(reverse("commitments:list"), search.question.row_params),
        words=dict(request.GET.lists()),
        day=request.as_of,
    )
    return _answer(request, channel, search.steps(), search.page, search.page_size)


def _of_subject(
    request: HttpRequest, commitments: QuerySet[Commitment], *, title: str, subtitle: str, page: str
) -> HttpResponse:
    pages = PageForm(request.GET)
    try:
        day = asked_day(request, {"as_of", "page"})
        for sentence in form_error_messages(pages):
            raise ValidationError(sentence)
    except ValidationError as refusal:
        return refused(refusal)
    page = _with(page, urlencode({"as_of": day.isoformat()}) if day else "")
    channel = Channel(title, subtitle, _key(request), page, dict(request.GET.lists()), day)
    return _answer(
        request, channel, change_refs(day, commitments=commitments, recorded=True), pages.cleaned_data["page"]
    )


def _answer(
    request: HttpRequest, channel: Channel, steps: Sequence[Step], number: int | None, size: int | None = None
) -> HttpResponse:
    moments = Moments.of(steps, channel.day)
    paginator = Paginator(sorted(steps, key=moments.place, reverse=True), size or ENTRIES)
    try:
        page = paginator.page(number or 1)
    except EmptyPage:
        beyond = _("There is no page %(page)s: the last page is %(last)s.")
        beyond %= {"page": number, "last": paginator.num_pages}
        return HttpResponse(f"{beyond}\n", status=404, content_type="text/plain; charset=utf-8")
    found = told(page.object_list, moments, request.build_absolute_uri)
    feed = atom.Feed(
        key=channel.key,
        title=channel.title,
        subtitle=channel.subtitle,
        author=_("GMG HLD follow-up portal"),
        language=get_language(),
        links=_links(request, channel, page),
        since=Standing.read().moved_at or BEGINNING,
        entries=found,
        rights=Licence.stated().name,
    )
    return HttpResponse(bytes(feed), content_type=atom.CONTENT_TYPE)


def _links(request: HttpRequest, channel: Channel, page: Page) -> list[atom.Link]:
    """To itself, to the page that shows the same, to the licence, and from page to page (RFC 5005)."""
    full, kind = request.build_absolute_uri, atom.CONTENT_TYPE.partition(";")[0]
    found = [atom.Link("self", full(), kind), atom.Link("alternate", full(channel.page), "text/html")]
    if Licence.stated().url:
        found.append(atom.Link("license", Licence.stated().url))
    last = page.paginator.num_pages
    ways = {"first": 1, "previous": page.number - 1, "next": page.number + 1, "last": last}
    for rel, number in ways.items() if last > 1 else ():
        if 1 <= number <= last:
            words = urlencode(channel.words | {"page": [number]}, doseq=True)
            found.append(atom.Link(rel, full(f"{request.path}?{words}"), kind))
    return found


def _key(request: HttpRequest) -> str:
    return request.path.strip("/")


def _with(address: str, words: str) -> str:
    return f"{address}?{words}" if words else address
