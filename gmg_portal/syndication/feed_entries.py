"""The entries of feeds: each published change, event or silence as it is told to a reader, the same in every feed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self

from django.db.models import Min
from django.utils.formats import date_format
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from agenda.models import Event
from commitments.amendments import amended_at
from commitments.changes import Change, ChangeRef
from gmg_portal.syndication import atom
from gmg_portal.syndication.followed_searches import Silence
from gmg_portal.website.query_forms import EVENT
from gmg_portal.website.timeline import Entry, entries, turn

Step = Event | ChangeRef | Silence


@dataclass(frozen=True)
class Moments:
    """When each of some steps was recorded: amendments by the key of their commitment, events by their own."""

    amended: dict[int, datetime]
    events: dict[int, datetime]

    @classmethod
    def of(cls, steps: Iterable[Step], day: date | None) -> Self:
        """Read what is not in the steps themselves; four queries at most."""
        first = {
            step.commitment for step in steps if isinstance(step, ChangeRef) and step.kind == Change.Kind.PUBLISHED
        }
        events = {step.pk for step in steps if isinstance(step, Event)}
        lines = Event.history.filter(id__in=events).order_by().values_list("id").annotate(Min("history_date"))
        return cls(amended_at(first, day), dict(lines) if events else {})

    def at(self, step: Step) -> datetime:
        """Return when a step was recorded; an event not before its day, a commitment when it was last amended."""
        if isinstance(step, Silence):
            return _midnight(step.since)
        if isinstance(step, Event):
            began = _midnight(step.starts_on)
            return max(began, self.events.get(step.pk, began))
        if step.kind != Change.Kind.PUBLISHED:
            return step.recorded
        return max(step.recorded, self.amended.get(step.commitment, step.recorded))

    def place(self, step: Step) -> tuple:
        """Sort by the moment; of one moment as the timeline does."""
        if isinstance(step, Silence):
            return (self.at(step), step.since, len(Change.Kind), step.commitment.pk, 0)
        return (self.at(step), *turn(step))


def told(steps: Iterable[Step], moments: Moments, full: Callable[[str], str]) -> list[atom.Entry]:
    """The entries of some steps, in their order; a fixed number of queries."""
    steps = list(steps)
    read = iter(entries([step for step in steps if not isinstance(step, Silence)]))
    return [
        _of_silence(step, full) if isinstance(step, Silence) else _entry(next(read), moments.at(step), moments, full)
        for step in steps
    ]


def _entry(each: Entry, updated: datetime, moments: Moments, full: Callable[[str], str]) -> atom.Entry:
    if each.event:
        return _of_event(each.event, updated, full)
    is_first = each.change.kind == Change.Kind.PUBLISHED
    return _of_change(each.change, updated, moments.amended.get(each.change.commitment.pk) if is_first else None, full)


def _of_change(change: Change, updated: datetime, amended: datetime | None, full: Callable[[str], str]) -> atom.Entry:
    """`published` is the day of the change itself, `updated` the moment at which it, or an amendment, was recorded."""
    published = min(_moment(change), updated)
    title, text = _title(change), _text(change) or change.commitment.title
    if amended and amended > published:
        title, text = _amended(change, amended, text)
    status = change.status_change.to_status if change.status_change else ""
    return atom.Entry(
        key=change.key,
        title=title,
        link=full(change.get_absolute_url()),
        summary=_html(text),
        author=_author(change),
        published=published,
        updated=updated,
        categories=(change.kind, status) if status else (change.kind,),
    )


def _of_event(event: Event, updated: datetime, full: Callable[[str], str]) -> atom.Entry:
    began = _midnight(event.starts_on)
    return atom.Entry(
        key=f"event/{event.slug}",
        title=_("Event: %(title)s") % {"title": event.title},
        link=full(event.get_absolute_url()),
        summary=_html(", ".join(part for part in (event.title, event.place) if part)),
        author=_("GMG HLD follow-up portal"),
        published=began,
        updated=updated,
        categories=(EVENT,),
    )


def _of_silence(silence: Silence, full: Callable[[str], str]) -> atom.Entry:
    commitment, since = silence.commitment, _midnight(silence.since)
    words = {
        "reference": commitment.reference,
        "title": commitment.title,
        "freshness": silence.freshness.label,
        "cycle": silence.cycle.title,
        "day": date_format(silence.cycle.due_on, "j F Y"),
    }
    return atom.Entry(
        key=silence.key,
        title=_("%(reference)s: %(freshness)s – %(title)s") % words,
        link=full(commitment.get_absolute_url()),
        summary=_html(_("A report was asked for by %(day)s: %(cycle)s.") % words),
        author=_("GMG HLD follow-up portal"),
        published=since,
        updated=since,
        categories=(silence.freshness.value,),
    )


def _html(text: str) -> str:
    return linebreaks(text, autoescape=True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


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


def _amended(change: Change, at: datetime, text: str) -> tuple[str, str]:
    """The title and the text of a commitment whose words are no longer those of its publication."""
    words = {
        "reference": change.commitment.reference,
        "title": change.commitment.title,
        "day": date_format(at, "j F Y"),
    }
    said = _("Amended on %(day)s: the history on its page says how.") % words
    return _("%(reference)s: Commitment amended – %(title)s") % words, f"{text}\n\n{said}"


def _author(change: Change) -> str:
    return str(change.assessment.assessor if change.assessment else change.commitment.lead)


def _text(change: Change) -> str:
    if change.report:
        return change.report.achieved
    if change.assessment:
        return f"{change.assessment.get_finding_display()}\n\n{change.assessment.text}"
    if change.answer:
        return change.answer.text
    if change.withdrawal:
        return change.reason
    return change.commitment.summary or change.commitment.original_text


def _moment(change: Change) -> datetime:
    """When it was published: the moment of the review, or for what was loaded the start of its day (UTC)."""
    if change.withdrawal:
        restored = change.kind == Change.Kind.RESTORED
        moment = change.withdrawal.restored_at if restored else change.withdrawal.withdrawn_at
    else:
        moment = (change.report or change.assessment or change.answer or change.commitment).reviewed_at
    return moment if moment and moment.date() == change.on.day else _midnight(change.on.day)
