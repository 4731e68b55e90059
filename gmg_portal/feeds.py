"""What changed, for feed readers: the same changes as on the timeline, newest first."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.models import Agency
from agenda.models import Event
from commitments.changes import Change, changes
from commitments.exchange.cells import printable
from commitments.models import Commitment
from gmg_portal.bulk.views import refused
from gmg_portal.questions import EVENT, TimeQuestion
from gmg_portal.revision import Standing
from gmg_portal.timeline import Entry, newest

ENTRIES = 50
BEGINNING = datetime(2013, 10, 3, tzinfo=UTC)  # of the Dialogue: before it nothing of this record can have changed


class ChangesFeed(Atom1Feed):
    """Atom, and when nothing has changed yet the moment of the record's own revision."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else Standing.read().moved_at or BEGINNING


@require_safe
def changes_feed(request: HttpRequest) -> HttpResponse:
    """What the timeline shows, under the same words; an event that is to come waits for its day."""
    question = TimeQuestion(request.GET)
    if not question.is_valid():
        return refused(ValidationError(" ".join(question.problems)))
    narrowed = ", ".join(question.chosen)
    title = _("Changes of the register – GMG HLD follow-up portal")
    if narrowed:
        title = _("Changes of the register (%(narrowed)s) – GMG HLD follow-up portal") % {"narrowed": narrowed}
    words = urlencode(sorted(pair for pair in question.words.items() if pair[0] != "as_of"))
    return _answer(
        request,
        newest(question, request.as_of, ENTRIES),
        title=title,
        subtitle=_("Every commitment, report, assessment and answer as published, every withdrawal, every event."),
        page="?".join(part for part in (reverse("timeline"), question.query) if part),
        key="?".join(part for part in (request.path, words) if part),
    )


@require_safe
def agency_feed(request: HttpRequest, code: str) -> HttpResponse:
    """The changes of what an agency leads or takes part in."""
    agency = get_object_or_404(Agency, code=code)
    words = {"agency": agency}
    found = changes(request.as_of, commitments=Commitment.objects.involving(agency), limit=ENTRIES)
    return _answer(
        request,
        [Entry(change.on, change=change) for change in found],
        title=_("%(agency)s: changes of the register – GMG HLD follow-up portal") % words,
        subtitle=_("Every commitment that %(agency)s leads or takes part in, and every report on it.") % words,
        page=agency.get_absolute_url(),
        key=request.path,
    )


def _answer(
    request: HttpRequest, entries: Iterable[Entry], *, title: str, subtitle: str, page: str, key: str
) -> HttpResponse:
    feed = ChangesFeed(
        title=title,
        subtitle=subtitle,
        description=None,
        link=request.build_absolute_uri(page),
        feed_url=request.build_absolute_uri(),
        feed_guid=_tag(request, key),
        author_name=_("GMG HLD follow-up portal"),
        language=get_language(),
    )
    for entry in entries:
        told = _of_event(entry.event) if entry.event else _of_change(entry.change)
        feed.add_item(
            **told
            | {
                "title": printable(told["title"]),
                "link": request.build_absolute_uri(told["link"]),
                # Atom1Feed says that it is HTML.
                "description": linebreaks(printable(told["description"]), autoescape=True),
                "unique_id": _tag(request, told["unique_id"]),
                # What is published never changes afterwards, so that an entry's last change is its publication.
                "updateddate": told["pubdate"],
            }
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _of_change(change: Change) -> dict:
    return {
        "title": _title(change),
        "link": change.get_absolute_url(),
        "description": _text(change),
        "unique_id": change.key,
        "author_name": printable(_author(change)),
        "categories": [word for word in (change.kind, change.status_change and change.status_change.to_status) if word],
        "pubdate": _moment(change),
    }


def _of_event(event: Event) -> dict:
    return {
        "title": _("Event: %(title)s") % {"title": event.title},
        "link": event.get_absolute_url(),
        "description": ", ".join(part for part in (event.title, event.place) if part),
        "unique_id": f"event/{event.slug}",
        "author_name": _("GMG HLD follow-up portal"),
        "categories": [EVENT],
        "pubdate": datetime.combine(event.starts_on, time(), UTC),
    }


def _tag(request: HttpRequest, key: str) -> str:
    """A permanent identifier (RFC 4151), in the name of the site."""
    return f"tag:{request.get_host().partition(':')[0]},2014:{key.strip('/')}"


def _title(change: Change) -> str:
    words = {"reference": change.commitment.reference, "title": change.commitment.title, "change": change.label}
    if change.assessment:
        words["assessor"] = change.assessment.assessor
        return _("%(reference)s: %(change)s, by %(assessor)s – %(title)s") % words
    if change.answer:
        words["assessor"] = change.answer.assessment.assessor
        return _("%(reference)s: %(change)s, to %(assessor)s – %(title)s") % words
    if change.status_change is None:
        return _("%(reference)s: %(change)s – %(title)s") % words
    words["status"] = change.status_change.get_to_status_display()
    return _("%(reference)s: %(change)s, status now ‘%(status)s’ – %(title)s") % words


def _author(change: Change) -> str:
    return str(change.assessment.assessor if change.assessment else change.commitment.lead)


def _text(change: Change) -> str:
    if change.report:
        return change.report.achieved
    if change.assessment:
        return f"{change.assessment.get_finding_display()}\n\n{change.assessment.text}"
    if change.answer:
        return change.answer.text
    if change.kind == Change.Kind.WITHDRAWN:
        return change.commitment.withdrawn_reason
    return change.commitment.summary or change.commitment.original_text


def _moment(change: Change) -> datetime:
    """When it was published: the moment of the review, or for what was loaded the start of its day (UTC)."""
    row = change.report or change.assessment or change.answer or change.commitment
    if change.kind != Change.Kind.WITHDRAWN and row.reviewed_at and row.reviewed_at.date() == change.on.day:
        return row.reviewed_at
    return datetime.combine(change.on.day, time(), UTC)
