"""Calendar of deadlines: running commitments, their open milestones, and reporting cycles.

Events are whole days (RFC 5545). Each has a sequence number and the time of its last change, so that a program which
has the event already takes over a changed day.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid5

from django.core.exceptions import ValidationError
from django.db.models import Max, Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, vText

from commitments.models import Commitment, Milestone
from foundation.clock import today
from foundation.dates.parsing import LATEST
from foundation.dates.partial import PartialDate, Precision
from foundation.text.spreadsheet_cells import replace_unprintable
from gmg_portal.open_data.views import bad_request
from gmg_portal.syndication.atom import NAMESPACE_UUID
from register.filtering.query import RegisterQuery
from reporting.models import ReportingCycle

BEGINNING = datetime(2013, 10, 3, tzinfo=UTC)
REFRESH_INTERVAL = timedelta(hours=12)

AbsoluteURL = Callable[[str], str]


@dataclass(frozen=True)
class RevisionInfo:
    """The number of times that the rows of an event were saved, and the last time."""

    number: int
    at: datetime


@require_safe
def due_calendar(request: HttpRequest) -> HttpResponse:
    """Return the deadlines of commitments that match the register's parameters; cycles are in every calendar."""
    query = RegisterQuery.parse(request.GET)
    if query.errors:
        return bad_request(ValidationError(" ".join(query.errors)))
    filters_text = ", ".join(f"{filter_.label}: {filter_.value}" for filter_ in query.active_filters)
    name = _("GMG HLD follow-up: deadlines")
    if filters_text:
        name = _("GMG HLD follow-up: deadlines (%(narrowed)s)") % {"narrowed": filters_text}
    calendar = Calendar()
    calendar.add("prodid", "-//GMG HLD follow-up portal//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for property_name in ("name", "x-wr-calname"):  # the library does not escape these as texts
        calendar.add(property_name, vText(" ".join(replace_unprintable(name).split())))
    calendar.add("source", request.build_absolute_uri(), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for event in _events(query, request.build_absolute_uri):
        calendar.add_component(event)
    return HttpResponse(
        calendar.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(False, "due.ics")},
    )


def _events(query: RegisterQuery, absolute_url: AbsoluteURL) -> Iterator[Event]:
    """Yield the events; deadlines after the last plausible day are left out, since no date follows 9999-12-31."""
    day = query.day
    running_commitments = query.filtered().published(day).filter(standing_finished=False).defer("search")
    dated_commitments = (
        running_commitments.filter(deadline_on__lte=LATEST).select_related("lead_agency", "workgroup").order_by("pk")
    )
    milestones = Milestone.objects.filter(commitment__in=running_commitments.values("pk"), deadline_on__lte=LATEST)
    open_milestones = milestones.unmet_on(day).select_related("commitment__lead_agency", "commitment__workgroup")
    milestone_rows = open_milestones.order_by("commitment", "deadline_on", "pk")
    closed_cycles = ReportingCycle.objects.closed(day or today())
    cycles = (
        ReportingCycle.objects.filter(due_on__lte=LATEST)
        .exclude(pk__in=closed_cycles.order_by().values("pk"))
        .order_by("due_on", "pk")
    )
    revision_of = _revision_lookup(
        [*dated_commitments, *milestone_rows, *(step.commitment for step in milestone_rows), *cycles]
    )
    for commitment in dated_commitments:
        yield _commitment_event(commitment, revision_of(commitment), absolute_url)
    for milestone in milestone_rows:
        yield _milestone_event(milestone, revision_of(milestone, milestone.commitment), absolute_url)
    for cycle in cycles:
        yield _cycle_event(cycle, revision_of(cycle), absolute_url)


def _revision_lookup(rows: Iterable[Model]) -> Callable[..., RevisionInfo]:
    """Return a function that returns the revision of some of these rows taken together; one query per model."""
    pks_by_model: dict[type[Model], set[int]] = {}
    for row in rows:
        pks_by_model.setdefault(type(row), set()).add(row.pk)
    saved_at = {}
    for model, pks in pks_by_model.items():
        history_rows = model.history.filter(id__in=pks).order_by().values_list("id").annotate(Max("history_date"))
        saved_at |= {(model, pk): at for pk, at in history_rows}

    def revision_of(*related_rows: Model) -> RevisionInfo:
        at = max(saved_at.get((type(row), row.pk), BEGINNING) for row in related_rows)
        return RevisionInfo(sum(row.version for row in related_rows), at)

    return revision_of


def _commitment_event(commitment: Commitment, revision: RevisionInfo, absolute_url: AbsoluteURL) -> Event:
    names = {"reference": commitment.reference, "title": commitment.title}
    return _event(
        f"commitment/{commitment.reference}",
        _("Deadline: %(reference)s %(title)s") % names,
        commitment.deadline,
        [_lead_line(commitment)],
        absolute_url(commitment.get_absolute_url()),
        revision,
    )


def _milestone_event(milestone: Milestone, revision: RevisionInfo, absolute_url: AbsoluteURL) -> Event:
    commitment = milestone.commitment
    names = {"reference": commitment.reference, "title": commitment.title, "step": milestone.title}
    return _event(
        f"milestone/{milestone.pk}",
        _("Step due: %(step)s (%(reference)s)") % names,
        milestone.deadline,
        [_("A step of %(reference)s %(title)s.") % names, _lead_line(commitment)],
        absolute_url(commitment.get_absolute_url()),
        revision,
    )


def _cycle_event(cycle: ReportingCycle, revision: RevisionInfo, absolute_url: AbsoluteURL) -> Event:
    return _event(
        f"cycle/{cycle.pk}",
        _("Progress reports due: %(cycle)s") % {"cycle": cycle.title},
        PartialDate(cycle.due_on, Precision.DAY),
        [_("Every lead of a running commitment is asked for a report.")],
        absolute_url(reverse("commitments:list")),
        revision,
    )


def _event(
    key: str, summary: str, deadline: PartialDate, lines: list[str], address: str, revision: RevisionInfo
) -> Event:
    """Return a whole-day event; a deadline known only by month or year is on its last day, with a note."""
    if deadline.precision != Precision.DAY:
        lines = [_("The source says only %(period)s: this is its last day.") % {"period": deadline}, *lines]
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE_UUID, key)))
    event.add("dtstamp", revision.at)
    event.add("last-modified", revision.at)
    event.add("sequence", revision.number)
    event.add("summary", replace_unprintable(summary))
    event.add("dtstart", deadline.day)
    event.add("dtend", deadline.day + timedelta(days=1))
    event.add("description", replace_unprintable("\n".join([*lines, address])))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event


def _lead_line(commitment: Commitment) -> str:
    return _("Led by %(lead)s.") % {"lead": commitment.lead}
