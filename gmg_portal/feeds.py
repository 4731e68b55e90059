"""What changed, for feed readers: the same changes as on the timeline, newest first."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.models import Agency
from commitments.changes import Change, changes
from commitments.models import Commitment
from gmg_portal.bulk.writers import printable
from gmg_portal.revision import Standing

ENTRIES = 50
BEGINNING = datetime(2013, 10, 3, tzinfo=UTC)  # of the Dialogue: before it nothing of this record can have changed


class ChangesFeed(Atom1Feed):
    """Atom, and when nothing has changed yet the moment of the record's own revision."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else Standing.read().moved_at or BEGINNING


@require_safe
def changes_feed(request: HttpRequest) -> HttpResponse:
    """Commitments published and withdrawn, and reports with the status that they set."""
    return _answer(
        request,
        changes(request.as_of, limit=ENTRIES),
        title=_("Changes of the register – GMG HLD follow-up portal"),
        subtitle=_("Every commitment and report as it is published, and every withdrawal."),
        page=reverse("timeline"),
    )


@require_safe
def agency_feed(request: HttpRequest, code: str) -> HttpResponse:
    """The changes of what an agency leads or takes part in."""
    agency = get_object_or_404(Agency, code=code)
    words = {"agency": agency}
    return _answer(
        request,
        changes(request.as_of, commitments=Commitment.objects.involving(agency), limit=ENTRIES),
        title=_("%(agency)s: changes of the register – GMG HLD follow-up portal") % words,
        subtitle=_("Every commitment that %(agency)s leads or takes part in, and every report on it.") % words,
        page=agency.get_absolute_url(),
    )


def _answer(request: HttpRequest, entries: Iterable[Change], *, title: str, subtitle: str, page: str) -> HttpResponse:
    feed = ChangesFeed(
        title=title,
        subtitle=subtitle,
        description=None,
        link=request.build_absolute_uri(page),
        feed_url=request.build_absolute_uri(),
        feed_guid=_tag(request, request.path),
        author_name=_("GMG HLD follow-up portal"),
        language=get_language(),
    )
    for change in entries:
        _add(feed, change, _tag(request, change.key), request.build_absolute_uri)
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _add(feed: Atom1Feed, change: Change, tag: str, full: Callable[[str], str]) -> None:
    """What is published never changes afterwards, so that an entry's last change is its publication."""
    feed.add_item(
        title=printable(_title(change)),
        link=full(change.get_absolute_url()),
        # Atom1Feed says that it is HTML.
        description=linebreaks(printable(_text(change)), autoescape=True),
        unique_id=tag,
        author_name=printable(str(change.commitment.lead)),
        categories=[word for word in (change.kind, change.status_change and change.status_change.to_status) if word],
        pubdate=_moment(change),
        updateddate=_moment(change),
    )


def _tag(request: HttpRequest, key: str) -> str:
    """A permanent identifier (RFC 4151), in the name of the site."""
    return f"tag:{request.get_host().partition(':')[0]},2014:{key.strip('/')}"


def _title(change: Change) -> str:
    words = {"reference": change.commitment.reference, "title": change.commitment.title, "change": change.label}
    if change.status_change is None:
        return _("%(reference)s: %(change)s – %(title)s") % words
    words["status"] = change.status_change.get_to_status_display()
    return _("%(reference)s: %(change)s, status now ‘%(status)s’ – %(title)s") % words


def _text(change: Change) -> str:
    if change.report:
        return change.report.achieved
    if change.kind == Change.Kind.WITHDRAWN:
        return change.commitment.withdrawn_reason
    return change.commitment.summary or change.commitment.original_text


def _moment(change: Change) -> datetime:
    """When it was published: the moment of the review, or for what was loaded the start of its day (UTC)."""
    row = change.report or change.commitment
    if change.kind != Change.Kind.WITHDRAWN and row.reviewed_at and row.reviewed_at.date() == change.on.day:
        return row.reviewed_at
    return datetime.combine(change.on.day, time(), UTC)
