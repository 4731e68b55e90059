"""The timeline of a commitment: start, milestones, reports, status changes, deadline or end, and today."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Commitment
from foundation.clock import today
from foundation.dates.partial import PartialDate, Precision


@dataclass(frozen=True)
class TimelineEvent:
    """An event or a deadline, at its known precision; `code` is its status, if any."""

    class Kind(models.TextChoices):
        """Kind of a past event or a future date."""

        START = "start", gettext_lazy("Start")
        MILESTONE = "milestone", gettext_lazy("Milestone due")
        MET = "met", gettext_lazy("Milestone met")
        REPORT = "report", gettext_lazy("Lead’s report")
        STATUS = "status", gettext_lazy("Status")
        DEADLINE = "deadline", gettext_lazy("Deadline")
        WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")
        TODAY = "today", gettext_lazy("Today")

    kind: str
    on: PartialDate
    label: str
    code: str = ""
    url: str = ""

    @property
    def kind_label(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def in_words(self) -> str:
        """Return the kind and the label, as in 'Milestone met: Pilot', or the label alone if they are the same."""
        bare = self.label == self.kind_label or self.kind == self.Kind.TODAY
        return self.label if bare else _("%(sort)s: %(label)s") % {"sort": self.kind_label, "label": self.label}

    @property
    def first_day(self) -> date:
        """Return the first day of the event's month or year; `on.day` is its last."""
        if self.on.precision == Precision.YEAR:
            return self.on.day.replace(month=1, day=1)
        return self.on.day.replace(day=1) if self.on.precision == Precision.MONTH else self.on.day

    @property
    def is_known_by_day(self) -> bool:
        return self.first_day == self.on.day


@dataclass(frozen=True)
class Timeline:
    """The dated events of a commitment, oldest first; `until` is the date of the record."""

    commitment: Commitment
    until: date
    events: list[TimelineEvent]

    def of(self, *kinds: str) -> list[TimelineEvent]:
        return [event for event in self.events if event.kind in kinds]


def commitment_timeline(commitment: Commitment, day: date | None = None) -> Timeline:
    """Return the timeline as published at the end of a day. Events without a date are left out."""
    kind = TimelineEvent.Kind
    page = f"{commitment.get_absolute_url()}{f'?as_of={day.isoformat()}' if day else ''}"
    record_date = day or today()
    events = []
    if commitment.start:
        events.append(TimelineEvent(kind.START, commitment.start, _("Start")))
    if commitment.deadline:
        events.append(TimelineEvent(kind.DEADLINE, commitment.deadline, _("Deadline")))
    for milestone in commitment.milestones.all():
        if met := milestone.met_by(day):
            events.append(TimelineEvent(kind.MET, met, milestone.title))
        elif milestone.deadline:
            events.append(TimelineEvent(kind.MILESTONE, milestone.deadline, milestone.title))
    withdrawal = commitment.withdrawal_on(day)
    if withdrawal:
        events.append(
            TimelineEvent(kind.WITHDRAWN, PartialDate(withdrawal.withdrawn_on, Precision.DAY), _("Withdrawn"))
        )
    for report in commitment.reports.published(day).newest_first():
        label = _("number %(number)s, “%(status)s”") % {
            "number": report.number,
            "status": report.get_status_display(),
        }
        events.append(
            TimelineEvent(kind.REPORT, report.published, label, report.status, f"{page}#report-{report.number}")
        )
    for change in commitment.status_changes.published(day).newest_first():
        events.append(TimelineEvent(kind.STATUS, change.changed, change.get_to_status_display(), change.to_status))
    events.append(
        TimelineEvent(
            kind.TODAY, PartialDate(record_date, Precision.DAY), _("Day of the record") if day else _("Today")
        )
    )
    order = list(kind)
    return Timeline(commitment, record_date, sorted(events, key=lambda event: (event.on.day, order.index(event.kind))))
