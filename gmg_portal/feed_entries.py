"""The entries of feeds: each published change, event or silence as it is told to a reader, the same in every feed."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time

from django.utils.formats import date_format
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from agenda.models import Event
from commitments.changes import Change, Trace
from gmg_portal import atom
from gmg_portal.questions import EVENT
from gmg_portal.searches import Silence
from gmg_portal.timeline import Entry, entries

Step = Event | Trace | Silence
# Of commitments, by key.
Moments = dict[int, datetime]


def told(steps: Iterable[Step], amended: Moments, full: Callable[[str], str]) -> list[atom.Entry]:
    """The entries of some steps, in their order; a fixed number of queries."""
    steps = list(steps)
    read = iter(entries([step for step in steps if not isinstance(step, Silence)]))
    found = [step if isinstance(step, Silence) else next(read) for step in steps]
    return [_entry(each, amended, full) for each in found]


def _entry(each: Entry | Silence, moments: Moments, full: Callable[[str], str]) -> atom.Entry:
    if isinstance(each, Silence):
        return _of_silence(each, full)
    return _of_event(each.event, full) if each.event else _of_change(each.change, moments, full)


def _of_change(change: Change, moments: Moments, full: Callable[[str], str]) -> atom.Entry:
    published = updated = _moment(change)
    later = moments.get(change.commitment.pk)
    title, text = _title(change), _text(change) or change.commitment.title
    if later and change.kind == Change.Kind.PUBLISHED and later > published:
        updated = later
        title, text = _amended(change, later, text)
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


def _of_event(event: Event, full: Callable[[str], str]) -> atom.Entry:
    began = _midnight(event.starts_on)
    return atom.Entry(
        key=f"event/{event.slug}",
        title=_("Event: %(title)s") % {"title": event.title},
        link=full(event.get_absolute_url()),
        summary=_html(", ".join(part for part in (event.title, event.place) if part)),
        author=_("GMG HLD follow-up portal"),
        published=began,
        updated=began,
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
