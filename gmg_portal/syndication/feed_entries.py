"""Entries of feeds: published changes, events and due reports, the same in every feed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self

from django.db.models import Min
from django.utils.formats import date_format
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from agenda.models import Event
from gmg_portal.syndication import atom
from gmg_portal.syndication.followed_searches import DueReport
from gmg_portal.website.query_forms import EVENT
from gmg_portal.website.timeline import TimelineEntry, day_sort_key, entries
from register.changes.change import Change, ChangeRef
from reporting.amendments import amended_at

FeedItem = Event | ChangeRef | DueReport


@dataclass(frozen=True)
class RecordedTimes:
    """When some feed items were recorded: amendments by the key of their commitment, events by their own."""

    amended: dict[int, datetime]
    events: dict[int, datetime]

    @classmethod
    def of(cls, items: Iterable[FeedItem], day: date | None) -> Self:
        """Read the times that the items do not hold themselves; four queries at most."""
        published = {
            item.commitment for item in items if isinstance(item, ChangeRef) and item.kind == Change.Kind.PUBLISHED
        }
        events = {item.pk for item in items if isinstance(item, Event)}
        history_rows = Event.history.filter(id__in=events).order_by().values_list("id").annotate(Min("history_date"))
        return cls(amended_at(published, day), dict(history_rows) if events else {})

    def at(self, item: FeedItem) -> datetime:
        """Return when an item was recorded; an event not before its day, a commitment when it was last amended."""
        if isinstance(item, DueReport):
            return _midnight(item.since)
        if isinstance(item, Event):
            began = _midnight(item.starts_on)
            return max(began, self.events.get(item.pk, began))
        if item.kind != Change.Kind.PUBLISHED:
            return item.recorded
        return max(item.recorded, self.amended.get(item.commitment, item.recorded))

    def sort_key(self, item: FeedItem) -> tuple:
        """Return the sort key: the moment, then the order of the timeline."""
        if isinstance(item, DueReport):
            return (self.at(item), item.since, len(Change.Kind), item.commitment.pk, 0)
        return (self.at(item), *day_sort_key(item))


def build_entries(
    items: Iterable[FeedItem], recorded_times: RecordedTimes, absolute_url: Callable[[str], str]
) -> list[atom.FeedEntry]:
    """Return the entries of some items, in their order; a fixed number of queries."""
    items = list(items)
    timeline_entries = iter(entries([item for item in items if not isinstance(item, DueReport)]))
    return [
        _due_report_entry(item, absolute_url)
        if isinstance(item, DueReport)
        else _entry(next(timeline_entries), recorded_times.at(item), recorded_times, absolute_url)
        for item in items
    ]


def _entry(
    entry: TimelineEntry, updated: datetime, recorded_times: RecordedTimes, absolute_url: Callable[[str], str]
) -> atom.FeedEntry:
    if entry.event:
        return _event_entry(entry.event, updated, absolute_url)
    is_first = entry.change.kind == Change.Kind.PUBLISHED
    return _change_entry(
        entry.change,
        updated,
        recorded_times.amended.get(entry.change.commitment.pk) if is_first else None,
        absolute_url,
    )


def _change_entry(
    change: Change, updated: datetime, amended: datetime | None, absolute_url: Callable[[str], str]
) -> atom.FeedEntry:
    """Return the entry of a change: `published` is its day, `updated` when it, or an amendment, was recorded."""
    published = min(_published_at(change), updated)
    title, text = _change_title(change), _change_text(change) or change.commitment.title
    if amended and amended > published:
        title, text = _amended_title_and_text(change, amended, text)
    status = change.status_change.to_status if change.status_change else ""
    return atom.FeedEntry(
        key=change.key,
        title=title,
        link=absolute_url(change.get_absolute_url()),
        summary=_html(text),
        author=_change_author(change),
        published=published,
        updated=updated,
        categories=(change.kind, status) if status else (change.kind,),
    )


def _event_entry(event: Event, updated: datetime, absolute_url: Callable[[str], str]) -> atom.FeedEntry:
    began = _midnight(event.starts_on)
    return atom.FeedEntry(
        key=f"event/{event.slug}",
        title=_("Event: %(title)s") % {"title": event.title},
        link=absolute_url(event.get_absolute_url()),
        summary=_html(", ".join(part for part in (event.title, event.place) if part)),
        author=_("GMG HLD follow-up portal"),
        published=began,
        updated=updated,
        categories=(EVENT,),
    )


def _due_report_entry(due_report: DueReport, absolute_url: Callable[[str], str]) -> atom.FeedEntry:
    commitment, since = due_report.commitment, _midnight(due_report.since)
    names = {
        "reference": commitment.reference,
        "title": commitment.title,
        "freshness": due_report.freshness.label,
        "cycle": due_report.cycle.title,
        "day": date_format(due_report.cycle.due_on),
    }
    return atom.FeedEntry(
        key=due_report.key,
        title=_("%(reference)s: %(freshness)s – %(title)s") % names,
        link=absolute_url(commitment.get_absolute_url()),
        summary=_html(_("A report was asked for by %(day)s: %(cycle)s.") % names),
        author=_("GMG HLD follow-up portal"),
        published=since,
        updated=since,
        categories=(due_report.freshness.value,),
    )


def _html(text: str) -> str:
    return linebreaks(text, autoescape=True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _change_title(change: Change) -> str:
    names = {"reference": change.commitment.reference, "title": change.commitment.title, "change": change.label}
    if change.assessment:
        names["assessor"] = change.assessment.assessor
        return _("%(reference)s: %(change)s, by %(assessor)s – %(title)s") % names
    if change.answer:
        names["assessor"] = change.answer.assessment.assessor
        return _("%(reference)s: %(change)s, to %(assessor)s – %(title)s") % names
    if change.status_change is None:
        return _("%(reference)s: %(change)s – %(title)s") % names
    names["status"] = change.status_change.get_to_status_display()
    return _("%(reference)s: %(change)s, status now ‘%(status)s’ – %(title)s") % names


def _amended_title_and_text(change: Change, at: datetime, text: str) -> tuple[str, str]:
    """Return the title and text for a commitment that was amended after its publication."""
    names = {
        "reference": change.commitment.reference,
        "title": change.commitment.title,
        "day": date_format(at),
    }
    note = _("Amended on %(day)s: the history on its page says how.") % names
    return _("%(reference)s: Commitment amended – %(title)s") % names, f"{text}\n\n{note}"


def _change_author(change: Change) -> str:
    return str(change.assessment.assessor if change.assessment else change.commitment.lead)


def _change_text(change: Change) -> str:
    if change.report:
        return change.report.achieved
    if change.assessment:
        return f"{change.assessment.get_finding_display()}\n\n{change.assessment.text}"
    if change.answer:
        return change.answer.text
    if change.withdrawal:
        return change.reason
    return change.commitment.summary or change.commitment.original_text


def _published_at(change: Change) -> datetime:
    """Return the moment of the review, or for imported rows the start of their day (UTC)."""
    if change.withdrawal:
        restored = change.kind == Change.Kind.RESTORED
        moment = change.withdrawal.restored_at if restored else change.withdrawal.withdrawn_at
    else:
        moment = (change.report or change.assessment or change.answer or change.commitment).reviewed_at
    return moment if moment and moment.date() == change.on.day else _midnight(change.on.day)
