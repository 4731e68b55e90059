"""Due days for calendar programs: of running commitments, of their open milestones, and of reporting cycles.

Events are whole days (RFC 5545). What changed is told by the number of its last revision and that one's moment, so that
a program which has an event already takes over a day that was moved.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid5

from django.core.exceptions import ValidationError
from django.db.models import Max, Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, vText

from commitments.filters import CommitmentFilter, form_error_messages
from commitments.models import Commitment, Milestone, ReportingCycle
from commitments.register import RegisterQuery
from foundation.clock import today
from foundation.dates.parsing import LAST
from foundation.dates.partial import PartialDate, Precision
from foundation.text.spreadsheet_cells import printable
from gmg_portal.open_data.views import refused
from gmg_portal.syndication.atom import OURS

BEGINNING = datetime(2013, 10, 3, tzinfo=UTC)
ASK_AGAIN = timedelta(hours=12)

Full = Callable[[str], str]


@dataclass(frozen=True)
class Revised:
    """How often what an event tells of was saved, and when that was last."""

    times: int
    at: datetime


@require_safe
def due_calendar(request: HttpRequest) -> HttpResponse:
    """The due days of what the register finds by the same words; those of cycles are everybody's."""
    filterset = CommitmentFilter(request.GET, queryset=Commitment.objects.all())
    if not filterset.is_valid():
        return refused(ValidationError(" ".join(form_error_messages(filterset.form))))
    narrowed = ", ".join(
        f"{word.label}: {word.value}" for word in RegisterQuery(filterset.data, filterset).active_filters
    )
    name = _("GMG HLD follow-up: due days")
    if narrowed:
        name = _("GMG HLD follow-up: due days (%(narrowed)s)") % {"narrowed": narrowed}
    calendar = Calendar()
    calendar.add("prodid", "-//GMG HLD follow-up portal//due days//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for property_name in ("name", "x-wr-calname"):  # which the library does not know as texts, and so does not escape
        calendar.add(property_name, vText(" ".join(printable(name).split())))
    calendar.add("source", request.build_absolute_uri(), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for event in _events(filterset, request.build_absolute_uri):
        calendar.add_component(event)
    return HttpResponse(
        calendar.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="due.ics"'},
    )


def _events(filterset: CommitmentFilter, full: Full) -> Iterator[Event]:
    """Leave out what is due after the last plausible day: a calendar cannot hold the day after 9999-12-31."""
    day = filterset.day
    running = filterset.filtered().published(day).filter(standing_finished=False).defer("search")
    dated = running.filter(due_on__lte=LAST).select_related("lead_agency", "workgroup").order_by("pk")
    milestones = Milestone.objects.filter(commitment__in=running.values("pk"), due_on__lte=LAST)
    open_ones = milestones.exclude(met_on__lte=day or date.max).select_related(
        "commitment__lead_agency", "commitment__workgroup"
    )
    steps = open_ones.order_by("commitment", "due_on", "pk")
    closed = ReportingCycle.objects.closed(day or today())
    cycles = (
        ReportingCycle.objects.filter(due_on__lte=LAST)
        .exclude(pk__in=closed.order_by().values("pk"))
        .order_by("due_on", "pk")
    )
    revised = _revised([*dated, *steps, *(step.commitment for step in steps), *cycles])
    for commitment in dated:
        yield _of_commitment(commitment, revised(commitment), full)
    for milestone in steps:
        yield _of_milestone(milestone, revised(milestone, milestone.commitment), full)
    for cycle in cycles:
        yield _of_cycle(cycle, revised(cycle), full)


def _revised(rows: Iterable[Model]) -> Callable[..., Revised]:
    """How to ask when some of these rows were last saved, taken together; one query a model."""
    keys: dict[type[Model], set[int]] = {}
    for row in rows:
        keys.setdefault(type(row), set()).add(row.pk)
    moments = {}
    for model, pks in keys.items():
        lines = model.history.filter(id__in=pks).order_by().values_list("id").annotate(Max("history_date"))
        moments |= {(model, pk): at for pk, at in lines}

    def revised(*told: Model) -> Revised:
        at = max(moments.get((type(row), row.pk), BEGINNING) for row in told)
        return Revised(sum(row.version for row in told), at)

    return revised


def _of_commitment(commitment: Commitment, revised: Revised, full: Full) -> Event:
    words = {"reference": commitment.reference, "title": commitment.title}
    return _event(
        f"commitment/{commitment.reference}",
        _("Due: %(reference)s %(title)s") % words,
        commitment.due,
        [_led(commitment)],
        full(commitment.get_absolute_url()),
        revised,
    )


def _of_milestone(milestone: Milestone, revised: Revised, full: Full) -> Event:
    commitment = milestone.commitment
    words = {"reference": commitment.reference, "title": commitment.title, "step": milestone.title}
    return _event(
        f"milestone/{milestone.pk}",
        _("Step due: %(step)s (%(reference)s)") % words,
        milestone.due,
        [_("A step of %(reference)s %(title)s.") % words, _led(commitment)],
        full(commitment.get_absolute_url()),
        revised,
    )


def _of_cycle(cycle: ReportingCycle, revised: Revised, full: Full) -> Event:
    return _event(
        f"cycle/{cycle.pk}",
        _("Progress reports due: %(cycle)s") % {"cycle": cycle.title},
        PartialDate(cycle.due_on, Precision.DAY),
        [_("Every lead of a running commitment is asked for a report.")],
        full(reverse("commitments:list")),
        revised,
    )


def _event(key: str, summary: str, due: PartialDate, lines: list[str], address: str, revised: Revised) -> Event:
    """A whole-day event; a day known only by its month or year stands on its last day, and says so."""
    if due.precision != Precision.DAY:
        lines = [_("The source says only %(period)s: this is its last day.") % {"period": due}, *lines]
    event = Event()
    event.add("uid", str(uuid5(OURS, key)))
    event.add("dtstamp", revised.at)
    event.add("last-modified", revised.at)
    event.add("sequence", revised.times)
    event.add("summary", printable(summary))
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))
    event.add("description", printable("\n".join([*lines, address])))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event


def _led(commitment: Commitment) -> str:
    return _("Led by %(lead)s.") % {"lead": commitment.lead}
