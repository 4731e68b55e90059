"""Due days for calendar programs: of running commitments, of their open milestones, and of reporting cycles."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from agencies.querysets import today
from commitments.dates import PartialDate, Precision
from commitments.models import Commitment, Milestone, ReportingCycle
from commitments.querysets import FINISHED
from gmg_portal.revision import Standing

# Identifiers are made from it and from what an entry is about: the same in every answer, and under every host name.
NAMESPACE = UUID("6f6f6bd1-40a1-4a55-9b58-0b4b6a2d7c1e")
BEGINNING = datetime(2013, 10, 3, tzinfo=UTC)

Full = Callable[[str], str]


@require_safe
def due_calendar(request: HttpRequest) -> HttpResponse:
    day = request.as_of
    calendar = Calendar()
    calendar.add("prodid", "-//GMG HLD follow-up portal//due days//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("GMG HLD follow-up: due days"))
    stamp = Standing.read().moved_at or BEGINNING
    for event in _events(day, request.build_absolute_uri):
        event.add("dtstamp", stamp)
        calendar.add_component(event)
    return HttpResponse(
        calendar.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="due.ics"'},
    )


def _events(day: date | None, full: Full) -> Iterator[Event]:
    running = Commitment.objects.published(day).with_standing(day).exclude(standing_status__in=FINISHED).defer("search")
    for commitment in running.filter(due_on__isnull=False).select_related("lead_agency", "workgroup").order_by("pk"):
        yield _of_commitment(commitment, full)
    milestones = Milestone.objects.filter(commitment__in=running.values("pk"), due_on__isnull=False)
    open_ones = milestones.exclude(met_on__lte=day or date.max).select_related(
        "commitment__lead_agency", "commitment__workgroup"
    )
    for milestone in open_ones.order_by("commitment", "due_on", "pk"):
        yield _of_milestone(milestone, full)
    closed = ReportingCycle.objects.closed(day or today())
    for cycle in ReportingCycle.objects.exclude(pk__in=closed.order_by().values("pk")).order_by("due_on", "pk"):
        yield _of_cycle(cycle, full)


def _of_commitment(commitment: Commitment, full: Full) -> Event:
    words = {"reference": commitment.reference, "title": commitment.title}
    return _event(
        f"commitment/{commitment.reference}",
        _("Due: %(reference)s %(title)s") % words,
        commitment.due,
        [_led(commitment)],
        full(commitment.get_absolute_url()),
    )


def _of_milestone(milestone: Milestone, full: Full) -> Event:
    commitment = milestone.commitment
    words = {"reference": commitment.reference, "title": commitment.title, "step": milestone.title}
    return _event(
        f"milestone/{milestone.pk}",
        _("Step due: %(step)s (%(reference)s)") % words,
        milestone.due,
        [_("A step of %(reference)s %(title)s.") % words, _led(commitment)],
        full(commitment.get_absolute_url()),
    )


def _of_cycle(cycle: ReportingCycle, full: Full) -> Event:
    return _event(
        f"cycle/{cycle.pk}",
        _("Progress reports due: %(cycle)s") % {"cycle": cycle.title},
        PartialDate(cycle.due_on, Precision.DAY),
        [_("Every lead of a running commitment is asked for a report.")],
        full(reverse("commitments:list")),
    )


def _event(key: str, summary: str, due: PartialDate, lines: list[str], address: str) -> Event:
    """A whole-day event; a day known only by its month or year stands on its last day, and says so."""
    if due.precision != Precision.DAY:
        lines = [_("The source says only %(period)s: this is its last day.") % {"period": due}, *lines]
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE, key)))
    event.add("summary", summary)
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))
    event.add("description", "\n".join([*lines, address]))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event


def _led(commitment: Commitment) -> str:
    return _("Led by %(lead)s.") % {"lead": commitment.lead}
