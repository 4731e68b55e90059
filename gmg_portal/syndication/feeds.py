"""Atom feeds of changes: of the whole register, of one subject, or of a search of the register.

An entry is a published change and has the same identifier in every feed. Entries are sorted by when this portal
recorded them, newest first, and paginated: what was just published comes first, however long ago it happened.
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
from commitments.models import Commitment
from foundation.clock import today
from foundation.filters.as_of import parse_as_of
from foundation.filters.lists import drop_empty_values
from foundation.filters.messages import form_error_messages
from gmg_portal.open_data.descriptions import Licence
from gmg_portal.open_data.views import bad_request
from gmg_portal.revision.current import CurrentRevision
from gmg_portal.syndication import atom
from gmg_portal.syndication.feed_entries import FeedItem, RecordedTimes, build_entries
from gmg_portal.syndication.followed_searches import PAGINATION_PARAMS, followed_items
from gmg_portal.website.query_forms import PagedTimelineQueryForm
from gmg_portal.website.timeline import query_timeline
from recommendations.models import Recommendation
from register.changes.published import change_refs
from register.filtering.conditions import has_agenda_point, has_recommendation
from register.filtering.query import PageForm, RegisterQuery
from register.querysets import register_commitments
from workgroups.models import WorkGroup

ENTRIES_PER_PAGE = 50
BEGINNING = datetime(2013, 10, 3, tzinfo=UTC)  # the day of the Dialogue: no change is older


@dataclass(frozen=True)
class Channel:
    """The subject of a feed: its permanent `key`, the `page` with the same content, and the `params` of its address."""

    title: str
    subtitle: str
    key: str
    page: str
    params: dict[str, list[str]]
    day: date | None = None


@require_safe
def changes_feed(request: HttpRequest) -> HttpResponse:
    """Return the timeline as a feed, with the same parameters; a future event appears on its day."""
    form = PagedTimelineQueryForm(request.GET)
    if not form.is_valid():
        return bad_request(ValidationError(" ".join(form.problems)))
    day = form.cleaned_data["as_of"]
    filters_text = ", ".join(form.filter_labels)
    title = _("Changes of the register – GMG HLD follow-up portal")
    if filters_text:
        title = _("Changes of the register (%(narrowed)s) – GMG HLD follow-up portal") % {"narrowed": filters_text}
    query_string = urlencode(sorted(pair for pair in form.pairs if pair[0] != "as_of"))
    channel = Channel(
        title=title,
        subtitle=_("Every commitment, report, assessment and answer as published, every withdrawal, every event."),
        key=_with_query(_feed_key(request), query_string),
        page=_with_query(reverse("timeline"), form.query),
        params=dict(request.GET.lists()),
        day=day,
    )
    items = query_timeline(form, day or today(), recorded=True).of_year(form.cleaned_data["year"])[:]
    return _feed_response(request, channel, items, form.cleaned_data["page"])


@require_safe
def agency_feed(request: HttpRequest, code: str) -> HttpResponse:
    """Return the changes of commitments that an agency or one of its constituents leads or takes part in."""
    agency = get_object_or_404(Agency, code=code)
    names = {"agency": agency}
    return _subject_feed(
        request,
        register_commitments().involving(agency, *agency.constituents.all()),
        title=_("%(agency)s: changes of the register – GMG HLD follow-up portal") % names,
        subtitle=_("Every commitment that %(agency)s leads or takes part in, and every report on it.") % names,
        page=agency.get_absolute_url(),
    )


@require_safe
def workgroup_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the changes of commitments that a work group leads."""
    workgroup = get_object_or_404(WorkGroup, slug=slug)
    names = {"group": workgroup.title}
    return _subject_feed(
        request,
        workgroup.commitments.all(),
        title=_("%(group)s: changes of the register – GMG HLD follow-up portal") % names,
        subtitle=_("Every commitment that the group %(group)s leads, and every report on it.") % names,
        page=workgroup.get_absolute_url(),
    )


@require_safe
def point_feed(request: HttpRequest, number: int) -> HttpResponse:
    """Return the changes of commitments on a point of the agenda."""
    point = get_object_or_404(AgendaPoint, number=number)
    names = {"number": point.number, "point": point.title}
    return _subject_feed(
        request,
        register_commitments().filter(has_agenda_point([point.number])),
        title=_("Agenda point %(number)s: changes of the register – GMG HLD follow-up portal") % names,
        subtitle=_("Every commitment on “%(point)s”, and every report on it.") % names,
        page=point.get_absolute_url(),
    )


