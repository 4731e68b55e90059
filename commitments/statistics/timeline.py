"""The story of one commitment in days: start, steps, reports, changes of status, its due day or its end, and today."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Commitment
from foundation.clock import today
from foundation.dates.partial import PartialDate, Precision


@dataclass(frozen=True)
class Moment:
    """Something that happened or is due, as exactly as it is known; `code` is a status where there is one."""

    class Kind(models.TextChoices):
        START = "start", gettext_lazy("Start")
        MILESTONE = "milestone", gettext_lazy("Milestone due")
        MET = "met", gettext_lazy("Milestone met")
        REPORT = "report", gettext_lazy("Lead’s report")
        STATUS = "status", gettext_lazy("Status")
        DUE = "due", gettext_lazy("Due")
        WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")
        TODAY = "today", gettext_lazy("Today")

    kind: str
    on: PartialDate
    label: str
    code: str = ""
    url: str = ""

    @property
    def sort(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def in_words(self) -> str:
        """What it is and what is said of it: 'Milestone met: Pilot'; just 'Start' where nothing more is."""
        bare = self.label == self.sort or self.kind == self.Kind.TODAY
        return self.label if bare else _("%(sort)s: %(label)s") % {"sort": self.sort, "label": self.label}

    @property
    def first_day(self) -> date:
        """The first day of the period that is known; `on.day` is its last."""
        if self.on.precision == Precision.YEAR:
            return self.on.day.replace(month=1, day=1)
        return self.on.day.replace(day=1) if self.on.precision == Precision.MONTH else self.on.day

    @property
    def is_known_by_day(self) -> bool:
        return self.first_day == self.on.day


@dataclass(frozen=True)
class Story:
    """All that is known by its day, oldest first; `until` is the day of the record."""

    commitment: Commitment
    until: date
    moments: list[Moment]

    def of(self, *kinds: str) -> list[Moment]:
        return [moment for moment in self.moments if moment.kind in kinds]


def story(commitment: Commitment, day: date | None = None) -> Story:
    """Tell what stands published at the end of a day; what is known by no day is left to the tables of the page."""
    kind = Moment.Kind
    page = f"{commitment.get_absolute_url()}{f'?as_of={day.isoformat()}' if day else ''}"
    until = day or today()
    moments = []
    if commitment.start:
        moments.append(Moment(kind.START, commitment.start, _("Start")))
    if commitment.due:
        moments.append(Moment(kind.DUE, commitment.due, _("Due")))
    for milestone in commitment.milestones.all():
        met = milestone.met and milestone.met_on <= until
        if met:
            moments.append(Moment(kind.MET, milestone.met, milestone.title))
        elif milestone.due:
            moments.append(Moment(kind.MILESTONE, milestone.due, milestone.title))
    withdrawal = commitment.withdrawal_on(day)
    if withdrawal:
        moments.append(Moment(kind.WITHDRAWN, PartialDate(withdrawal.withdrawn_on, Precision.DAY), _("Withdrawn")))
    for report in commitment.reports.published(day).newest_first():
        label = _("number %(number)s, “%(status)s”") % {
            "number": report.number,
            "status": report.get_status_display(),
        }
        moments.append(Moment(kind.REPORT, report.published, label, report.status, f"{page}#report-{report.number}"))
    for change in commitment.status_changes.published(day).newest_first():
        moments.append(Moment(kind.STATUS, change.changed, change.get_to_status_display(), change.to_status))
    moments.append(Moment(kind.TODAY, PartialDate(until, Precision.DAY), _("Day of the record") if day else _("Today")))
    order = list(kind)
    return Story(commitment, until, sorted(moments, key=lambda m: (m.on.day, order.index(m.kind))))