@require_safe
def recommendation_feed(request: HttpRequest, code: str) -> HttpResponse:
    """Return the changes of commitments that answer a recommendation or one of its parts."""
    recommendation = get_object_or_404(Recommendation, code=code)
    names = {"code": recommendation.code}
    return _subject_feed(
        request,
        register_commitments().filter(has_recommendation([recommendation.code])),
        title=_("Recommendation %(code)s: changes of the register – GMG HLD follow-up portal") % names,
        subtitle=_("Every commitment that answers %(code)s or a part of it, and every report on it.") % names,
        page=recommendation.get_absolute_url(),
    )


@require_safe
def register_feed(request: HttpRequest) -> HttpResponse:
    """Return the changes of commitments that a search finds; also due reports, if it filters by freshness."""
    query = RegisterQuery.parse(request.GET, page_params=PAGINATION_PARAMS)
    if query.errors:
        return bad_request(ValidationError(" ".join(query.errors)))
    filters_text = ", ".join(f"{filter_.label}: {filter_.value}" for filter_ in query.active_filters)
    title = _("Commitments – GMG HLD follow-up portal")
    if filters_text:
        title = _("Commitments found (%(narrowed)s) – GMG HLD follow-up portal") % {"narrowed": filters_text}
    channel = Channel(
        title=title,
        subtitle=_("Every published change of the commitments that the register finds by these words."),
        key=_with_query(_feed_key(request), query.feed_params),
        page=_with_query(reverse("commitments:list"), query.row_params),
        params=dict(request.GET.lists()),
        day=query.day,
    )
    return _feed_response(request, channel, followed_items(query), query.page, query.page_size)


def _subject_feed(
    request: HttpRequest, commitments: QuerySet[Commitment], *, title: str, subtitle: str, page: str
) -> HttpResponse:
    page_form = PageForm(drop_empty_values(request.GET))
    try:
        day = parse_as_of(request.GET, {"as_of", "page"})
        for message in form_error_messages(page_form):
            raise ValidationError(message)
    except ValidationError as error:
        return bad_request(error)
    page = _with_query(page, urlencode({"as_of": day.isoformat()}) if day else "")
    channel = Channel(title, subtitle, _feed_key(request), page, dict(request.GET.lists()), day)
    return _feed_response(
        request, channel, change_refs(day, commitments=commitments, recorded=True), page_form.cleaned_data["page"]
    )


def _feed_response(
    request: HttpRequest, channel: Channel, items: Sequence[FeedItem], number: int | None, size: int | None = None
) -> HttpResponse:
    recorded_times = RecordedTimes.of(items, channel.day)
    paginator = Paginator(sorted(items, key=recorded_times.sort_key, reverse=True), size or ENTRIES_PER_PAGE)
    try:
        page = paginator.page(number or 1)
    except EmptyPage:
        message = _("There is no page %(page)s: the last page is %(last)s.")
        message %= {"page": number, "last": paginator.num_pages}
        return HttpResponse(f"{message}\n", status=404, content_type="text/plain; charset=utf-8")
    entries = build_entries(page.object_list, recorded_times, request.build_absolute_uri)
    feed = atom.Feed(
        key=channel.key,
        title=channel.title,
        subtitle=channel.subtitle,
        author=_("GMG HLD follow-up portal"),
        language=get_language(),
        links=_links(request, channel, page),
        since=CurrentRevision.read().moved_at or BEGINNING,
        entries=entries,
        rights=Licence.from_settings().name,
    )
    return HttpResponse(bytes(feed), content_type=atom.CONTENT_TYPE)


def _links(request: HttpRequest, channel: Channel, page: Page) -> list[atom.FeedLink]:
    """Return links to the feed itself, the page with the same content, the licence and the other pages (RFC 5005)."""
    absolute_url, media_type = request.build_absolute_uri, atom.CONTENT_TYPE.partition(";")[0]
    links = [
        atom.FeedLink("self", absolute_url(), media_type),
        atom.FeedLink("alternate", absolute_url(channel.page), "text/html"),
    ]
    if Licence.from_settings().url:
        links.append(atom.FeedLink("license", Licence.from_settings().url))
    last = page.paginator.num_pages
    page_numbers = {"first": 1, "previous": page.number - 1, "next": page.number + 1, "last": last}
    for rel, number in page_numbers.items() if last > 1 else ():
        if 1 <= number <= last:
            query_string = urlencode(channel.params | {"page": [number]}, doseq=True)
            links.append(atom.FeedLink(rel, absolute_url(f"{request.path}?{query_string}"), media_type))
    return links


def _feed_key(request: HttpRequest) -> str:
    return request.path.strip("/")


def _with_query(address: str, query_string: str) -> str:
    return f"{address}?{query_string}" if query_string else address
